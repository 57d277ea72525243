import Crypto
import Log

// Epochs that end, and those that follow: Protocols/sync.md, 9.
extension Replicator {
  /// No entry from here on is accepted: the log is frozen and no opening settled its branch, its
  /// epoch ended, or it is one of two that contest an epoch.
  func ceiling(of log: LogID) -> UInt64 {
    var ceiling = frozenAt(log) ?? .max
    if ceiling < .max, logs[held: log].isOnSettledBranch != false, !epochs.isContestant(log),
      let branch = epochs.settledBranch(of: log)
    {
      ceiling = max(ceiling, branch.size)
    }
    return min(ceiling, epochs.endsAt(log) ?? .max)
  }

  /// True when anything of this name is followed and passed on.
  private func isOnRoster(_ name: NodeName?) -> Bool {
    guard let name else { return false }
    return name == ownName || peers[name] != nil
  }

  /// A pull that would bring more is left; what is missing below is asked for at the next tick.
  mutating func endPull(beyondCeilingOf log: LogID) {
    let ceiling = ceiling(of: log)
    guard logs[held: log].fetch.pieces.contains(where: { $0.pull.range.upperBound > ceiling })
    else {
      return
    }
    release(log) { $0.range.upperBound > ceiling }
    logs[held: log].pullDueAt = 0
  }

  // MARK: Stored openings

  /// Entry 0 of a log, its own signature verified: nothing follows from it before.
  private func genesis(of log: LogID) -> (genesis: Genesis, leaf: [UInt8], body: [UInt8])? {
    let progress = logs[held: log]
    guard progress.durable.size > 0,
      let batch = try? reader.read(log, 0..<1, maximumBytes: Limits.chunkBytes),
      let body = batch.body(at: 0).map(Array.init),
      progress.accepted.identity.indexOfSigned(leaf: batch.leaves) == 0,
      let genesis = try? Genesis.parse(body), genesis.card.identity == progress.accepted.identity
    else { return nil }
    return (genesis, batch.leaves, body)
  }

  /// Ties a log whose genesis is here to the epoch that it follows, if that is known here.
  mutating func link(_ log: LogID) {
    guard logs[held: log].accepted.identity.origin.epoch > 1, let own = genesis(of: log),
      let linked = epochs.link(log, own.genesis, leaf: own.leaf, body: own.body)
    else { return }
    openingsChanged()
    if linked.predecessor == ownLog, linked.isAuthorised {
      gate.close(because: "\(own.genesis.card.origin) was opened after this epoch")
    }
  }

  /// A log got its first entry: it may follow, or be followed.
  mutating func genesisCame(_ log: LogID) {
    for other in logOrder where author(of: other) == author(of: log) { link(other) }
    openingsChanged()
  }

  // MARK: Passing on

  mutating func openingsChanged() {
    for id in sessionOrder { sessions[held: id].areOpeningsDue = true }
  }

  /// Tells a session once of each epoch that follows a shared one and is not shared itself, or of
  /// which others may hold another opening.
  mutating func passOnOpenings(_ effects: inout [Effect]) {
    for id in sessionOrder
    where sessions[held: id].areOpeningsDue && sessions[held: id].hasSentAnswer {
      sessions[held: id].areOpeningsDue = false
      for predecessor in epochs.ended where isListed(predecessor, on: id) {
        // Nothing of a name off the roster is passed on: nobody here compared its card.
        guard let successor = epochs.successors[predecessor], successor.isAuthorised,
          isOnRoster(author(of: predecessor))
        else { continue }
        let isNews = !isListed(successor.log, on: id) || successor.second != nil
        if isNews || isForkedAtStart(successor.log), genesis(of: successor.log) != nil {
          passOpening(successor.leaf, successor.body, after: predecessor, on: id, &effects)
        }
        if let second = successor.second?.batch.batch {
          passOpening(second.leaves, second.bodies, after: predecessor, on: id, &effects)
        }
      }
    }
  }

  /// Two first entries bear the log's signature, so that both sides may list it and hold another
  /// opening of it. A proof has no body to tell by.
  private func isForkedAtStart(_ log: LogID) -> Bool { proofs[log]?.frozenAt == 0 }

  private mutating func passOpening(
    _ leaf: [UInt8], _ body: [UInt8], after predecessor: LogID, on id: SessionID,
    _ effects: inout [Effect]
  ) {
    let known = sessions[held: id].openings[predecessor]?.known ?? []
    guard !known.contains(leaf), known.count < Limits.openingsOfLog,
      let position = sessions[held: id].lists.position(of: predecessor)
    else { return }
    sessions[held: id].openings[predecessor, default: ToldOpenings()].known.append(leaf)
    send(PassedOpening(position: position, leaf: leaf, body: body), on: id, &effects)
  }

  // MARK: Following

  mutating func receiveOpening(
    _ opening: HeldOpening, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    guard isListed(opening.predecessor, on: id) else {
      throw MalformedMessage(what: "opening after a log that is not shared")
    }
    let seen = sessions[held: id].openings[opening.predecessor]?.seen ?? 0
    guard seen < Limits.openingsOfLog else { return fail(id, now, &effects) }
    sessions[held: id].openings[opening.predecessor, default: ToldOpenings()].seen += 1
    check(opening, on: id, now, &effects)
  }

  /// An opening that an operator brought as a file.
  mutating func imported(_ held: HeldOpening, _ now: UInt64, _ effects: inout [Effect]) {
    guard let origin = logs[held.predecessor]?.accepted.identity.origin,
      let opening = Opening(held, after: origin),
      epochs.isAuthorised(opening.genesis, after: held.predecessor)
    else { return }
    takeOpening(opening, now, &effects)
  }

  private mutating func check(
    _ received: HeldOpening, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    let predecessor = received.predecessor
    guard let origin = logs[predecessor]?.accepted.identity.origin else { return }
    // All that is wrong here the sender could see, too: the message and the log that both list say
    // it.
    guard let opening = Opening(received, after: origin) else {
      refuseOpening(received, on: id, &effects)
      return fail(id, now, &effects)
    }
    // The sender cannot see which card is held here: what that does not authorise is nobody's
    // failure.
    guard isOnRoster(origin.name), epochs.isAuthorised(opening.genesis, after: predecessor) else {
      return refuseOpening(received, on: id, &effects)
    }
    sessions[held: id].openings[predecessor, default: ToldOpenings()].known.append(received.leaf)
    if takeOpening(opening, now, &effects) == .refused { refuseOpening(received, on: id, &effects) }
  }

  private mutating func refuseOpening(
    _ opening: HeldOpening, on id: SessionID, _ effects: inout [Effect]
  ) {
    effects.append(.count(.openingsRefused))
    guard let peer = sessions[id]?.opening.peer else { return }
    effects.append(.event(.openingRefused(after: opening.predecessor, from: peer)))
  }

  /// An opening that the card held here authorises.
  @discardableResult
  private mutating func takeOpening(
    _ opening: Opening, _ now: UInt64, _ effects: inout [Effect]
  ) -> EpochLedger.News {
    // The new epoch's own key signed two first entries, whatever they hold.
    if let first = epochs.genesis(forkedBy: opening) {
      prove(
        .signed(leaf: first), .signed(leaf: opening.batch.batch.leaves), of: opening.identity,
        &effects)
    }
    let news = epochs.take(opening)
    switch news {
    case .first: follow(opening, now, &effects)
    case .second(let first): contest(opening, after: first, &effects)
    case .known, .refused: break
    }
    return news
  }

  private mutating func follow(_ opening: Opening, _ now: UInt64, _ effects: inout [Effect]) {
    let log = opening.identity.id
    let predecessor = opening.predecessor
    openingsChanged()
    endPull(beyondCeilingOf: predecessor)
    add(opening.identity)
    if logs[held: log].accepted.size == 0 {
      logs[held: log].accepted = opening.batch.after
      release(log)
      logs[held: log].pullDueAt = now
      effects.append(.follow(opening))
    } else if let held = heldLeaf(of: log, at: 0) {
      prove(
        .signed(leaf: held), .signed(leaf: opening.batch.batch.leaves), of: opening.identity,
        &effects)
    }
    if author(of: predecessor) == ownName {
      gate.close(because: "\(opening.identity.origin) was opened elsewhere")
      effects.append(.event(.openedElsewhere(opening)))
    }
    for session in sessionOrder { listLogs(to: session, now, &effects) }
  }

  /// Another opening after the same epoch, by the same key: SYNC-73.
  private mutating func contest(
    _ opening: Opening, after first: LogID, _ effects: inout [Effect]
  ) {
    let predecessor = opening.predecessor
    endPull(beyondCeilingOf: predecessor)
    endPull(beyondCeilingOf: first)
    openingsChanged()
    effects.append(.keepOpening(opening))
    effects.append(.event(.secondOpening(predecessor)))
    // The key of an epoch that ended may be in anybody's hands: it says nothing of a later one.
    if [predecessor, first, opening.identity.id].contains(ownLog) {
      gate.close(because: "the epoch after \(opening.follows.origin.text) was opened twice")
    }
  }

  /// The operator may have called somebody: what a contest held back goes on.
  mutating func settleContests(_ now: UInt64, _ effects: inout [Effect]) {
    for opening in epochs.takeHeldBack() where isOnRoster(author(of: opening.predecessor)) {
      takeOpening(opening, now, &effects)
    }
    for contest in epochs.contests {
      for log in [contest.ended, contest.first] { logs[log]?.pullDueAt = now }
    }
  }
}
