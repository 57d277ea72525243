/// Why nothing of a log is taken.
enum LogLimit: Hashable, Sendable {
  /// Leaves and bodies, or entries: it goes on when there is room for what was refused.
  case size(bytes: Int, entries: Int)
  case perDay(UInt64)

  func text(_ allowance: LogAllowance) -> String {
    switch self {
    case .size:
      let bytes =
        allowance.maxBytes.map { "max-bytes is \($0)" }
        ?? allowance.defaultBytes.map {
          "\($0) bytes for all logs of a node, an eighth of the disk; set max-bytes"
        }
      let entries = allowance.maxEntries.map { "max-entries is \($0)" }
      let both = [bytes, entries].compactMap { $0 }.joined(separator: ", ")
      return both.isEmpty ? "the largest log there can be" : both
    case .perDay: return "max-bytes-per-day is \(allowance.maxBytesPerDay ?? 0)"
    }
  }
}
