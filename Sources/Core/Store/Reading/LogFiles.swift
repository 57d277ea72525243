import Crypto
import Log
import Wire

/// One log as its files and its tail have it: reads that compare what they get
/// (Protocols/store.md, 7.2). They write nothing. What they find goes to `findings` and, where it
/// is an entry's, to the log's damaged or undecided ranges.
///
/// Records of a file with a stride are named by their numbers, as in Protocols/store.md, 4.
struct LogFiles {
  let log: StoredLog
  let disk: any Disk
  let findings: DamageFindings

  func file(_ name: LogFile) -> StoreFile { .log(log.id, name) }

  func report(_ name: LogFile, _ index: UInt64?, _ problem: Damage.Problem) {
    findings.report(Damage(file: file(name), index: index, problem))
  }

  /// Reports it.
  func damaged(
    _ name: LogFile, _ index: UInt64?, _ problem: Damage.Problem
  ) -> StoreError {
    report(name, index, problem)
    return .damaged(Damage(file: file(name), index: index, problem))
  }

  // MARK: Bytes

  /// - Throws: `.damaged` for a file that is not there or ends before.
  func exactly(_ name: LogFile, _ records: Range<UInt64>) throws(StoreError) -> [UInt8] {
    try exactly(
      name, at: records.lowerBound * UInt64(name.stride), count: records.count * name.stride)
  }

  /// - Throws: `.damaged` for a file that is not there or ends before.
  func exactly(_ name: LogFile, at offset: UInt64, count: Int) throws(StoreError) -> [UInt8] {
    try disk.readExactly(file(name), at: offset, count: count)
  }

  /// Fewer at the end of the file or where the disk gives none.
  func whatThereIs(_ name: LogFile, _ records: Range<UInt64>) -> [UInt8] {
    whatThereIs(
      name, at: records.lowerBound * UInt64(name.stride), count: records.count * name.stride)
  }

  /// Fewer at the end of the file or where the disk gives none.
  func whatThereIs(_ name: LogFile, at offset: UInt64, count: Int) -> [UInt8] {
    disk.readWhatThereIs(file(name), at: offset, count: count, findings)
  }

  /// Zeros where the file ends before, or the disk gives nothing.
  func padded(_ name: LogFile, _ records: Range<UInt64>) -> [UInt8] {
    var bytes = whatThereIs(name, records)
    let count = records.count * name.stride
    if bytes.count < count {
      bytes.append(contentsOf: repeatElement(0, count: count - bytes.count))
    }
    return bytes
  }

  /// The bytes of an index record's body, with the header before them: fewer where there are no
  /// more.
  func bodyRecord(_ record: IndexRecord) -> [UInt8] {
    whatThereIs(
      .bodies(record.segment), at: UInt64(record.offset),
      count: Layout.bodyHeaderBytes + Int(record.length))
  }

  // MARK: Entries

  /// The number of an entry's kind.
  func kind(of index: UInt64) throws(StoreError) -> UInt8 {
    if let segment = log.segment(at: index) {
      return segment.batch.header(at: Int(index - segment.first)).kind
    }
    let offset = index * UInt64(EntryLayout.leafBytes) + UInt64(EntryLayout.kind)
    return try exactly(.entries, at: offset, count: 1)[0]
  }

  func isRecord(_ index: UInt64) throws(StoreError) -> Bool {
    EntryKind.mayLackBody(try kind(of: index))
  }

  /// How the body of an entry is handed out.
  func bodyState(of index: UInt64) throws(StoreError) -> BodyState {
    if let state = log.handing.stagedState(of: index) { return state }
    let kind =
      log.handing.undecided.contains(index) ? try kind(of: index) : EntryKind.record.rawValue
    if let segment = log.segment(at: index) {
      let state = segment.batch.bodyState(at: Int(index - segment.first))
      return log.handing.state(of: index, stored: state, kind: kind)
    }
    guard let record = indexRecord(try exactly(.bodiesIndex, index..<(index + 1)), 0) else {
      throw damaged(.bodiesIndex, index, .indexRecord)
    }
    return log.handing.state(of: index, stored: record.state, kind: kind)
  }

  /// The leaf hashes of entries, as `hashes` and the tail have them: 32 bytes an entry.
  func leafHashes(_ range: Range<UInt64>) throws(StoreError) -> [UInt8] {
    var hashes: [UInt8] = []
    var next = range.lowerBound
    if next < log.written.size {
      let end = min(range.upperBound, log.written.size)
      hashes = try exactly(.hashes, next..<end)
      next = end
    }
    while next < range.upperBound, let segment = log.segment(at: next) {
      let end = min(range.upperBound, segment.end)
      let start = Int(next - segment.first) * Layout.hashBytes
      hashes.append(
        contentsOf: segment.leafHashes[start..<(Int(end - segment.first) * Layout.hashBytes)])
      next = end
    }
    return hashes
  }
}

extension LogFile {
  /// Bytes of one record (Protocols/store.md, 4).
  /// - Precondition: the file has a stride.
  var stride: Int {
    switch self {
    case .entries: EntryLayout.leafBytes
    case .hashes, .nodes: Layout.hashBytes
    case .bodiesIndex: Layout.indexBytes
    case .checkpoints: Layout.checkpointBytes
    case .cosignatures: Layout.cosignatureBytes
    case .control: Layout.controlBytes
    case .identity, .bodies: preconditionFailure("\(name) has no stride")
    }
  }
}
