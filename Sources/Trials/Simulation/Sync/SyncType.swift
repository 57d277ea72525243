/// The first byte of each message of Protocols/sync.md, 1.
enum SyncType: UInt8, CaseIterable {
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

  /// - Returns: nil when no message begins so.
  init?(of message: [UInt8]) {
    guard let first = message.first else { return nil }
    self.init(rawValue: first)
  }
}
