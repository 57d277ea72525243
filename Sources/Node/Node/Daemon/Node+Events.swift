import Log
import Replica
import Replication
import Runtime
import Store

// The core's events as log lines and counters.
extension Node {
  func heard(_ event: Event) {
    switch event {
    case .count(let counter): notices.count(counter.rawValue)
    case .sessionReady(let peer):
      notices.logger.notice("peer \(peer) connected")
    case .malformed(let peer, let what):
      notices.say(.warning, "malformed \(peer)", "peer \(peer) sent no message: \(what)")
    case .secondCopy(let peer):
      notices.count("session.second-copy")
      notices.warn(
        "second-copy \(peer)",
        "two copies of node \(peer) are alive: one was refused; tell its operator to stop one of them"
      )
    case .disputed(let log, let peer, let size):
      notices.say(
        .error, "disputed \(log) \(peer)",
        "\(replica.name(of: log)): peer \(peer) shows another history at size \(size); it is not exchanged with it"
      )
    case .contradiction: break
    case .frozen(let log, let index):
      notices.say(.error, "frozen \(log)", "\(replica.name(of: log)) is frozen at \(index)")
    case .caughtUp(let log, let size):
      notices.logger.debug("\(replica.name(of: log)) is complete at \(size)")
    case .ownEntriesFrom: break
    case .stalled(let log, let peer):
      notices.say(
        .warning, "stalled \(log) \(peer)",
        "\(replica.name(of: log)): peer \(peer) sends nothing, asking elsewhere")
    case .peerHead(_, let log, _):
      if log == identity.id { publishing.answer() }
    case .signing(let state): signing.changed(state)
    case .anotherCopy(let peer):
      notices.count("session.another-copy")
      notices.warn(
        "another-copy \(peer)",
        "peer \(peer) says that another copy of this node is alive: stop one of them before it signs"
      )
    case .unread(let peer, let part, let milliseconds):
      let what = replica.label(part).map { "what it sends of \($0)" } ?? "what it sends"
      notices.say(
        .warning, "unread \(peer) \(what)",
        "peer \(peer): \(what) takes time and brings nothing: left unread for \(milliseconds / 1_000) s"
      )
    case .unrepairable(let log, let range, let asked): unrepairable(log, range, asked)
    case .openingRefused(let log, let peer):
      notices.say(
        .error, "opening-refused \(log) \(peer)",
        "\(replica.name(of: log)): peer \(peer) passed on a next epoch that the card held here does not authorise; it changes nothing"
      )
    case .secondOpening(let log):
      let author = store.logs.first { $0.id == log }?.origin.name.text ?? "that node"
      notices.warn(
        "second-opening \(log)",
        "\(replica.name(of: log)): its key opened two different next epochs: nothing is taken of either or sealed to \(author), and 'all' leaves it out; call its operator, and give the card that you compared to 'liaison peer add'"
      )
    case .openedElsewhere(let opening):
      notices.warn(
        "opened-elsewhere \(opening.identity.id)",
        "\(opening.identity.origin) was opened elsewhere: this folder is an old copy of this node")
    }
  }

  /// Every connected peer was asked in vain. Loss in the node's own log ends the epoch: nothing is
  /// invented in its place.
  private func unrepairable(_ log: LogID, _ range: Range<UInt64>, _ asked: [NodeName]) {
    let what = range.count == 1 ? "entry \(range.lowerBound)" : "entries \(range.entriesText)"
    let missing = "damaged here, and \(replica.whoHadNothing(asked))"
    guard log == identity.id else {
      // Its author decides how many there are: `status` has them all.
      return notices.say(
        .error, "unrepairable \(log)",
        "\(replica.name(of: log)): \(what) \(missing); they are asked again later")
    }
    notices.count("store.own-entries-lost", UInt64(range.count))
    notices.logger.error(
      "LOST: \(identity.origin), \(what): \(missing). The next epoch is needed: liaison epoch open"
    )
  }
}
