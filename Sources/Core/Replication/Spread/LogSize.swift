/// A size of a log, or an index in one, as a message names it: at most 2^48-1 (Protocols/sync.md,
/// SYNC-8).
///
/// `entry.md` lets an index reach 2^63-2. No log on earth comes near 2^48 entries (8,900 years at
/// 1,000 a second), and with this bound the sum over all logs of a session stays below 2^60, and
/// the bytes of all leaves of one below 2^56: nothing that is worked out from a peer's word can
/// overflow.
struct LogSize: Hashable, Comparable, Sendable {
  static let most: UInt64 = 1 << 48 - 1

  let value: UInt64

  /// A number from outside.
  /// - Returns: nil above the bound.
  init?(_ value: UInt64) {
    guard value <= LogSize.most else { return nil }
    self.value = value
  }

  /// A number of this node's own: what it accepted is below the bound.
  init(own value: UInt64) { self.value = min(value, LogSize.most) }

  static func < (a: LogSize, b: LogSize) -> Bool { a.value < b.value }
}

extension MessageReader {
  /// A size, or an index.
  mutating func logSize() throws -> LogSize {
    guard let size = LogSize(try u64()) else { throw MalformedMessage(what: "impossible size") }
    return size
  }

  /// The size of a log that is not empty.
  mutating func filledSize() throws -> LogSize {
    let size = try logSize()
    guard size.value > 0 else { throw MalformedMessage(what: "impossible size") }
    return size
  }
}
