import Crypto
import Log
import Wire

/// How far one log goes: its head, and how long each of its files is (Protocols/store.md, 5.3).
/// With it a log file needs no scan at start, and a replay writes to the places of the first time.
struct HeadRecord: Hashable, Sendable {
  let id: LogID
  var size: UInt64 = 0
  var leafHash = Digest.zero
  var headerHash = Digest.zero
  /// The log's tree, where it is known.
  var tree: CompactTree?
  /// The anchor of a head that was read: size and root of its tree or, where entries were replayed
  /// or the log could not be loaded, of an earlier one.
  private var readAnchor = TreeAnchor(size: 0, root: CompactTree.empty.root())
  var frozenAt: UInt64?
  /// All bodies ever stored, in bytes.
  var bodyBytes: UInt64 = 0
  /// Bytes of those that were removed. An append does not change them.
  var purgedBytes: UInt64 = 0
  /// Where the next body record goes.
  var segment: UInt32 = 0
  var segmentOffset: UInt32 = 0
  var controlCount: UInt64 = 0
  var checkpointCount: UInt64 = 0
  var contradictionCount: UInt64 = 0
  var cosignatureCount: UInt64 = 0
  /// The note of the newest checkpoint above the log's size; empty: none.
  var pendingNote: [UInt8] = []

  init(id: LogID) { self.id = id }

  /// The bytes that count towards the log's limit: every file, but for bodies that were removed. A
  /// record's header counts for each entry.
  var storedBytes: UInt64 {
    LogFile.fixed.reduce(0) { $0 + (bytes(of: $1) ?? 0) }
      + size * UInt64(Layout.bodyHeaderBytes) + bodyBytes - min(bodyBytes, purgedBytes)
  }

  /// The size and root that the tree in log files must have before anything is signed on it.
  var anchor: TreeAnchor {
    tree.map { TreeAnchor(size: $0.size, root: $0.root()) } ?? readAnchor
  }

  /// The log's leaves were replaced: its tree is another.
  mutating func set(anchor: TreeAnchor, tree: CompactTree?) {
    readAnchor = anchor
    self.tree = tree
  }

  var head: LogHead { LogHead(size: size, leafHash: leafHash) }

  func append(to bytes: inout [UInt8]) {
    id.append(to: &bytes)
    bytes.append(bigEndian: size)
    leafHash.append(to: &bytes)
    headerHash.append(to: &bytes)
    bytes.append(bigEndian: frozenAt ?? .max)
    bytes.append(bigEndian: bodyBytes)
    bytes.append(bigEndian: purgedBytes)
    bytes.append(bigEndian: segment)
    bytes.append(bigEndian: segmentOffset)
    bytes.append(bigEndian: controlCount)
    bytes.append(bigEndian: checkpointCount)
    bytes.append(bigEndian: contradictionCount)
    bytes.append(bigEndian: cosignatureCount)
    let anchor = self.anchor
    bytes.append(bigEndian: anchor.size)
    anchor.root.append(to: &bytes)
    bytes.append(bigEndian: UInt16(pendingNote.count))
    bytes.append(contentsOf: pendingNote)
  }

  init(_ reader: inout ByteReader, _ bytes: Span<UInt8>) throws(WireError) {
    id = LogID(try reader.bytes32(bytes))
    size = try reader.u64(bytes)
    leafHash = Digest(try reader.bytes32(bytes))
    headerHash = Digest(try reader.bytes32(bytes))
    let frozen = try reader.u64(bytes)
    frozenAt = frozen == .max ? nil : frozen
    bodyBytes = try reader.u64(bytes)
    purgedBytes = try reader.u64(bytes)
    segment = try reader.u32(bytes)
    segmentOffset = try reader.u32(bytes)
    controlCount = try reader.u64(bytes)
    checkpointCount = try reader.u64(bytes)
    contradictionCount = try reader.u64(bytes)
    cosignatureCount = try reader.u64(bytes)
    readAnchor = TreeAnchor(
      size: try reader.u64(bytes), root: Digest(try reader.bytes32(bytes)))
    pendingNote = try reader.array(bytes, Int(try reader.u16(bytes)))
    guard hasLawfulNumbers else { throw .truncated }
  }

  /// True when every number is one that a store writes (Protocols/store.md, STO-70).
  private var hasLawfulNumbers: Bool {
    [size, controlCount, checkpointCount, contradictionCount, cosignatureCount, readAnchor.size]
      .allSatisfy { $0 <= Layout.recordsMost }
      && bodyBytes <= Layout.bodyBytesMost && purgedBytes <= Layout.bodyBytesMost
      && segment < Layout.segmentsMost && frozenAt ?? 0 <= EntryLayout.maxIndex
  }

  /// The length that `file` has when everything up to this head is written.
  func bytes(of file: LogFile) -> UInt64? {
    switch file {
    case .identity: nil
    case .entries: size * UInt64(EntryLayout.leafBytes)
    case .hashes: size * UInt64(Layout.hashBytes)
    case .nodes: NodesLayout.count(entries: size) * UInt64(Layout.hashBytes)
    case .bodiesIndex: size * UInt64(Layout.indexBytes)
    case .bodies(let number):
      number == segment ? UInt64(segmentOffset) : number > segment ? 0 : nil
    case .checkpoints: checkpointCount * UInt64(Layout.checkpointBytes)
    case .cosignatures: cosignatureCount * UInt64(Layout.cosignatureBytes)
    case .control: controlCount * UInt64(Layout.controlBytes)
    }
  }
}

/// Size and root of a log's tree.
struct TreeAnchor: Hashable, Sendable {
  let size: UInt64
  let root: Digest
}

extension HeadRecord {
  /// Everything that an append changes.
  mutating func takeEntries(from other: HeadRecord) {
    size = other.size
    leafHash = other.leafHash
    headerHash = other.headerHash
    tree = other.tree
    readAnchor = other.readAnchor
    bodyBytes = other.bodyBytes
    segment = other.segment
    segmentOffset = other.segmentOffset
    controlCount = other.controlCount
  }

  /// The next body record goes behind this one.
  mutating func placeBody(_ body: BodyArrival) {
    segment = body.segment
    segmentOffset = body.offset + UInt32(Layout.bodyHeaderBytes + body.bytes.count)
    bodyBytes += UInt64(body.bytes.count)
  }
}
