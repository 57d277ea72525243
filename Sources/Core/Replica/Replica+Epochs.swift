package import Log
import Replication
import Store

// Next epochs: partners', which are followed, and the own one (Protocols/card.md, 8).
extension Replica {
  /// The roster as the core needs it: every epoch that is stored of each node, oldest first.
  var peers: [Peer] {
    let keys = host.openingKeys
    return partners.map { partner in
      let present = partner.card.identity
      let others = store.logs.filter { $0.origin.name == partner.card.name && $0.id != present.id }
      let logs = (others + [present]).sorted { $0.origin.epoch < $1.origin.epoch }
      return Peer(
        name: partner.card.name, logs: logs, cosigningKey: partner.card.cosigning,
        rates: partner.rates, openingKeys: keys, compared: partner.compared?.identity)
    }
  }

  /// Verified, and authorised by the epoch before: its genesis is stored, then its card takes the
  /// place of the last.
  func follow(_ opening: Opening) {
    let origin = opening.identity.origin
    // An own one is reported besides. Another is kept even if its card is known already, or the
    // peer was removed: the core goes on from its genesis.
    guard origin.name != card.name else { return }
    keepSafe("held card \(opening.identity.id)", "the card of \(origin)") { [unowned self] in
      _ = try host.write(.heldCard(opening.card))
    }
    let waits = partner(origin.name)?.confirmsCards == true
    host.tell(
      .warning(
        key: "followed \(opening.identity.id)",
        "\(origin) was opened after \(name(of: opening.predecessor)) by the key in the card that is held here, and is "
          + "followed; "
          + (waits
            ? "nothing is sealed to it before its card was compared by voice and given to 'liaison peer add'"
            : "call its operator and compare its card by voice, and give it to 'liaison peer add'")
      ))
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
    guard let known = partner(name)?.card, next.isNewer(than: known) else { return }
    // A card that an operator compared by voice gives way only to one that its own keys opened
    // (CARD-45).
    guard core.epochs.isContinued(known.identity.id, by: next.identity.id) else {
      return host.tell(
        .warning(
          key: "not-followed \(next.identity.id)",
          "\(next.origin) does not follow the card of \(name) on the roster, and did not replace it; compare its card by voice"
        ))
    }
    // Two nodes of one transport key could not be told apart: a partner would take another's
    // sessions.
    let transport = next.transport
    guard transport != card.transport,
      !partners.contains(where: { $0.card.transport == transport && $0.card.name != name })
    else {
      return host.tell(
        .warning(
          key: "not-followed \(next.identity.id)",
          "the card of \(next.origin) has another node's transport key, and was not taken; talk to \(name)"
        ))
    }
    keepSafe("card \(name)", "the card of \(next.origin)") { [unowned self] in
      _ = try host.write(.followed(next, after: known))
      try host.rosterChanged()
    }
  }

  /// The last run may have ended, or its disk been full, between a genesis and its card.
  func resumeFollowing() {
    for partner in partners {
      let known = partner.card.identity
      let later = store.logs.last { log in
        log.origin.name == known.origin.name && core.frozenAt(log.id) != 0
          && core.epochs.isContinued(known.id, by: log.id)
      }
      if let later, let card = genesis(of: later)?.card { finishFollowing(card) }
    }
  }

  /// nil while the entry or its body is not here.
  package func genesis(of log: LogIdentity) -> Genesis? {
    guard store.durableHead(log.id)?.size ?? 0 > 0,
      let batch = try? store.read(log.id, 0..<1, maxBytes: EntryLayout.maxBodyBytes * 2),
      batch.count == 1, let body = batch.body(at: 0)
    else { return nil }
    return try? Genesis.parse(Array(body))
  }

  // MARK: The own next epoch

  /// Its genesis goes to the store; `ReplicaHost.adopted` tells when it is durable, which may be at
  /// once: an opening that broke off after its genesis goes on there.
  package func adopt(_ genesis: VerifiedBatch) throws {
    let next = genesis.after.identity
    step(.close(because: "\(next.origin) was opened after it"))
    adopting = next
    if let head = store.durableHead(next.id), head.size > 0 {
      return finishAdoption(.success(head))
    }
    do {
      try store.addLog(next)
      try store.append(genesis)
    } catch {
      adopting = nil
      throw error
    }
  }

  func finishAdoption(_ outcome: Result<LogHead, DiskError>) {
    guard adopting != nil else { return }
    adopting = nil
    host.adopted(outcome)
  }
}
