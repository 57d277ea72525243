internal import Crypto
internal import Log
internal import Wire

/// Sizes that Protocols/store.md fixes. Read here a second time, not shared with the store that
/// writes them: an auditor's reading must not inherit its mistakes.
enum StoreFormat {
  static let format = Array("liaison-store/v1\n".utf8)
  static let hashBytes = 32
  static let indexBytes = 32
  static let withdrawalMarkBytes = 16
  static let controlBytes = 16
  static let bodyHeaderBytes = 16
  /// Bytes that the system reads and frees at once, at least.
  static let pageBytes = 4096
  static let bodyMagic: UInt32 = 0x4c42_4459
  static let checkpointBytes = 320
  static let cosignatureBytes = 192
  static let checksumBytes = 16
  static let nodeLevel = 8
  static let blockEntries: UInt64 = 256

  /// Hashes in `nodes` for a log of `entries`: one for each complete subtree of 256 and more.
  static func nodes(entries: UInt64) -> UInt64 {
    let blocks = entries / blockEntries
    return 2 * blocks - UInt64(blocks.nonzeroBitCount)
  }

  static func segmentName(_ number: UInt32) -> String {
    let digits = String(number)
    return "bodies/" + String(repeating: "0", count: max(0, 8 - digits.utf8.count)) + digits
  }

  /// - Returns: nil unless it is exactly a segment's name: eight decimal digits.
  static func segment(named name: String) -> UInt32? {
    guard name.utf8.count == 8, name.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return UInt32(name)
  }

  static func isChecked(_ bytes: some Collection<UInt8>, checksum: some Sequence<UInt8>) -> Bool {
    SHA256.hash(Array(bytes)).array[..<checksumBytes].elementsEqual(checksum)
  }
}

/// One record of `bodies.index` (Protocols/store.md, 4.5).
struct IndexRecord {
  let segment: UInt32
  let offset: UInt32
  let length: UInt32
  let state: BodyState
  /// The withdrawal of the body, if that is known.
  let withdrawal: Withdrawal.Place?

  /// - Returns: nil for a state that is none, or for bytes that must be zero and are not.
  init?(_ bytes: Span<UInt8>, at start: Int) {
    segment = bytes.bigEndian(at: start)
    offset = bytes.bigEndian(at: start + 4)
    length = bytes.bigEndian(at: start + 8)
    guard let state = BodyState(rawValue: bytes[start + 12]) else { return nil }
    self.state = state
    guard length <= EntryLayout.maxBodyBytes, segment < AuditLimits.segments,
      Int(offset) + StoreFormat.bodyHeaderBytes + Int(length) <= Int(UInt32.max)
    else { return nil }
    guard let mark = WithdrawalMark(bytes, at: start + 16, of: state) else { return nil }
    withdrawal = mark.place
    let check = state == .hidden ? IndexRecord.check(of: bytes, at: start) : [0, 0, 0]
    guard (0..<3).allSatisfy({ bytes[start + 13 + $0] == check[$0] }) else { return nil }
  }

  /// The check bytes of a hidden body's record: the first bytes of SHA-256 of the record with zeros
  /// in their place.
  private static func check(of bytes: Span<UInt8>, at start: Int) -> [UInt8] {
    var record = (0..<StoreFormat.indexBytes).map { bytes[start + $0] }
    for place in 13..<16 { record[place] = 0 }
    return Array(SHA256.hash(record).array.prefix(3))
  }

  /// An entry that never had a body here has zeros for a place.
  var hasPlace: Bool { segment != 0 || offset != 0 || length != 0 }
}

/// The withdrawal of a body: the last 16 bytes of an index record, and a part of a `states` record.
struct WithdrawalMark {
  let place: Withdrawal.Place?

  /// - Returns: nil for what does not fit the state (Protocols/store.md, STO-7).
  init?(_ bytes: Span<UInt8>, at start: Int, of state: BodyState) {
    let index: UInt64 = bytes.bigEndian(at: start)
    let epoch: UInt32 = bytes.bigEndian(at: start + 8)
    let due: UInt32 = bytes.bigEndian(at: start + 12)
    let isMarked = epoch != 0
    guard isMarked || index == 0 && due == 0 else { return nil }
    switch state {
    case .hidden: if !isMarked { return nil }
    case .purged: if due != 0 { return nil }
    case .present, .purgedHere, .expired, .absent: if isMarked { return nil }
    }
    place = isMarked ? Withdrawal.Place(epoch: epoch, index: index) : nil
  }
}

extension BodyState {
  /// The body is gone for good: nothing in a journal changes that (Protocols/store.md, STO-15).
  var isFinal: Bool { self == .purged || self == .purgedHere || self == .expired }
}

/// How far the journals say that one log goes (Protocols/store.md, 5.3).
struct AcknowledgedHead: Sendable, Hashable {
  let id: LogID
  var size: UInt64 = 0
  var leafHash = Digest.zero
  var headerHash = Digest.zero
  var frozenAt: UInt64?
  var bodyBytes: UInt64 = 0
  var purgedBytes: UInt64 = 0
  var segment: UInt32 = 0
  var segmentOffset: UInt32 = 0
  var controlCount: UInt64 = 0
  var checkpointCount: UInt64 = 0
  var contradictionCount: UInt64 = 0
  var cosignatureCount: UInt64 = 0
  /// Size and root of a tree that is a prefix of the log's.
  var anchorSize: UInt64 = 0
  var anchorRoot = Digest.zero
  var pendingNote: [UInt8] = []

  init(id: LogID) { self.id = id }

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
    anchorSize = try reader.u64(bytes)
    anchorRoot = Digest(try reader.bytes32(bytes))
    pendingNote = try reader.array(bytes, Int(try reader.u16(bytes)))
    let counts = [
      size, controlCount, checkpointCount, contradictionCount, cosignatureCount, anchorSize,
    ]
    guard counts.allSatisfy({ $0 <= AuditLimits.records }), bodyBytes <= AuditLimits.bodyBytes,
      purgedBytes <= AuditLimits.bodyBytes, segment < AuditLimits.segments,
      frozenAt ?? 0 <= EntryLayout.maxIndex, anchorSize <= size
    else { throw .truncated }
  }

  /// Takes the head inside a commit; the counts of frames in it are not taken (5.4).
  mutating func takeEntries(from other: AcknowledgedHead) {
    size = other.size
    leafHash = other.leafHash
    headerHash = other.headerHash
    anchorSize = other.anchorSize
    anchorRoot = other.anchorRoot
    bodyBytes = other.bodyBytes
    segment = other.segment
    segmentOffset = other.segmentOffset
    controlCount = other.controlCount
  }
}

/// A run of entries in a journal: acknowledged, and perhaps not in the log files yet (5.4).
struct JournaledRun: Sendable {
  let batch: EntryBatch
  let bodyRanges: [Range<Int>]
  let segment: UInt32
  let segmentOffset: UInt32
  let controlCount: UInt64

  /// The run with other leaves where these overlap it (5.4, record 10).
  func replacing(_ leaves: [UInt8], first: UInt64) -> JournaledRun {
    let stride = EntryLayout.leafBytes
    let from = max(first, batch.first)
    let to = min(first + UInt64(leaves.count / stride), batch.end)
    guard from < to else { return self }
    var changed = batch.leaves
    changed.replaceSubrange(
      (Int(from - batch.first) * stride)..<(Int(to - batch.first) * stride),
      with: leaves[(Int(from - first) * stride)..<(Int(to - first) * stride)])
    guard
      let other = try? EntryBatch(
        first: batch.first, leaves: changed, bodies: batch.bodies, bodyStates: batch.bodyStates)
    else { return self }
    return JournaledRun(
      batch: other, bodyRanges: other.bodyRanges(), segment: segment,
      segmentOffset: segmentOffset, controlCount: controlCount)
  }
}

/// The body of an entry that had none, in a journal (5.4, record 8).
struct JournaledBody: Sendable {
  let segment: UInt32
  let offset: UInt32
  let bytes: [UInt8]
}
