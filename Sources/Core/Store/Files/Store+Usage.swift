public import Log

/// Bytes of files: their lengths, and the space that they take. Holes, and what is preallocated,
/// make the two differ.
public struct FileUsage: Hashable, Sendable {
  public var bytes: UInt64 = 0
  public var allocatedBytes: UInt64 = 0

  public init() {}

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
  public var entries = FileUsage()
  public var hashes = FileUsage()
  public var nodes = FileUsage()
  public var index = FileUsage()
  public var bodies = FileUsage()
  public var checkpoints = FileUsage()
  public var cosignatures = FileUsage()
  public var control = FileUsage()
  /// Bytes of bodies that were purged or expired, as they were.
  public var purgedBytes: UInt64 = 0

  public var total: FileUsage {
    entries + hashes + nodes + index + bodies + checkpoints + cosignatures + control
  }
}

/// The space of the store beside its logs.
public struct StoreUsage: Hashable, Sendable {
  public var journals = FileUsage()
  public var reserve = FileUsage()
}

extension Store {
  /// Asks the disk about each file of the log: its eight, and a segment for each 256 MiB of bodies.
  public func usage(_ id: LogID) throws(StoreError) -> LogUsage {
    let log = try log(id)
    var usage = LogUsage()
    usage.purgedBytes = log.staged.purgedBytes
    guard log.isOnDisk else { return usage }
    usage.entries = try fileUsage(.log(id, .entries))
    usage.hashes = try fileUsage(.log(id, .hashes))
    usage.nodes = try fileUsage(.log(id, .nodes))
    usage.index = try fileUsage(.log(id, .bodiesIndex))
    usage.checkpoints = try fileUsage(.log(id, .checkpoints))
    usage.cosignatures = try fileUsage(.log(id, .cosignatures))
    usage.control = try fileUsage(.log(id, .control))
    for segment in try segments(of: log) {
      usage.bodies = usage.bodies + (try fileUsage(.log(id, .bodies(segment))))
    }
    return usage
  }

  /// The segments that are there.
  private func segments(of log: StoredLog) throws(StoreError) -> [UInt32] {
    do {
      return try disk.list(.bodies(log.id)).compactMap { LogFile.segment(named: $0) }
    } catch {
      throw .disk(error, .log(log.id, .bodies(0)))
    }
  }

  public func usage() throws(StoreError) -> StoreUsage {
    var usage = StoreUsage()
    usage.journals = try fileUsage(.journal(0)) + fileUsage(.journal(1))
    usage.reserve = try fileUsage(.reserve)
    return usage
  }

  /// A file that is not there takes nothing.
  private func fileUsage(_ file: StoreFile) throws(StoreError) -> FileUsage {
    var usage = FileUsage()
    do {
      usage.bytes = try disk.size(of: file) ?? 0
      usage.allocatedBytes = try disk.allocatedBytes(of: file) ?? 0
    } catch {
      throw .disk(error, file)
    }
    return usage
  }
}
