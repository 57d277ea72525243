import Crypto
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
        name: entry.card.name, logs: logs, cosigningKey: entry.card.cosigning, rates: entry.rates,
        openingKeys: Node.openingKeys(held, entry.card, nil), compared: entry.compared)
    }
  }

  /// Verified, and authorised by the epoch before: its genesis is stored, then its card takes the place of the last.
  func follow(_ opening: Opening) {
    let origin = opening.identity.origin
    // An own one is reported besides. Another is kept even if its card is known already, or the peer was removed: the
    // core goes on from its genesis.
    guard origin.name != identity.origin.name else { return }
    keepSafe("held card \(opening.identity.id)", "the card of \(origin)") { [unowned self] in
      try held.hold(opening.card)
    }
    let waits = roster.entry(origin.name)?.follow == .confirm
    warn(
      "followed \(opening.identity.id)",
      "\(origin) was opened after \(name(of: opening.predecessor)) by the key in the card that is held here, and is "
        + "followed; "
        + (waits
          ? "nothing is sealed to it before its card was compared by voice and given to 'liaison peer add'"
          : "call its operator and compare its card by voice, and give it to 'liaison peer add'")
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
    guard transport != card.transport,
      peer(withTransport: transport)?.entry.card.name ?? name == name
    else {
      return warn(
        "not-followed \(next.identity.id)",
        "the card of \(next.origin) has another node's transport key, and was not taken; talk to \(name)"
      )
    }
    keepSafe("card \(name)", "the card of \(next.origin)") { [unowned self] in
      try Roster.follow(next, after: known.card, folder)
      _ = try reload()
    }
  }

  // MARK: Cards that are held

  /// The first card of each log counts: what is in `cards/`, and until it is there what the roster says.
  static func openingKeys(
    _ held: HeldCards, _ card: Card, _ roster: LiveRoster?
  ) -> [LogID: OpeningKeyHash] {
    var keys = held.openingKeys
    for card in [card] + (roster?.entries.map(\.card) ?? [])
    where keys[card.identity.id] == nil && !held.isDoubted(card.identity.id) {
      keys[card.identity.id] = card.opening
    }
    return keys
  }

  /// A card that somebody put into `peers/` by hand, and the own one, are held from now on.
  func holdCards() {
    for problem in held.problems { journal.warning("cards: \(problem)") }
    for card in [card] + roster.entries.map(\.card) where !held.isDoubted(card.identity.id) {
      do throws(IdentityError) { try held.hold(card) } catch { contradicted(by: card, error) }
    }
    transportKeys.know(roster, held)
  }

  private func contradicted(by card: Card, _ error: IdentityError) {
    warn("cards \(card.identity.id)", "\(error.reason); \(error.hint)")
  }

  /// The author's own log holds a card, too: if it names another opening key than the card that was handed over, its author
  /// made two.
  func compareGenesis(of durable: Durable) {
    guard durable.id != identity.id, let first = held.card(of: durable.id),
      checkedGeneses.insert(durable.id).inserted,
      let card = genesis(of: first.identity)?.card, card.contradicts(first)
    else { return }
    do throws(IdentityError) { try held.hold(card) } catch { contradicted(by: card, error) }
  }

  /// A partner's opening that the operator brings as a file: it counts as one that a peer sent.
  func importOpening(_ request: ImportRequest) throws(ControlError) -> ImportReply {
    let notOne = ControlError.refused(
      reason: "this file is no opening of an epoch",
      hint: "take another copy of the file that \"liaison epoch open\" wrote")
    guard let bytes = Base64.decode(request.opening), bytes.count > EntryLayout.leafBytes,
      bytes.count <= EntryLayout.leafBytes + LogLimits.publicBodyBytes
    else { throw notOne }
    let body = Array(bytes[EntryLayout.leafBytes...])
    guard let genesis = try? Genesis.parse(body), let follows = genesis.follows else {
      throw notOne
    }
    let known = store.logs.filter { $0.origin == follows.origin }
    guard
      let log = known.first(where: { log in
        held.openingKeys[log.id].map { genesis.isAuthorised(by: $0, after: log.origin) } == true
      })
    else {
      throw .refused(
        reason:
          "the card of \(follows.origin) that is held here does not authorise \(genesis.card.origin)",
        hint:
          "call the operator of \(genesis.card.name), compare the card by voice, and give it to liaison peer add"
      )
    }
    step(
      .imported(
        HeldOpening(
          predecessor: log.id, leaf: Array(bytes[..<EntryLayout.leafBytes]), body: body)))
    guard core.openings(after: log.id).contains(body) else {
      throw .refused(
        reason:
          "\(genesis.card.origin) was not taken: a later epoch is followed, two are known already, or it is damaged",
        hint: "see liaison status, and call the operator of \(genesis.card.name)")
    }
    return ImportReply(
      origin: genesis.card.origin.text, contested: core.contestedEpoch(of: genesis.card.name) != nil
    )
  }

  /// Why nothing is sealed to this peer now.
  func sealingRefusal(_ peer: LivePeer) -> ControlError? {
    let name = peer.card.name
    if let contested = core.contestedEpoch(of: name) {
      return .refused(
        reason:
          "\(self.name(of: contested)) has two next epochs, both opened by its key: one is a thief's",
        hint:
          "call the operator of \(name), compare the card of the right one by voice, and give it to "
          + "liaison peer add")
    }
    if store.logs.contains(where: {
      $0.origin.name == name && faults.unreadableOpenings.contains($0.id)
    }) {
      return .refused(
        reason: "evidence that \(name) has two next epochs cannot be read (\(folder.faults))",
        hint:
          "look at what liaison status says of it, and bring the file back from a copy of the folder"
      )
    }
    guard peer.waitsForConfirmation else { return nil }
    return .refused(
      reason: "\(peer.card.origin) was followed, and its card was not compared (follow = confirm)",
      hint:
        "call the operator of \(name), compare the card by voice, and give it to liaison peer add")
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
