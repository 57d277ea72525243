import Log
import Replication
import Store

extension FuzzNode {
  /// Asks all that `status`, `publish`, `withdraw`, `tail`, `disk` and the other calls of the
  /// control socket ask of the core: whatever peers said, the answers are within what sums and
  /// differences of them can bear.
  func askEverything(_ now: UInt64) {
    var lag: UInt64 = 0
    for progress in core.progressOfPeers() { lag += progress.lagEntries + progress.missingEntries }
    check(lag <= Self.mostEntries, "\(lag) entries of lag")
    for log in store.logs.map(\.id) { ask(about: log, now) }
    for peer in core.answeredPeers { ask(about: peer, now) }
    for queue in core.queues() {
      check(queue.count <= queue.limit, "\(queue.name): \(queue.count) of \(queue.limit)")
    }
    _ = (core.isCatchingUp, core.isServing, core.signing)
    for session in openSessions { _ = core.isHeldBack(session) }
  }

  /// All logs of a session at the bound of one: 2^60.
  private static let mostEntries = UInt64(1) << 61

  private func ask(about log: LogID, _ now: UInt64) {
    let durable = store.durableHead(log)?.size ?? 0
    let known = core.knownSize(of: log)
    check(known >= durable && known < 1 << 48, "\(known) entries are known of")
    for claim in core.claims(of: log) { check(claim.size > durable, "a claim of what is here") }
    if let catchUp = core.catchUp(of: log, now: now) {
      check(catchUp.total > catchUp.held, "nothing is caught up with")
      _ = catchUp.secondsLeft
    }
    // Somebody waits for replicas of all of it, and of more.
    _ = core.peersHolding(log, size: durable)
    _ = core.peersHolding(log, size: .max)
    _ = (core.isDisputed(log), core.carriers(of: log), core.cosigners(of: log))
    _ = (core.frozenAt(log), core.epochs.endsAt(log), core.forkProof(of: log))
    if let next = core.epochs.successor(of: log) { _ = core.epochs.isContinued(log, by: next) }
  }

  private func ask(about peer: NodeName, _ now: UInt64) {
    for rate in core.heldRates(of: peer, now: now) { check(rate.times > 0, "a rate held nothing") }
    for unread in core.unread(of: peer, now: now) { check(unread.times > 0, "all was read") }
  }
}
