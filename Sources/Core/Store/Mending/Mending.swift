import Crypto
import Log

/// Mending writes of one log while they are put together.
struct Mending {
  let log: StoredLog
  /// Whole when the writes are done.
  var entries: [UInt64] = []
  private(set) var damage: [Damage] = []
  private var operations: [DiskOperation] = []
  private var lastLeaf: [UInt8]?
  private let disk: any Disk
  /// Files that are there, or are made by now.
  private var made: Set<StoreFile> = []

  init(_ log: StoredLog, on disk: any Disk) {
    self.log = log
    self.disk = disk
  }

  var hasWrites: Bool { !operations.isEmpty }

  var mend: Mend {
    Mend(
      log: log, operations: operations, entries: entries, damage: damage, lastLeaf: lastLeaf)
  }

  mutating func write(leaf: ArraySlice<UInt8>, of entry: UInt64) {
    if entry + 1 == log.state.size { lastLeaf = Array(leaf) }
    write(
      .entries, at: entry * UInt64(EntryLayout.leafBytes), Array(leaf),
      Damage(file: file(.entries), index: entry, .leafHash))
  }

  /// Writes the hashes of `content` that are not as they must be.
  mutating func write(hashesOf content: BlockContent, _ trusted: [UInt8]) {
    for position in 0..<content.count {
      let range = BlockContent.hashRange(position)
      guard content.stored[range] != trusted[range] else { continue }
      let entry = content.first + UInt64(position)
      write(
        .hashes, at: entry * UInt64(Layout.hashBytes), Array(trusted[range]),
        Damage(file: file(.hashes), index: entry, .leafHash))
    }
  }

  mutating func write(node: Digest, at position: UInt64) {
    write(
      .nodes, at: position * UInt64(Layout.hashBytes), node.array,
      Damage(file: file(.nodes), index: position, .node))
  }

  mutating func write(index record: IndexRecord, of entry: UInt64) {
    write(
      .bodiesIndex, at: entry * UInt64(Layout.indexBytes),
      record.encoded,
      Damage(file: file(.bodiesIndex), index: entry, .indexRecord))
  }

  mutating func write(body: ArraySlice<UInt8>, of entry: UInt64, at record: IndexRecord) {
    write(
      .bodies(record.segment), at: UInt64(record.offset),
      EntryFiles.bodyHeader(body.count, entry) + body,
      Damage(file: file(.bodies(record.segment)), index: entry, .bodyHash))
  }

  /// Bytes for a place in one of the log's files; what follows the write before becomes part of it.
  mutating func write(_ name: LogFile, at offset: UInt64, _ bytes: [UInt8], _ found: Damage) {
    damage.append(found)
    make(name)
    if case .write(file(name), let start, let before)? = operations.last,
      start + UInt64(before.count) == offset
    {
      operations[operations.count - 1] = .write(file(name), offset: start, bytes: before + bytes)
    } else {
      operations.append(.write(file(name), offset: offset, bytes: bytes))
    }
  }

  /// A file that is gone is made again.
  mutating func make(_ name: LogFile) {
    guard made.insert(file(name)).inserted, disk.lacks(file(name)) else { return }
    if case .bodies = name { operations.append(.createFolder(.bodies(log.id))) }
    operations.append(.create(file(name)))
  }

  mutating func append(_ operation: DiskOperation, _ found: Damage? = nil) {
    if let found { damage.append(found) }
    operations.append(operation)
  }

  func file(_ name: LogFile) -> StoreFile { .log(log.id, name) }
}

extension Disk {
  /// True when the file is certainly not there.
  func lacks(_ file: StoreFile) -> Bool {
    do { return try size(of: file) == nil } catch { return false }
  }
}

extension Store {
  /// The index record of an entry whose own is damaged: its body lies behind that of an entry
  /// before, or begins a segment. With its header there it is present, and purged here if every
  /// byte is zero.
  func locateBody(_ log: StoredLog, _ entry: UInt64, _ leaves: [UInt8], _ position: Int)
    -> IndexRecord?
  {
    let length = Int(bodyBytes(leaves, position))
    let start = Layout.bodyHeaderBytes
    for place in places(log, behind: entry) {
      // An empty place is no news: it is one of several.
      guard
        let bytes = try? disk.read(
          .log(log.id, .bodies(place.segment)), at: UInt64(place.offset), count: start + length)
      else { continue }
      guard isBodyHeader(bytes, start, length, entry) else { continue }
      let isZero = length > 0 && bytes[start...].allSatisfy { $0 == 0 }
      let isWhole = bodyProblem(bytes, start, length, entry, leaves, position) == nil
      return IndexRecord(
        segment: place.segment, offset: place.offset, length: UInt32(length),
        state: isZero && !isWhole ? .purgedHere : .present)
    }
    return nil
  }

  private func places(_ log: StoredLog, behind entry: UInt64) -> [(
    segment: UInt32, offset: UInt32
  )] {
    guard let before = neighbours(log, of: entry).before.last else {
      return entry <= Layout.neighbours ? [(0, 0)] : []
    }
    return [(before.segment, UInt32(before.end)), (before.segment + 1, 0)]
  }

  /// True when entries before and behind say that the entry's body lies at this place, and none
  /// claims it.
  func isPlace(_ log: StoredLog, _ record: IndexRecord, of entry: UInt64) -> Bool {
    let (before, behind) = neighbours(log, of: entry)
    guard
      !(before + behind).contains(where: {
        $0.segment == record.segment && UInt64($0.offset) < record.end
          && UInt64(record.offset) < $0.end
      })
    else { return false }
    let beginsThere =
      record.offset == 0
      || before.contains { $0.segment == record.segment && $0.end == UInt64(record.offset) }
    let endsThere =
      behind.contains { $0.segment == record.segment && UInt64($0.offset) == record.end }
      || behind.contains { $0.segment == record.segment + 1 && $0.offset == 0 }
      || log.written.segment == record.segment
        && UInt64(log.written.segmentOffset) == record.end
    return beginsThere && endsThere
  }

  /// The index records of the entries before and behind it that say where their bodies are or were.
  private func neighbours(_ log: StoredLog, of entry: UInt64) -> (
    before: [IndexRecord], behind: [IndexRecord]
  ) {
    let end = min(log.written.size, entry + 1 + Layout.neighbours)
    return (
      places(log, (entry - min(entry, Layout.neighbours))..<entry),
      places(log, (entry + 1)..<max(entry + 1, end))
    )
  }

  private func places(_ log: StoredLog, _ entries: Range<UInt64>) -> [IndexRecord] {
    let bytes = readWhatThereIs(
      .log(log.id, .bodiesIndex), at: entries.lowerBound * UInt64(Layout.indexBytes),
      count: entries.count * Layout.indexBytes)
    return (0..<entries.count).compactMap { indexRecord(bytes, $0) }.filter(\.hasPlace)
  }
}
