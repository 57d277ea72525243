import Crypto
import Log
import Runtime
import Store

/// How far the scrub came, kept over restarts in the file `verified`: at 10^7 entries a pass takes
/// an hour and more. A note to ourselves: a file that is missing or damaged only makes the work
/// begin anew.
///
///     log <log id, 64 hexadecimal digits> <entries verified> <of this pass> <defects found>
///     last <Unix ms of its beginning> <of its end>
///     pass <Unix ms> <the store's cursor>
///     day <of the expiry clock>
package struct ScrubProgress: Hashable, Sendable {
  var logs: [LogID: ScrubbedLog] = [:]
  var cursor: ScrubCursor?
  var passStartedAt: UInt64?
  var lastStartedAt: UInt64?
  var lastEndedAt: UInt64?
  var day: UInt64 = 0

  /// The latest time that is taken: the sums that are made with it stay far below 2^64. It is in
  /// the year 287,396.
  private static let latestMilliseconds: UInt64 = 1 << 53

  /// 4,096 logs at some 130 bytes each, rounded up.
  private static let fileBytes = 1 << 20

  static func load(_ folder: NodeFolder) -> ScrubProgress {
    guard let bytes = try? FileSystem.read(folder.verified, maxBytes: fileBytes) else {
      return ScrubProgress()
    }
    return ScrubProgress(text: String(decoding: bytes, as: UTF8.self)) ?? ScrubProgress()
  }

  func save(_ folder: NodeFolder) throws(SystemError) {
    try FileSystem.atomicWrite(folder.verified, Array(text.utf8), mode: 0o600)
  }

  package var text: String {
    var text = ""
    for (id, log) in logs.sorted(by: { $0.key < $1.key }) {
      text += "log \(id) \(log.verified) \(log.scrubbed) \(log.defects)\n"
    }
    if let lastStartedAt, let lastEndedAt { text += "last \(lastStartedAt) \(lastEndedAt)\n" }
    if let passStartedAt, let cursor { text += "pass \(passStartedAt) \(cursor.text)\n" }
    return text + "day \(day)\n"
  }

  /// - Returns: nil for anything but what `text` gives.
  package init?(text: String) {
    self.init()
    for line in text.split(separator: "\n") {
      let fields = line.split(separator: " ", maxSplits: line.hasPrefix("pass ") ? 2 : 5)
      guard take(fields) else { return nil }
    }
  }

  private init() {}

  init(
    logs: [LogID: ScrubbedLog], cursor: ScrubCursor?, passStartedAt: UInt64?,
    lastStartedAt: UInt64?, lastEndedAt: UInt64?, day: UInt64
  ) {
    self.logs = logs
    self.cursor = cursor
    self.passStartedAt = passStartedAt
    self.lastStartedAt = lastStartedAt
    self.lastEndedAt = lastEndedAt
    self.day = day
  }

  private func milliseconds(_ text: Substring) -> UInt64? {
    UInt64(text).flatMap { $0 <= ScrubProgress.latestMilliseconds ? $0 : nil }
  }

  private mutating func take(_ fields: [Substring]) -> Bool {
    switch (fields.first, fields.count) {
    case ("log", 5):
      guard let id = Hex.decode(fields[1]).flatMap({ LogID($0) }), let verified = UInt64(fields[2]),
        let scrubbed = UInt64(fields[3]), let defects = UInt64(fields[4]),
        // No log has more entries, and what is added to them stays a number.
        max(verified, scrubbed, defects) <= 1 << 48
      else { return false }
      logs[id] = ScrubbedLog(verified: verified, scrubbed: scrubbed, defects: defects)
      return true
    case ("last", 3):
      lastStartedAt = milliseconds(fields[1])
      lastEndedAt = milliseconds(fields[2])
      return lastStartedAt != nil && lastEndedAt != nil
    case ("pass", 3):
      passStartedAt = milliseconds(fields[1])
      cursor = ScrubCursor(text: String(fields[2]))
      return passStartedAt != nil && cursor != nil
    case ("day", 2):
      guard let number = UInt64(fields[1]) else { return false }
      day = number
      return true
    default: return false
    }
  }
}
