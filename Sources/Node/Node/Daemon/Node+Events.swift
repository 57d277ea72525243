import Log
import Replica
import Replication
import Runtime
import Store

// The core's events as log lines and counters; and the timers of the node.
extension Node {
  func heard(_ event: Event) {
    switch event {
    case .count(let counter): counters.add(counter.rawValue)
    case .sessionReady(let peer):
      logger.notice("peer \(peer) connected")
    case .malformed(let peer, let what):
      say(.warning, "malformed \(peer)", "peer \(peer) sent no message: \(what)")
    case .secondCopy(let peer):
      counters.add("session.second-copy")
      warn(
        "second-copy \(peer)",
        "two copies of node \(peer) are alive: one was refused; tell its operator to stop one of them"
      )
    case .disputed(let log, let peer, let size):
      say(
        .error, "disputed \(log) \(peer)",
        "\(name(of: log)): peer \(peer) shows another history at size \(size); it is not exchanged with it"
      )
    case .contradiction: break
    case .frozen(let log, let index):
      say(.error, "frozen \(log)", "\(name(of: log)) is frozen at \(index)")
    case .caughtUp(let log, let size):
      logger.debug("\(name(of: log)) is complete at \(size)")
    case .ownEntriesFrom: break
    case .stalled(let log, let peer):
      say(
        .warning, "stalled \(log) \(peer)",
        "\(name(of: log)): peer \(peer) sends nothing, asking elsewhere")
    case .peerHead(_, let log, _):
      if log == identity.id { answerAuthors() }
    case .signing(let state): signingChanged(state)
    case .anotherCopy(let peer):
      counters.add("session.another-copy")
      warn(
        "another-copy \(peer)",
        "peer \(peer) says that another copy of this node is alive: stop one of them before it signs"
      )
    case .unread(let peer, let part, let milliseconds):
      let what = label(part).map { "what it sends of \($0)" } ?? "what it sends"
      say(
        .warning, "unread \(peer) \(what)",
        "peer \(peer): \(what) takes time and brings nothing: left unread for \(milliseconds / 1_000) s"
      )
    case .unrepairable(let log, let range, let asked): unrepairable(log, range, asked)
    case .openingRefused(let log, let peer):
      say(
        .error, "opening-refused \(log) \(peer)",
        "\(name(of: log)): peer \(peer) passed on a next epoch that the card held here does not authorise; it changes nothing"
      )
    case .secondOpening(let log):
      let author = store.logs.first { $0.id == log }?.origin.name.text ?? "that node"
      warn(
        "second-opening \(log)",
        "\(name(of: log)): its key opened two different next epochs: nothing is taken of either or sealed to \(author), and 'all' leaves it out; call its operator, and give the card that you compared to 'liaison peer add'"
      )
    case .openedElsewhere(let opening): openedElsewhere(opening)
    }
  }

  // MARK: Timers

  /// Asks the core when it wants time, once a round is over.
  func scheduleTick() {
    let due = replica.nextDue(now)
    if let timer = tickTimer, let due, timer.due <= due { return }
    if let timer = tickTimer { loop.cancel(timer.id) }
    tickTimer = nil
    guard let due else { return }
    let id = loop.schedule(afterMilliseconds: due - min(now, due)) { [weak self] in
      guard let self else { return }
      self.tickTimer = nil
      self.replica.tick()
    }
    tickTimer = (id, due)
  }
}
