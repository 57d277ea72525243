/// Bytes taken of one log on one day.
package struct DayBudget: Hashable, Sendable {
  /// Days since 1970-01-01 by the local clock: it bounds what a disk takes, and decides nothing
  /// else.
  package static let dayMilliseconds: UInt64 = 86_400_000
  package private(set) var day: UInt64 = 0
  package private(set) var bytes: UInt64 = 0

  package func taken(on today: UInt64) -> UInt64 { day == today ? bytes : 0 }

  package static func hasRoom(for more: UInt64, beside taken: UInt64, within allowed: UInt64)
    -> Bool
  {
    taken <= allowed && more <= allowed - taken
  }

  package mutating func take(_ more: Int, on today: UInt64) {
    if day != today { self = DayBudget(day: today) }
    bytes = min(bytes, UInt64(Int64.max) - UInt64(more)) + UInt64(more)
  }

  package init(day: UInt64 = 0, bytes: UInt64 = 0) {
    self.day = day
    self.bytes = bytes
  }
}
