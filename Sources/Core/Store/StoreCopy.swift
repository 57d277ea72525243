public import Crypto
import Log

/// Why a copy of a store was not made.
public enum StoreCopyError: Error, Hashable, Sendable {
  /// It was told to stop.
  case stopped
  /// The store to copy from could not be opened.
  case store(StoreError)
  /// Reading from it failed.
  case source(DiskError, StoreFile)
  case target(DiskError)
}

/// Copies a store, in use or not, into an empty folder (Protocols/store.md, 11). It blocks for the
/// disk, holds 1 MiB at a time, and may run on any thread whose disks it is given.
public struct StoreCopy {
  private let source: any Disk
  private let target: any Disk
  /// Called between pieces; false ends the copy.
  private let goesOn: () -> Bool

  /// - Parameters:
  ///   - target: an empty folder.
  ///   - goesOn: asked between pieces of 1 MiB; false ends the copy.
  public init(from source: any Disk, to target: any Disk, goesOn: @escaping () -> Bool = { true }) {
    self.source = source
    self.target = target
    self.goesOn = goesOn
  }

  /// Copies what a running store had in its files when the snapshot was taken.
  /// - Parameter salt: 32 random bytes for the copy's journals.
  public func run(_ snapshot: StoreSnapshot, salt: Bytes32) throws(StoreCopyError) {
    try change(.createFolder(.logs))
    for part in snapshot.parts { try copy(part) }
    try change(.syncFolder(.logs))
    do {
      try NewStore(
        disk: target, salt: salt, limits: StoreLimits(), heads: snapshot.parts.map(\.head),
        withReserve: false
      ).make()
    } catch {
      if case .disk(let failure, _) = error { throw .target(failure) }
      throw .store(error)
    }
  }

  /// Copies a store that no process has open. Its journals are replayed in memory: the source is
  /// not changed.
  public static func run(
    closed source: any Disk, to target: any Disk, salt: Bytes32
  ) throws(StoreCopyError) -> StoreSnapshot {
    let overlay = OverlayDisk(over: source)
    let snapshot: StoreSnapshot
    do {
      snapshot = try Store.open(on: overlay, limits: .reading).snapshot()
    } catch {
      throw .store(error)
    }
    try StoreCopy(from: overlay, to: target).run(snapshot, salt: salt)
    return snapshot
  }

  // MARK: One log

  private func copy(_ part: StoreSnapshot.Part) throws(StoreCopyError) {
    let id = part.identity.id
    let head = part.head
    for folder in [StoreFolder.log(id), .bodies(id)] { try change(.createFolder(folder)) }
    let identity = StoreFile.log(id, .identity)
    for operation in [
      DiskOperation.create(identity),
      .write(identity, offset: 0, bytes: part.identity.storedText), .sync(identity),
    ] { try change(operation) }
    for segment in try segments(of: id) where segment <= head.segment {
      try copySegment(.log(id, .bodies(segment)), head)
    }
    for file in [
      LogFile.entries, .hashes, .nodes, .control, .checkpoints, .cosignatures, .bodiesIndex,
    ] {
      try copy(.log(id, file), bytes: head.bytes(of: file) ?? 0) { bytes in
        file == .bodiesIndex ? cut(&bytes, at: head) : nil
      }
    }
    for folder in [StoreFolder.bodies(id), .log(id)] { try change(.syncFolder(folder)) }
  }

  /// The segments that are there, ascending.
  private func segments(of id: LogID) throws(StoreCopyError) -> [UInt32] {
    do {
      return try source.list(.bodies(id)).compactMap { LogFile.segment(named: $0) }.sorted()
    } catch {
      throw .source(error, .log(id, .bodies(0)))
    }
  }

  private func copySegment(_ file: StoreFile, _ head: HeadRecord) throws(StoreCopyError) {
    let length: UInt64?
    do { length = try source.size(of: file) } catch { throw .source(error, file) }
    // A segment is made with its first record; one that is missing is damage, which fsck will name.
    guard let length, case .log(_, let name) = file else { return }
    try copy(file, bytes: min(length, head.bytes(of: name) ?? length)) { _ in nil }
  }

  /// - Parameter change: what becomes of each piece, and where bodies are to be punched out for it.
  private func copy(
    _ file: StoreFile, bytes total: UInt64, change transform: (inout [UInt8]) -> [DiskOperation]?
  ) throws(StoreCopyError) {
    try change(.create(file))
    // A part that is nothing but zeros stays a hole.
    try change(.truncate(file, bytes: total))
    var offset: UInt64 = 0
    var punched: Set<StoreFile> = []
    while offset < total {
      guard goesOn() else { throw .stopped }
      var piece = try read(
        file, at: offset, count: Int(min(UInt64(Limits.readBytes), total - offset)))
      guard !piece.isEmpty else { break }
      for hole in transform(&piece) ?? [] {
        try change(hole)
        if case .punchHole(let segment, _, _) = hole { punched.insert(segment) }
      }
      for run in piece.runsNotZero {
        try change(.write(file, offset: offset + UInt64(run.lowerBound), bytes: Array(piece[run])))
      }
      offset += UInt64(piece.count)
    }
    while let segment = punched.popFirst() { try change(.sync(segment)) }
    try change(.sync(file))
  }

  /// Fewer bytes at the file's end. A page that the disk does not give is zeros.
  private func read(
    _ file: StoreFile, at offset: UInt64, count: Int
  ) throws(StoreCopyError) -> [UInt8] {
    do throws(DiskError) {
      return try source.read(file, at: offset, count: count)
    } catch {
      guard error == .inputOutput, count > Layout.journalPage else {
        if error == .inputOutput { return [UInt8](repeating: 0, count: count) }
        throw .source(error, file)
      }
    }
    var bytes: [UInt8] = []
    while bytes.count < count {
      let page = try read(
        file, at: offset + UInt64(bytes.count), count: min(Layout.journalPage, count - bytes.count))
      if page.isEmpty { break }
      bytes += page
    }
    return bytes
  }

  private func change(_ operation: DiskOperation) throws(StoreCopyError) {
    do throws(DiskError) { try target.execute(operation) } catch { throw .target(error) }
  }
}

extension StoreCopy {
  /// Index records whose body came behind the copy's end become absent.
  /// - Returns: what punches out the bodies that are gone.
  private func cut(_ index: inout [UInt8], at head: HeadRecord) -> [DiskOperation] {
    var holes: [DiskOperation] = []
    for position in 0..<(index.count / Layout.indexBytes) {
      guard let record = indexRecord(index, position) else { continue }
      let isBehind =
        record.segment > head.segment
        || (record.segment == head.segment && record.end > UInt64(head.segmentOffset))
      if record.state == .present {
        if isBehind { index.makeAbsent(position) }
      } else if record.state == .hidden {
        // Its bytes go when they are due there.
        if isBehind { index.makeHidden(position, record) }
      } else if record.length > 0, !isBehind {
        let start = UInt64(record.offset) + UInt64(Layout.bodyHeaderBytes)
        holes.append(
          .punchHole(
            .log(head.id, .bodies(record.segment)), offset: start, bytes: UInt64(record.length)))
      } else if isBehind, record.length > 0 {
        index.forgetPlace(position)
      }
    }
    return holes
  }
}

extension [UInt8] {
  fileprivate mutating func makeAbsent(_ position: Int) {
    forgetPlace(position)
    self[position * Layout.indexBytes + 12] = BodyState.absent.rawValue
  }

  /// Its record has a check over all of it.
  fileprivate mutating func makeHidden(_ position: Int, _ record: IndexRecord) {
    let start = position * Layout.indexBytes
    let hidden = IndexRecord(
      segment: 0, offset: 0, length: 0, state: .hidden, withdrawal: record.withdrawal)
    replaceSubrange(start..<(start + Layout.indexBytes), with: hidden.encoded)
  }

  /// Makes the place that of an entry that never had a body here.
  fileprivate mutating func forgetPlace(_ position: Int) {
    let start = position * Layout.indexBytes
    replaceSubrange(start..<(start + 12), with: repeatElement(0, count: 12))
  }

  /// Pages that hold something, joined where they follow each other.
  fileprivate var runsNotZero: [Range<Int>] {
    var runs: [Range<Int>] = []
    for start in Swift.stride(from: 0, to: count, by: Layout.journalPage) {
      let end = Swift.min(start + Layout.journalPage, count)
      guard self[start..<end].contains(where: { $0 != 0 }) else { continue }
      if let last = runs.last, last.upperBound == start {
        runs[runs.count - 1] = last.lowerBound..<end
      } else {
        runs.append(start..<end)
      }
    }
    return runs
  }
}
