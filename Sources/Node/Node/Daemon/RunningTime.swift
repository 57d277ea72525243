import Crypto
import Log
import Runtime

/// The time that this node has run since its folder was made, in minutes: the clock by which
/// withdrawals erase (Protocols/entry.md, ENT-24). No wall clock and no peer moves it, and time in
/// which the node could hear of nothing is not counted. Kept in the file `running`:
///
///     liaison-running/v1
///     minutes <decimal>
///     <the first 16 hexadecimal digits of SHA-256 of the two lines above>
///
/// A file that is missing or damaged begins anew: what is hidden then waits for seven days once
/// more.
package struct RunningTime {
  private let before: UInt64
  private let startedAt: UInt64
  private var saved: UInt64

  private static let fileBytes = 256

  /// - Parameter now: milliseconds of the monotonic clock.
  package init(minutes: UInt64, now: UInt64) {
    before = min(minutes, UInt64(UInt32.max))
    saved = before
    startedAt = now
  }

  static func load(_ folder: NodeFolder, now: UInt64) -> RunningTime {
    let bytes = (try? FileSystem.read(folder.running, maxBytes: fileBytes)) ?? []
    return RunningTime(minutes: minutes(of: bytes) ?? 0, now: now)
  }

  package func minute(at now: UInt64) -> UInt32 {
    UInt32(clamping: before + (now - min(now, startedAt)) / 60_000)
  }

  /// True when the time is worth writing again.
  func isDue(at now: UInt64) -> Bool {
    UInt64(minute(at: now)) >= saved + NodeLimits.saveRunningMinutes
  }

  mutating func save(_ folder: NodeFolder, now: UInt64) throws(SystemError) {
    let minutes = UInt64(minute(at: now))
    try FileSystem.atomicWrite(
      folder.running, RunningTime.text(minutes: minutes), mode: 0o600)
    saved = minutes
  }

  package static func text(minutes: UInt64) -> [UInt8] {
    let lines = "liaison-running/v1\nminutes \(minutes)\n"
    return Array((lines + checksum(lines) + "\n").utf8)
  }

  /// - Returns: nil for anything but what `text` gives.
  package static func minutes(of bytes: [UInt8]) -> UInt64? {
    let lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 4, lines[1].hasPrefix("minutes "),
      let minutes = UInt64(lines[1].dropFirst("minutes ".utf8.count)), minutes <= UInt32.max,
      text(minutes: minutes) == bytes
    else { return nil }
    return minutes
  }

  private static func checksum(_ lines: String) -> String {
    String(Hex.encode(SHA256.hash(Array(lines.utf8)).array).prefix(16))
  }
}
