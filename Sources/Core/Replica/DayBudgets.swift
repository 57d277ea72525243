import Crypto
package import Log

/// The bytes taken of each log, kept over restarts in the file `taken`. A note to ourselves:
/// without it the day counts anew.
///
///     <log id, 64 hexadecimal digits> <days since 1970-01-01> <bytes>
package struct DayBudgets: Hashable, Sendable {
  package var byLog: [LogID: DayBudget] = [:]
  /// The file could not be used: each log counts as at its limit for the day of the start.
  package private(set) var isUnknown = false

  /// 4,096 logs at some 100 bytes each, rounded up.
  package static let fileBytes = 1 << 20

  package init() {}

  /// The file cannot be used: everything counts, for a day.
  package static func unknown(logs: [LogID], today: UInt64) -> DayBudgets {
    var full = DayBudgets()
    full.isUnknown = true
    for log in logs { full.byLog[log] = DayBudget(day: today, bytes: UInt64(Int64.max)) }
    return full
  }

  package var text: String {
    byLog.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.day) \($0.value.bytes)\n" }
      .joined()
  }

  /// - Returns: nil for anything but what `text` gives.
  package init?(text: String) {
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ", omittingEmptySubsequences: false)
      guard fields.count == 3, let id = Hex.decode(fields[0]).flatMap({ LogID($0) }),
        let day = UInt64(fields[1]), let bytes = UInt64(fields[2]), bytes <= UInt64(Int64.max)
      else { return nil }
      byLog[id] = DayBudget(day: day, bytes: bytes)
    }
  }
}
