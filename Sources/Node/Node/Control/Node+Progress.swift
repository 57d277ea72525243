import Log
import Replication

// The parts of `status` about the progress of logs and about held traffic.
extension Node {
  func catchUpReport(_ log: LogID) -> CatchUpReport? {
    guard let found = core.catchUp(of: log, now: now) else { return nil }
    let rate = found.entriesPerSecond
    return CatchUpReport(
      held: found.held, total: found.total, entriesPerSecond: rate,
      secondsLeft: found.secondsLeft,
      sources: found.sources)
  }

  func heldReport(_ peer: NodeName) -> [HeldRateReport] {
    core.heldRates(of: peer, now: now).map {
      HeldRateReport(
        rate: $0.rate.rawValue, perSecond: $0.perSecond, times: $0.times, holding: $0.isHolding)
    } + core.unread(of: peer, now: now).map(unreadReport)
  }

  /// Time of messages of which nothing came, in µs.
  private func unreadReport(_ unread: UnreadReport) -> HeldRateReport {
    HeldRateReport(
      rate: ["unread", label(unread.part)].compactMap { $0 }.joined(separator: " "),
      perSecond: unread.microsecondsPerSecond, times: unread.times, holding: unread.isUnread)
  }

  /// `be/1` of a log, `be` of all of a node; nil for all that a peer sends.
  func label(_ part: UnreadPart) -> String? {
    switch part {
    case .all: nil
    case .author(let name): name.text
    case .log(let log): name(of: log)
    }
  }
}
