/// Proofs, exhibits, single leaves and probes of a session: what came, what was sent, and how many
/// may (SYNC-87). One more is allowed as time passes.
struct EvidenceAllowance {
  private let openedAt: UInt64
  private var seen = 0
  private var sent = 0
  private var probesSeen = 0
  private(set) var probesSent = 0

  init(_ now: UInt64) { openedAt = now }

  /// Counts one more piece that came.
  /// - Returns: whether it is to be looked at. The two sides of a session need not count the same
  ///   time, so that some more are.
  mutating func see(_ now: UInt64) -> Bool {
    seen += 1
    return seen <= allowed(now) + Limits.evidenceSlack
  }

  /// Counts one that is to be sent.
  /// - Returns: whether the other side will look at it.
  mutating func send(_ now: UInt64) -> Bool {
    guard sent < allowed(now) else { return false }
    sent += 1
    return true
  }

  /// The proofs of one log that may travel since the session began.
  func proofsAllowed(_ now: UInt64) -> Int {
    Limits.proofsOfLog + grown(each: Limits.proofEveryMilliseconds, now)
  }

  /// - Returns: whether one more probe may come.
  mutating func seeProbe() -> Bool {
    probesSeen += 1
    return probesSeen <= Limits.probesOfSession
  }

  var maySendProbe: Bool { probesSent < Limits.probesOfSession }
  mutating func sendProbe() { probesSent += 1 }

  private func allowed(_ now: UInt64) -> Int {
    Limits.evidenceOfSession + grown(each: Limits.evidenceEveryMilliseconds, now)
  }

  private func grown(each milliseconds: UInt64, _ now: UInt64) -> Int {
    Int((now - min(now, openedAt)) / milliseconds)
  }
}
