import Crypto
import Wire

/// The part of Protocols/sync.md that an observer reads, written down a second time: what it sees
/// is not what the core's own reader says.
enum SyncWords {
  static let hello: UInt8 = 1
  static let logs: UInt8 = 2
  static let heads: UInt8 = 3
  static let checkpoint: UInt8 = 4
  static let pull: UInt8 = 5
  static let chunk: UInt8 = 7
  static let end: UInt8 = 8
  static let entry: UInt8 = 16
  static let probe: UInt8 = 19
  static let probed: UInt8 = 20

  struct Head {
    let position: Int
    let size: UInt64
    let leafHash: Digest
  }

  static func heads(_ message: [UInt8]) -> [Head] {
    var heads: [Head] = []
    var next = 5
    while next + 44 <= message.count {
      let size: UInt64 = message.span.bigEndian(at: next + 4)
      if let hash = Bytes32(Array(message[(next + 12)..<(next + 44)])) {
        heads.append(
          Head(position: number(message, next), size: size, leafHash: Digest(hash)))
      }
      next += 44
    }
    return heads
  }

  private static let names: [UInt8: String] = [
    1: "hello", 2: "logs", 3: "heads", 4: "checkpoint", 5: "pull", 6: "credit", 7: "chunk",
    8: "end",
    9: "prune", 10: "graft", 11: "cosignatures", 12: "proof", 13: "ping", 14: "pong", 15: "digest",
    16: "entry", 17: "copy", 18: "opening", 19: "probe", 20: "probed", 21: "exhibit", 22: "leave",
  ]

  /// The message for a person who reads a trace. Positions are those of the sender's list; of a
  /// pull and a chunk, too.
  static func text(_ message: [UInt8]) -> String {
    guard let type = message.first else { return "nothing" }
    let name = names[type] ?? "message \(type)"
    switch type {
    case heads:
      let all = heads(message).map { "[\($0.position)] \($0.size)" }
      return "\(name) \(all.joined(separator: ", "))"
    case pull where message.count > 24:
      let from: UInt64 = message.span.bigEndian(at: 9)
      let to: UInt64 = message.span.bigEndian(at: 17)
      return "\(name) \(number(message, 1)) [\(number(message, 5))] \(from)..<\(to)"
    case chunk:
      guard let (position, end) = chunk(message) else { return name }
      let first: UInt64 = message.span.bigEndian(at: 9)
      return "\(name) \(number(message, 1)) [\(position)] \(first)..<\(end), \(message.count) bytes"
    case checkpoint where message.count > 45:
      let size: UInt64 = message.span.bigEndian(at: 5)
      return "\(name) [\(number(message, 1))] \(size) \(Hex.encode(Array(message[13..<17])))"
    case probe where message.count > 13, probed where message.count > 13,
      entry where message.count > 5:
      return "\(name) [\(number(message, 1))]"
    case end where message.count == 6: return "\(name) \(number(message, 1)): \(message[5])"
    default: return "\(name), \(message.count) bytes"
    }
  }

  static func saltedIDs(_ message: [UInt8]) -> [[UInt8]] {
    stride(from: 9, to: message.count - 15, by: 16).map { Array(message[$0..<($0 + 16)]) }
  }

  static func chunk(_ message: [UInt8]) -> (position: Int, end: UInt64)? {
    guard message.count >= 21 else { return nil }
    let first: UInt64 = message.span.bigEndian(at: 9)
    return (number(message, 5), first + UInt64(number(message, 17)))
  }

  private static func number(_ message: [UInt8], _ offset: Int) -> Int {
    let value: UInt32 = message.span.bigEndian(at: offset)
    return Int(value)
  }
}
