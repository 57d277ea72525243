import Crypto

extension SyncMessage {
  /// The message for a person who reads a trace. Positions are those of the sender's list; of a
  /// pull and a chunk, too.
  static func text(_ message: [UInt8]) -> String {
    guard let type = SyncType(of: message) else {
      return message.first.map { "message \($0), \(message.count) bytes" } ?? "nothing"
    }
    guard let said = SyncMessage(message) else { return "\(type), \(message.count) bytes" }
    switch said {
    case .heads(let heads):
      return "\(type) \(heads.map { "[\($0.position)] \($0.size)" }.joined(separator: ", "))"
    case .pull(let pull):
      return "\(type) \(pull.request) [\(pull.position)] \(pull.range)"
    case .chunk(let chunk):
      return
        "\(type) \(chunk.request) [\(chunk.position)] \(chunk.range), \(message.count) bytes"
    case .checkpoint(let checkpoint):
      let root = Hex.encode(Array(checkpoint.root.prefix(4)))
      return "\(type) [\(checkpoint.position)] \(checkpoint.size) \(root)"
    case .probe(let position, _, _), .probed(let position, _, _), .entry(let position, _):
      return "\(type) [\(position)]"
    case .end(let request, let reason): return "\(type) \(request): \(reason)"
    default: return "\(type), \(message.count) bytes"
    }
  }
}
