public import Log

/// Bytes of files: their lengths, and the space that they take. Holes, and what is preallocated,
/// make the two differ.
public struct FileUsage: Hashable, Sendable {
  /// Length.
  public var bytes: UInt64 = 0
  /// Space on the disk.
  public var allocatedBytes: UInt64 = 0

  /// Nothing.
  public init() {}

  /// Both together.
  public static func + (left: FileUsage, right: FileUsage) -> FileUsage {
    var sum = left
    sum.bytes += right.bytes
    sum.allocatedBytes += right.allocatedBytes
    return sum
  }
}

/// The space of one log on the disk, by kind of file. Entries that are staged and in no log file
/// yet are not in it.
public struct LogUsage: Hashable, Sendable {
  /// Leaves, 216 bytes an entry.
  public var entries = FileUsage()
  /// Leaf hashes, 32 bytes an entry.
  public var hashes = FileUsage()
  /// Hashes of complete subtrees, 32 bytes each.
  public var nodes = FileUsage()
  /// Where bodies are, 32 bytes an entry.
  public var index = FileUsage()
  /// All segments of bodies.
  public var bodies = FileUsage()
  /// Frames of 320 bytes.
  public var checkpoints = FileUsage()
  /// Frames of 192 bytes.
  public var cosignatures = FileUsage()
  /// 16 bytes for each entry that is no record.
  public var control = FileUsage()
  /// Bytes of bodies that were purged or expired, as they were.
  public var purgedBytes: UInt64 = 0

  /// All files.
  public var total: FileUsage {
    entries + hashes + nodes + index + bodies + checkpoints + cosignatures + control
  }
}

/// The space of the store beside its logs.
public struct StoreUsage: Hashable, Sendable {
  /// Both.
  public var journals = FileUsage()
  /// Space set aside for a full disk.
  public var reserve = FileUsage()
}

extension FileUsage {
  /// A file that is not there takes nothing.
  init(of file: StoreFile, on disk: any Disk) throws(StoreError) {
    do {
      bytes = try disk.size(of: file) ?? 0
      allocatedBytes = try disk.allocatedBytes(of: file) ?? 0
    } catch {
      throw .disk(error, file)
    }
  }
}

extension LogUsage {
  /// Asks the disk about each file of a log: its eight, and a segment for each 256 MiB of bodies.
  init(of id: LogID, on disk: any Disk) throws(StoreError) {
    entries = try FileUsage(of: .log(id, .entries), on: disk)
    hashes = try FileUsage(of: .log(id, .hashes), on: disk)
    nodes = try FileUsage(of: .log(id, .nodes), on: disk)
    index = try FileUsage(of: .log(id, .bodiesIndex), on: disk)
    checkpoints = try FileUsage(of: .log(id, .checkpoints), on: disk)
    cosignatures = try FileUsage(of: .log(id, .cosignatures), on: disk)
    control = try FileUsage(of: .log(id, .control), on: disk)
    for segment in try disk.segments(of: id) {
      bodies = bodies + (try FileUsage(of: .log(id, .bodies(segment)), on: disk))
    }
  }
}

extension Disk {
  /// The body segments that are there, ascending. Another name is no segment's.
  func segments(of id: LogID) throws(StoreError) -> [UInt32] {
    do {
      return try list(.bodies(id)).compactMap { LogFile.segment(named: $0) }.sorted()
    } catch {
      throw .disk(error, .log(id, .bodies(0)))
    }
  }
}

extension Store {
  /// The space of a log, by the disk. One that is on no disk yet takes none.
  public func usage(_ id: LogID) throws(StoreError) -> LogUsage {
    let log = try log(id)
    var usage = log.isOnDisk ? try LogUsage(of: id, on: disk) : LogUsage()
    usage.purgedBytes = log.staged.purgedBytes
    return usage
  }

  /// The space of what belongs to no log, by the disk.
  public func usage() throws(StoreError) -> StoreUsage {
    var usage = StoreUsage()
    usage.journals =
      try FileUsage(of: .journal(0), on: disk) + FileUsage(of: .journal(1), on: disk)
    usage.reserve = try FileUsage(of: .reserve, on: disk)
    return usage
  }
}
