import Log
import Replication
import Runtime
import Store

// What the core reports, as log lines and counters; and the timers of the node.
extension Node {
  func note(_ event: Event) {
    switch event {
    case .count(let counter): counters.add(counter.rawValue)
    case .sessionReady(let peer):
      journal.notice("peer \(peer) connected")
    case .malformed(let peer, let what): journal.warning("peer \(peer) sent no message: \(what)")
    case .secondCopy(let peer):
      counters.add("session.second-copy")
      journal.error(
        "two copies of node \(peer) are alive: one was refused. Stop one of them before it signs.")
    case .disputed(let log, let peer, let size):
      journal.error(
        "\(name(of: log)): peer \(peer) shows another history at size \(size); it is not exchanged with it"
      )
    case .contradiction(let log, let size):
      journal.error("\(name(of: log)): a signed checkpoint at \(size) contradicts what is stored")
    case .frozen(let log, let index): journal.error("\(name(of: log)) is frozen at \(index)")
    case .caughtUp(let log, let size):
      journal.debug("\(name(of: log)) is complete at \(size)")
    case .ownEntriesFrom(let peer, let size):
      author.close(
        because:
          "\(peer) held own entries up to \(size) that this data folder lacked: it is an old copy")
      journal.error(
        "\(identity.origin) is closed here: peer \(peer) held own entries up to \(size) that this folder lacked"
      )
    case .stalled(let log, let peer):
      journal.warning("\(name(of: log)): peer \(peer) sends nothing, asking elsewhere")
    case .peerHead(_, let log, _):
      if log == identity.id { answerAuthors() }
    case .signing(let state): signingChanged(state)
    case .anotherCopy(let peer):
      journal.error(
        "peer \(peer) says that another copy of this node is alive. Stop one of them before it signs."
      )
    case .unrepairable(let log, let range):
      journal.error(
        "\(name(of: log)): no peer has entries \(range.lowerBound) to \(range.upperBound - 1), which are damaged here"
      )
    case .secondOpening(let log):
      journal.error("\(name(of: log)): two different next epochs were opened; both are frozen")
    case .openedElsewhere(let opening):
      journal.error("\(opening.identity.origin) was opened elsewhere: this folder is an old copy")
    }
  }

  private func signingChanged(_ state: SigningState) {
    switch state {
    case .ready: journal.notice("signing in \(identity.origin)")
    case .waiting(let peers):
      journal.notice("not signing yet: waiting for \(peers.map(\.text).joined(separator: ", "))")
    case .closed(let reason):
      author.close(because: reason)
      journal.error("\(identity.origin) is closed here: \(reason)")
    }
  }

  // MARK: Timers

  /// Asks the core when it wants time, once a round is over.
  func scheduleTick() {
    let due = core.nextDue(now)
    if let timer = tickTimer, let due, timer.due <= due { return }
    if let timer = tickTimer { loop.cancel(timer.id) }
    tickTimer = nil
    guard let due else { return }
    let id = loop.schedule(afterMilliseconds: due - min(now, due)) { [weak self] in
      guard let self else { return }
      self.tickTimer = nil
      self.step(.tick)
    }
    tickTimer = (id, due)
  }

  /// No own entry stays outside a checkpoint for more than a second: SYNC-50.
  func scheduleCheckpoint() {
    let size = store.durableHead(identity.id)?.size ?? 0
    guard checkpointTimer == nil, author.closedBecause == nil,
      size > store.newestCheckpoint(identity.id)?.size ?? 0
    else { return }
    checkpointTimer = loop.schedule(
      afterMilliseconds: NodeLimits.checkpointAfterMilliseconds
    ) { [weak self] in
      guard let self else { return }
      self.checkpointTimer = nil
      self.attempt("no checkpoint could be made") {
        if let made = try self.author.makeCheckpoint() { self.step(.checkpointed(made)) }
      }
    }
  }
}
