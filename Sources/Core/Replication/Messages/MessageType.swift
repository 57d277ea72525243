/// The first byte of each message: Protocols/sync.md, 1.
enum MessageType: UInt8, CaseIterable {
  case hello = 1
  case logs = 2
  case heads = 3
  case checkpoint = 4
  case pull = 5
  case credit = 6
  case chunk = 7
  case end = 8
  case prune = 9
  case graft = 10
  case cosignatures = 11
  case proof = 12
  case ping = 13
  case pong = 14
  case digest = 15
  case entry = 16
  case copy = 17
  case opening = 18
  case probe = 19
  case probed = 20
  case exhibit = 21
  case leave = 22

  /// True when the message of that first byte asks for entries.
  static func isQuestion(_ first: UInt8) -> Bool {
    first == pull.rawValue || first == credit.rawValue
  }

  /// The place of the log's position in a message about one log; nil for others.
  var placeOfPosition: Int? {
    switch self {
    case .checkpoint, .prune, .graft, .proof, .entry, .opening, .probe, .probed, .exhibit: 1
    case .cosignatures: 2
    case .pull, .chunk: 5
    case .hello, .logs, .heads, .credit, .end, .ping, .pong, .digest, .copy, .leave: nil
    }
  }
}
