import Crypto
import Log
import Wire

/// The records of a frame (Protocols/readability.md, READ-17).
enum JournalRecord {
  case beginning(RandomName, firstNumber: UInt64)
  case session(RandomName, start: UInt64)
  case run(ChangeCause, LogID, first: UInt64, count: UInt64)
  case doubt(LogID, Range<UInt64>)
  case standing(LogID, Standing)
  case keys(LogID, [KeyID])
  case ownKeys([KeyID])

  func append(to payload: inout [UInt8]) {
    switch self {
    case .beginning(let name, let number):
      payload.append(1)
      payload += name.bytes
      payload.append(bigEndian: number)
    case .session(let name, let start):
      payload.append(2)
      payload += name.bytes
      payload.append(bigEndian: start)
    case .run(let cause, let log, let first, let count):
      payload.append(3)
      payload.append(cause.rawValue)
      log.append(to: &payload)
      payload.append(bigEndian: first)
      payload.append(bigEndian: count)
    case .doubt(let log, let entries):
      payload.append(4)
      log.append(to: &payload)
      payload.append(bigEndian: entries.lowerBound)
      payload.append(bigEndian: entries.upperBound - entries.lowerBound)
    case .standing(let log, let standing):
      payload.append(5)
      log.append(to: &payload)
      payload.append(bigEndian: standing.disputedFrom)
      payload.append(bigEndian: standing.lateFrom)
    case .keys(let log, let keys):
      payload.append(6)
      log.append(to: &payload)
      JournalRecord.append(keys, to: &payload)
    case .ownKeys(let keys):
      payload.append(7)
      JournalRecord.append(keys, to: &payload)
    }
  }

  private static func append(_ keys: [KeyID], to payload: inout [UInt8]) {
    precondition(keys.count <= Layout.keysMost)
    payload.append(UInt8(keys.count))
    for key in keys { payload.append(bigEndian: key.word) }
  }

  /// - Throws: `.truncated` for anything that no journal writes.
  init(_ reader: inout ByteReader, _ payload: Span<UInt8>) throws(WireError) {
    switch try reader.u8(payload) {
    case 1:
      let name = RandomName(try reader.array(payload, Layout.identityBytes))
      self = .beginning(name, firstNumber: try JournalRecord.number(&reader, payload))
    case 2:
      let name = RandomName(try reader.array(payload, Layout.identityBytes))
      self = .session(name, start: try JournalRecord.number(&reader, payload))
    case 3:
      guard let cause = ChangeCause(rawValue: try reader.u8(payload)) else { throw .truncated }
      let log = LogID(try reader.bytes32(payload))
      let entries = try JournalRecord.entries(&reader, payload)
      self = .run(
        cause, log, first: entries.lowerBound, count: entries.upperBound - entries.lowerBound)
    case 4:
      self = .doubt(
        LogID(try reader.bytes32(payload)), try JournalRecord.entries(&reader, payload))
    case 5:
      self = .standing(
        LogID(try reader.bytes32(payload)),
        Standing(disputedFrom: try reader.u64(payload), lateFrom: try reader.u64(payload)))
    case 6:
      self = .keys(LogID(try reader.bytes32(payload)), try JournalRecord.keys(&reader, payload))
    case 7: self = .ownKeys(try JournalRecord.keys(&reader, payload))
    default: throw .truncated
    }
  }

  private static func number(
    _ reader: inout ByteReader, _ payload: Span<UInt8>
  ) throws(WireError) -> UInt64 {
    let number = try reader.u64(payload)
    guard number <= Layout.numbersMost else { throw .truncated }
    return number
  }

  /// Neither empty nor beyond what a log can have.
  private static func entries(
    _ reader: inout ByteReader, _ payload: Span<UInt8>
  ) throws(WireError) -> Range<UInt64> {
    let first = try reader.u64(payload)
    let count = try reader.u64(payload)
    guard count > 0, first <= Layout.entriesMost, count <= Layout.entriesMost - first else {
      throw .truncated
    }
    return first..<(first + count)
  }

  private static func keys(
    _ reader: inout ByteReader, _ payload: Span<UInt8>
  ) throws(WireError) -> [KeyID] {
    let count = Int(try reader.u8(payload))
    var keys: [KeyID] = []
    for _ in 0..<count { keys.append(KeyID(word: try reader.u64(payload))) }
    return keys
  }
}

/// Tells one key from another, within one journal: 8 bytes of a hash.
public struct KeyID: Hashable, Sendable, Comparable {
  let word: UInt64

  /// By the hash: an order without meaning that makes lists comparable.
  public static func < (a: KeyID, b: KeyID) -> Bool { a.word < b.word }
}
