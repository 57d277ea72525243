import Log
import Store

/// What the operator allows a peer's logs (`peers/NAME.conf`), and which of them stand at it.
struct LogAllowance: Hashable, Sendable {
  var maxBytes: UInt64?
  var maxEntries: UInt64?
  var maxBytesPerDay: UInt64?

  init(_ settings: PeerSettings = PeerSettings()) {
    maxBytes = settings.maxBytes
    maxEntries = settings.maxEntries
    maxBytesPerDay = settings.maxBytesPerDay
  }
}

/// Why nothing of a log is taken.
enum LogLimit: Hashable, Sendable {
  /// Leaves and bodies, or entries: it goes on when there is room for what was refused.
  case size(bytes: Int, entries: Int)
  case perDay(UInt64)

  func text(_ allowance: LogAllowance) -> String {
    switch self {
    case .size:
      let bytes = allowance.maxBytes.map { "max-bytes is \($0)" }
      let entries = allowance.maxEntries.map { "max-entries is \($0)" }
      let both = [bytes, entries].compactMap { $0 }.joined(separator: ", ")
      return both.isEmpty ? "the largest log there can be" : both
    case .perDay: return "max-bytes-per-day is \(allowance.maxBytesPerDay ?? 0)"
    }
  }
}

/// Bytes taken of one log on one day, counted from the daemon's start.
struct DayBudget: Hashable, Sendable {
  /// Days since 1970-01-01 by the local clock: it bounds what a disk takes, and decides nothing else.
  private(set) var day: UInt64 = 0
  private(set) var bytes: UInt64 = 0

  func hasRoom(for more: Int, within allowed: UInt64?, on today: UInt64) -> Bool {
    guard let allowed else { return true }
    return (day == today ? bytes : 0) + UInt64(more) <= allowed
  }

  mutating func take(_ more: Int, on today: UInt64) {
    if day != today { self = DayBudget(day: today) }
    bytes += UInt64(more)
  }

  init(day: UInt64 = 0) { self.day = day }
}

struct LimitWatch {
  var budgets: [LogID: DayBudget] = [:]
  /// At its limit: one alert each way.
  var limited: [LogID: LogLimit] = [:]
}
