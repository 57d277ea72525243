import Crypto
import Log
import Replica
import Replication
import Runtime
import Store

// Partners' next epochs: Protocols/card.md, 8.
extension Node {
  // MARK: Cards that are held

  /// The first card of each log counts: the one in `cards/`, and until it is there the roster's.
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
    for problem in held.problems { logger.warning("cards: \(problem)") }
    for card in [card] + roster.entries.map(\.card) where !held.isDoubted(card.identity.id) {
      do throws(IdentityError) { try held.hold(card) } catch { contradicted(by: card, error) }
    }
    transportKeys.know(roster, held)
  }

  private func contradicted(by card: Card, _ error: IdentityError) {
    warn("cards \(card.identity.id)", "\(error.reason); \(error.hint)")
  }

  /// The author's own log holds a card, too: if it names another opening key than the card that was
  /// handed over, its author made two.
  func compareGenesis(of durable: Durable) {
    guard durable.id != identity.id, let first = held.card(of: durable.id),
      checkedGeneses.insert(durable.id).inserted,
      let card = replica.genesis(of: first.identity)?.card, card.contradicts(first)
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
    guard core.epochs.openings(after: log.id).contains(body) else {
      throw .refused(
        reason:
          "\(genesis.card.origin) was not taken: a later epoch is followed, two are known already, or it is damaged",
        hint: "see liaison status, and call the operator of \(genesis.card.name)")
    }
    return ImportReply(
      origin: genesis.card.origin.text,
      contested: core.epochs.contested(of: genesis.card.name) != nil
    )
  }

  /// Why nothing is sealed to this peer now.
  func sealingRefusal(_ peer: LivePeer) -> ControlError? {
    let name = peer.card.name
    if let contested = core.epochs.contested(of: name) {
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
}
