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
