import Log
import Replication
import Runtime
import Store

// Partners' next epochs: Protocols/card.md, 8.
extension Node {
  /// The roster as replication needs it: every epoch that is stored of each node, oldest first.
  var peers: [Peer] {
    roster.entries.map { entry in
      let present = entry.card.identity
      let others = store.logs.filter { $0.origin.name == entry.card.name && $0.id != present.id }
      let logs = (others + [present]).sorted { $0.origin.epoch < $1.origin.epoch }
      return Peer(
        name: entry.card.name, logs: logs, cosigningKey: entry.card.cosigning, rates: entry.rates)
    }
  }

  /// Verified, and authorised by the epoch before: its genesis is stored, then its card takes the place of the last.
  func follow(_ opening: Opening) {
    let origin = opening.identity.origin
    // An own one is reported besides. Another is kept even if its card is known already, or the peer was removed: the
    // core goes on from its genesis.
    guard origin.name != identity.origin.name else { return }
    journal.warning(
      "\(origin) was opened after \(name(of: opening.predecessor)), by the key that it committed to"
    )
    if keepGenesis(opening) { return finishFollowing(opening.card) }
    openings[opening.identity.id] = opening
  }

  /// - Returns: whether the genesis is durable already.
  @discardableResult
  func keepGenesis(_ opening: Opening) -> Bool {
    let id = opening.identity.id
    if store.durableHead(id)?.size ?? 0 > 0 { return true }
    attempt("\(opening.identity.origin) was not added") {
      try store.addLog(opening.identity)
      if store.state(id)?.size == 0 { try store.append(opening.batch) }
    }
    return false
  }

  /// The card by which the partner is known from now on. The earlier log stays, and is served.
  func finishFollowing(_ next: Card) {
    let name = next.name
    guard let known = roster.entry(name), next.isNewer(than: known.card) else { return }
    // What an operator compared by voice is replaced only by what its own keys opened (CARD-45).
    guard core.isContinued(known.card.identity.id, by: next.identity.id) else {
      return warn(
        "not-followed \(next.identity.id)",
        "\(next.origin) does not follow the card of \(name) on the roster, and did not replace it; compare its card by voice"
      )
    }
    // Two nodes of one transport key could not be told apart: a partner would take another's sessions.
    let transport = next.transport
    guard transport != card.transport, roster.entry(transport: transport)?.card.name ?? name == name
    else {
      return warn(
        "not-followed \(next.identity.id)",
        "the card of \(next.origin) has another node's transport key, and was not taken; talk to \(name)"
      )
    }
    keepSafe("card \(name)", "the card of \(next.origin)") { [unowned self] in
      try FileSystem.atomicWrite(folder.card(of: name), next.note, mode: 0o644)
      _ = try reload()
    }
  }

  /// The last run may have ended, or its disk been full, between a genesis and its card.
  func resumeFollowing() {
    for entry in roster.entries {
      let known = entry.card.identity
      let later = store.logs.last { log in
        log.origin.name == known.origin.name && core.frozenAt(log.id) != 0
          && core.isContinued(known.id, by: log.id)
      }
      if let later, let card = genesis(of: later)?.card { finishFollowing(card) }
    }
  }
}
