import Crypto
import Log
import Wire

/// One change inside a group commit (Protocols/store.md, 5.4). Each names the places where its
/// bytes go, so that doing it again changes nothing.
enum JournalRecord {
  case newLog(LogIdentity)
  case entries(LogID, EntryBatch, place: EntryPlace)
  /// After bulk data was synced.
  case head(HeadRecord)
  case checkpoint(LogID, position: UInt64, contradicts: Bool, frame: [UInt8])
  case cosignature(LogID, position: UInt64, frame: [UInt8])
  case pending(LogID, note: [UInt8])
  case freeze(LogID, index: UInt64)
  /// `bytes`: of the bodies that were here and are freed.
  case states(LogID, StateChange, bytes: UInt64, indices: [UInt64])
  /// The body of an entry that was absent.
  case body(BodyArrival)
  /// Other signatures of entries that are there.
  case replaced(ReplacedLeaves)

  private enum Code {
    static let newLog: UInt8 = 1
    static let entries: UInt8 = 2
    static let head: UInt8 = 3
    static let checkpoint: UInt8 = 4
    static let cosignature: UInt8 = 5
    static let pending: UInt8 = 6
    static let freeze: UInt8 = 7
    static let states: UInt8 = 9
    static let body: UInt8 = 8
    static let replaced: UInt8 = 10
  }

  var logID: LogID {
    switch self {
    case .newLog(let identity): identity.id
    case .head(let head): head.id
    case .body(let body): body.log
    case .replaced(let replaced): replaced.log
    case .entries(let id, _, _), .checkpoint(let id, _, _, _), .cosignature(let id, _, _),
      .pending(let id, _), .freeze(let id, _), .states(let id, _, _, _):
      id
    }
  }

  /// At least the bytes that `append` adds.
  var estimatedBytes: Int {
    switch self {
    case .entries(_, let batch, _):
      batch.leaves.count + batch.bodies.count + batch.count + 96
    case .states(_, _, _, let indices): 8 * indices.count + 64
    case .body(let body): body.bytes.count + 96
    case .replaced(let replaced): replaced.leaves.count + 96
    default: 512
    }
  }

  /// True when it hides what was withdrawn.
  var hides: Bool {
    if case .states(_, let change, _, _) = self { change.state == .hidden } else { false }
  }

  /// True when it says nothing of bodies, and of entries only what they lead to.
  var isNote: Bool {
    switch self {
    case .checkpoint, .cosignature, .pending, .freeze: true
    case .newLog, .entries, .head, .states, .body, .replaced: false
    }
  }

  /// False when the journal alone has it, until the next beginning.
  var changesLogFiles: Bool {
    switch self {
    case .head, .pending, .freeze: false
    case .newLog, .entries, .checkpoint, .cosignature, .states, .body, .replaced: true
    }
  }

  func append(to bytes: inout [UInt8]) {
    switch self {
    case .newLog(let identity):
      bytes.append(Code.newLog)
      let origin = Array(identity.origin.text.utf8)
      bytes.append(UInt8(origin.count))
      bytes.append(contentsOf: origin)
      identity.key.append(to: &bytes)
    case .entries(let id, let batch, let place):
      bytes.append(Code.entries)
      id.append(to: &bytes)
      bytes.append(bigEndian: batch.first)
      bytes.append(bigEndian: UInt32(batch.count))
      bytes.append(bigEndian: place.segment)
      bytes.append(bigEndian: place.segmentOffset)
      bytes.append(bigEndian: place.controlCount)
      bytes.append(bigEndian: UInt32(batch.bodies.count))
      bytes.append(batch.bodyStates == nil ? 0 : 1)
      for state in batch.bodyStates ?? [] { bytes.append(state.rawValue) }
      bytes.append(contentsOf: batch.leaves)
      bytes.append(contentsOf: batch.bodies)
    case .head(let head):
      bytes.append(Code.head)
      head.append(to: &bytes)
    case .checkpoint(let id, let position, let contradicts, let frame):
      bytes.append(Code.checkpoint)
      id.append(to: &bytes)
      bytes.append(bigEndian: position)
      bytes.append(contradicts ? 1 : 0)
      bytes.append(contentsOf: frame)
    case .cosignature(let id, let position, let frame):
      bytes.append(Code.cosignature)
      id.append(to: &bytes)
      bytes.append(bigEndian: position)
      bytes.append(contentsOf: frame)
    case .pending(let id, let note):
      bytes.append(Code.pending)
      id.append(to: &bytes)
      bytes.append(bigEndian: UInt16(note.count))
      bytes.append(contentsOf: note)
    case .freeze(let id, let index):
      bytes.append(Code.freeze)
      id.append(to: &bytes)
      bytes.append(bigEndian: index)
    case .states(let id, let change, let purged, let indices):
      bytes.append(Code.states)
      id.append(to: &bytes)
      bytes.append(change.state.rawValue)
      WithdrawalMark.append(change.withdrawal, to: &bytes)
      bytes.append(bigEndian: purged)
      bytes.append(bigEndian: UInt32(indices.count))
      for index in indices { bytes.append(bigEndian: index) }
    case .body(let body):
      bytes.append(Code.body)
      body.append(to: &bytes)
    case .replaced(let replaced):
      bytes.append(Code.replaced)
      replaced.append(to: &bytes)
    }
  }

  /// - Throws: for bytes that no store writes; the frame's checksum was right.
  init(_ reader: inout ByteReader, _ bytes: Span<UInt8>) throws(WireError) {
    let code = try reader.u8(bytes)
    switch code {
    case Code.newLog:
      let text = try reader.array(bytes, Int(try reader.u8(bytes)))
      let key = LogPublicKey(try reader.bytes32(bytes))
      guard let origin = try? Origin(String(decoding: text, as: UTF8.self)) else {
        throw .truncated
      }
      self = .newLog(LogIdentity(origin: origin, key: key))
    case Code.entries:
      self = try JournalRecord.entries(&reader, bytes)
    case Code.head:
      self = .head(try HeadRecord(&reader, bytes))
    case Code.checkpoint:
      self = .checkpoint(
        LogID(try reader.bytes32(bytes)), position: try reader.record(bytes),
        contradicts: try reader.u8(bytes) == 1,
        frame: try reader.array(bytes, Layout.checkpointBytes))
    case Code.cosignature:
      self = .cosignature(
        LogID(try reader.bytes32(bytes)), position: try reader.record(bytes),
        frame: try reader.array(bytes, Layout.cosignatureBytes))
    case Code.pending:
      self = .pending(
        LogID(try reader.bytes32(bytes)),
        note: try reader.array(bytes, Int(try reader.u16(bytes))))
    case Code.freeze:
      let id = LogID(try reader.bytes32(bytes))
      let index = try reader.u64(bytes)
      guard index <= EntryLayout.maxIndex else { throw .truncated }
      self = .freeze(id, index: index)
    case Code.states:
      self = try JournalRecord.states(&reader, bytes)
    case Code.body:
      self = .body(try BodyArrival(&reader, bytes))
    case Code.replaced:
      self = .replaced(try ReplacedLeaves(&reader, bytes))
    default:
      throw .truncated
    }
  }

  private static func states(_ reader: inout ByteReader, _ bytes: Span<UInt8>) throws(WireError)
    -> JournalRecord
  {
    let id = LogID(try reader.bytes32(bytes))
    let code = try reader.u8(bytes)
    let mark = try reader.array(bytes, Layout.withdrawalMarkBytes)
    guard let state = BodyState(rawValue: code),
      WithdrawalMark.isOne(mark.span, at: 0) || mark.allSatisfy({ $0 == 0 }),
      let change = StateChange(state, WithdrawalMark(mark.span, at: 0))
    else { throw .truncated }
    let purged = try reader.u64(bytes)
    var indices: [UInt64] = []
    for _ in 0..<(try reader.u32(bytes)) {
      let index = try reader.record(bytes)
      guard indices.last.map({ $0 < index }) ?? true else { throw .truncated }
      indices.append(index)
    }
    let most = state.isFinal ? UInt64(indices.count) * UInt64(EntryLayout.maxBodyBytes) : 0
    guard purged <= most else { throw .truncated }
    return .states(id, change, bytes: purged, indices: indices)
  }

  private static func entries(_ reader: inout ByteReader, _ bytes: Span<UInt8>) throws(WireError)
    -> JournalRecord
  {
    let id = LogID(try reader.bytes32(bytes))
    let first = try reader.record(bytes)
    let count = Int(try reader.u32(bytes))
    let place = EntryPlace(
      segment: try reader.u32(bytes), segmentOffset: try reader.u32(bytes),
      controlCount: try reader.record(bytes))
    let bodyBytes = Int(try reader.u32(bytes))
    var states: [BodyState]?
    if try reader.u8(bytes) == 1 {
      states = []
      for raw in try reader.array(bytes, count) {
        // A withdrawn body is hidden by a record of its own, which names the withdrawal.
        guard let state = BodyState(rawValue: raw), state != .hidden else { throw .truncated }
        states?.append(state)
      }
    }
    let leaves = try reader.array(bytes, count * EntryLayout.leafBytes)
    let bodies = try reader.array(bytes, bodyBytes)
    guard
      let batch = try? EntryBatch(
        first: first, leaves: leaves, bodies: bodies, bodyStates: states)
    else { throw .truncated }
    guard place.segment < Layout.segmentsMost, batch.end <= Layout.recordsMost,
      UInt64(place.segmentOffset) + EntryFiles.bodyRecordBytes(batch) <= UInt64(UInt32.max)
    else { throw .truncated }
    return .entries(id, batch, place: place)
  }
}

extension ByteReader {
  /// The number of an entry, or of a record or frame of a file (Protocols/store.md, STO-70).
  mutating func record(_ bytes: Span<UInt8>) throws(WireError) -> UInt64 {
    let number = try u64(bytes)
    guard number < Layout.recordsMost else { throw .truncated }
    return number
  }
}

/// Where the variable parts of a run of entries begin.
struct EntryPlace: Hashable, Sendable {
  var segment: UInt32
  var segmentOffset: UInt32
  /// Control records before these entries.
  var controlCount: UInt64
}
