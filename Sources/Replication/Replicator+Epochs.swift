public import Log

/// What follows an epoch, and where that ends.
struct Successor {
  let log: LogID
  /// The size that the genesis cites; of different ones the smallest: what is above is late.
  var endsAt: UInt64
  /// Of different ones the largest: up to there entries are taken, whichever opening was seen first.
  var reach: UInt64
  /// The genesis entry's 216 bytes.
  let leaf: [UInt8]
  /// Whether the key that the epoch before committed to opened it: only such a one is passed on. Otherwise an
  /// operator compared its card.
  let isAuthorised: Bool
  /// A different one, also authorised: of several the one that cites the least. Both are told to whoever knows the epoch
  /// before.
  var second: Opening?

  init(log: LogID, endsAt: UInt64, leaf: [UInt8], isAuthorised: Bool) {
    self.log = log
    self.endsAt = endsAt
    reach = endsAt
    self.leaf = leaf
    self.isAuthorised = isAuthorised
  }
}

// Epochs that end, and those that follow: Protocols/sync.md, 9.
extension Replicator {
  /// The size at which an epoch ended: entries from there on are late.
  public func endsAt(_ log: LogID) -> UInt64? { successors[log]?.endsAt }

  /// The log of the epoch that follows.
  public func successor(of log: LogID) -> LogID? { successors[log]?.log }

  /// Whether `later` follows `log`, over any number of epochs, each opened by the key that the one before
  /// committed to.
  public func isContinued(_ log: LogID, by later: LogID) -> Bool {
    var log = log
    for _ in 0..<Limits.epochsOfNode {
      guard let next = successors[log], next.isAuthorised else { return false }
      if next.log == later { return true }
      log = next.log
    }
    return false
  }

  /// No entry from here on is accepted: the log is frozen, or its epoch ended.
  func ceiling(of log: LogID) -> UInt64 {
    min(logs[log]!.accepted.frozenAt ?? .max, successors[log]?.reach ?? .max)
  }

  /// A pull that would bring more is left; what is missing below is asked for at the next tick.
  mutating func endPull(beyondCeilingOf log: LogID) {
    let ceiling = ceiling(of: log)
    guard logs[log]!.fetch.pieces.contains(where: { $0.range.upperBound > ceiling }) else { return }
    release(log) { $0.range.upperBound > ceiling }
    logs[log]!.pullDueAt = 0
  }

  // MARK: What is stored

  /// Entry 0 of a log, its own signature verified: nothing follows from it before.
  private func genesis(of log: LogID) -> (genesis: Genesis, leaf: [UInt8], body: [UInt8])? {
    let progress = logs[log]!
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
    guard logs[log]!.accepted.identity.origin.epoch > 1, let own = genesis(of: log),
      let follows = own.genesis.follows,
      let (predecessor, isAuthorised) = predecessor(of: own.genesis, follows.origin),
      successors[predecessor].map({ $0.log == log && !$0.isAuthorised }) ?? true
    else { return }
    if successors[predecessor] == nil { endedOrder.append(predecessor) }
    successors[predecessor] = Successor(
      log: log, endsAt: follows.size, leaf: own.leaf, isAuthorised: isAuthorised)
    openingsChanged()
    if predecessor == ownLog, isAuthorised {
      closeSigning(because: "\(own.genesis.card.origin) was opened after this epoch")
    }
  }

  private func predecessor(
    of genesis: Genesis, _ origin: Origin
  ) -> (log: LogID, isAuthorised: Bool)? {
    let known = logOrder.filter { logs[$0]!.accepted.identity.origin == origin }
    if let log = known.first(where: {
      self.genesis(of: $0).map { genesis.isAuthorised(by: $0.genesis.card) } == true
    }) {
      return (log, true)
    }
    return known.first.map { ($0, false) }
  }

  /// A log got its first entry: it may follow, be followed, or be waited for.
  mutating func genesisCame(_ log: LogID, _ now: UInt64, _ effects: inout [Effect]) {
    for other in logOrder where authorOf[other] == authorOf[log] { link(other) }
    openingsChanged()
    for id in sessionOrder {
      guard let waiting = sessions[id]?.waitingOpenings else { continue }
      for opening in waiting where opening.predecessor == log && sessions[id] != nil {
        sessions[id]!.waitingOpenings.removeAll { $0.predecessor == log }
        check(opening, on: id, now, &effects)
      }
    }
  }

  // MARK: Passing on

  mutating func openingsChanged() {
    for id in sessionOrder { sessions[id]!.areOpeningsDue = true }
  }

  /// Tells a session once of each epoch that follows a shared one and is not shared itself.
  mutating func passOnOpenings(_ effects: inout [Effect]) {
    for id in sessionOrder where sessions[id]!.areOpeningsDue && sessions[id]!.hasSentAnswer {
      sessions[id]!.areOpeningsDue = false
      for predecessor in endedOrder where sessions[id]!.shared[predecessor] != nil {
        let successor = successors[predecessor]!
        guard successor.isAuthorised else { continue }
        if sessions[id]!.shared[successor.log] == nil || successor.second != nil,
          !sessions[id]!.shared[predecessor]!.openingsKnown.contains(successor.leaf),
          let first = genesis(of: successor.log)
        {
          pass(first.leaf, first.body, after: predecessor, on: id, &effects)
        }
        if let second = successor.second?.batch.batch {
          pass(second.leaves, second.bodies, after: predecessor, on: id, &effects)
        }
      }
    }
  }

  private mutating func pass(
    _ leaf: [UInt8], _ body: [UInt8], after predecessor: LogID, on id: SessionID,
    _ effects: inout [Effect]
  ) {
    let known = sessions[id]!.shared[predecessor]!.openingsKnown
    guard !known.contains(leaf), known.count < Limits.openingsOfLog else { return }
    sessions[id]!.shared[predecessor]!.openingsKnown.append(leaf)
    let position = sessions[id]!.ourPositions[predecessor]!
    send(.opening(position: position, leaf: leaf, body: body), on: id, &effects)
  }

  // MARK: Following

  mutating func received(
    _ opening: HeldOpening, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    guard let shared = sessions[id]!.shared[opening.predecessor] else {
      throw MalformedMessage(what: "opening after a log that is not shared")
    }
    guard shared.openingsSeen < Limits.openingsOfLog else { return fail(id, now, &effects) }
    sessions[id]!.shared[opening.predecessor]!.openingsSeen += 1
    check(opening, on: id, now, &effects)
  }

  private mutating func check(
    _ received: HeldOpening, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    let predecessor = received.predecessor
    let origin = logs[predecessor]!.accepted.identity.origin
    guard let (genesis, batch) = received.verified(after: origin) else {
      return refuse(received, on: id, now, &effects)
    }
    guard let before = self.genesis(of: predecessor)?.genesis else {
      guard sessions[id]!.waitingOpenings.count < Limits.openingsWaiting else { return }
      sessions[id]!.waitingOpenings.append(received)
      return
    }
    guard genesis.isAuthorised(by: before.card) else {
      return refuse(received, on: id, now, &effects)
    }
    sessions[id]!.shared[predecessor]!.openingsKnown.append(received.leaf)
    let opening = Opening(predecessor: predecessor, genesis: genesis, batch: batch)
    if successors[predecessor] == nil {
      guard logOrder.count(where: { authorOf[$0] == origin.name }) < Limits.epochsOfNode else {
        return effects.append(
          .event(.openingRefused(after: predecessor, from: sessions[id]!.opening.peer)))
      }
      follow(opening, now, &effects)
    } else {
      compare(opening, on: id, now, &effects)
    }
  }

  private mutating func refuse(
    _ opening: HeldOpening, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    effects.append(.count(.openingsRefused))
    effects.append(
      .event(.openingRefused(after: opening.predecessor, from: sessions[id]!.opening.peer)))
    fail(id, now, &effects)
  }

  private mutating func follow(_ opening: Opening, _ now: UInt64, _ effects: inout [Effect]) {
    let log = opening.identity.id
    let predecessor = opening.predecessor
    endedOrder.append(predecessor)
    successors[predecessor] = Successor(
      log: log, endsAt: opening.genesis.follows!.size, leaf: opening.batch.batch.leaves,
      isAuthorised: true)
    openingsChanged()
    endPull(beyondCeilingOf: predecessor)
    add(opening.identity)
    if logs[log]!.accepted.size == 0 {
      logs[log]!.accepted = opening.batch.after
      release(log)
      logs[log]!.pullDueAt = now
      effects.append(.follow(opening))
    } else if let held = heldLeaf(of: log, at: 0) {
      prove(
        .signed(leaf: held), .signed(leaf: opening.batch.batch.leaves), of: opening.identity,
        &effects)
    }
    if authorOf[predecessor] == ownName {
      closeSigning(because: "\(opening.identity.origin) was opened elsewhere")
      effects.append(.event(.openedElsewhere(opening)))
    }
    for session in sessionOrder { listLogs(to: session, now, &effects) }
  }

  /// Another opening after the same epoch: the first one wins, and both are frozen. SYNC-73.
  private mutating func compare(
    _ opening: Opening, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    let predecessor = opening.predecessor
    let first = successors[predecessor]!
    let leaf = opening.batch.batch.leaves
    let header = 0..<EntryLayout.headerBytes
    if first.log == opening.identity.id, first.leaf[header] == leaf[header] { return }
    guard first.isAuthorised else {
      return effects.append(
        .event(.openingRefused(after: predecessor, from: sessions[id]!.opening.peer)))
    }
    guard note(second: opening) else { return }
    endPull(beyondCeilingOf: predecessor)
    openingsChanged()
    effects.append(.keepOpening(opening))
    if first.log == opening.identity.id {
      prove(.signed(leaf: first.leaf), .signed(leaf: leaf), of: opening.identity, &effects)
    } else {
      effects.append(.freeze(first.log, at: 0))
      freeze(first.log, at: 0, &effects)
    }
    effects.append(.event(.secondOpening(predecessor)))
    // The key of an epoch that ended may be in anybody's hands: it says nothing of a later one.
    if [predecessor, first.log, opening.identity.id].contains(ownLog) {
      closeSigning(because: "the epoch after \(opening.genesis.follows!.origin) was opened twice")
    }
  }

  /// Takes a second opening, or another that cites less than all before: which came first decides nothing but whose log
  /// is carried.
  /// - Returns: whether it says anything new.
  private mutating func note(second opening: Opening) -> Bool {
    let predecessor = opening.predecessor
    let cited = opening.genesis.follows!.size
    var successor = successors[predecessor]!
    guard successor.second == nil || cited < successor.endsAt else { return false }
    successor.second = opening
    successor.endsAt = min(successor.endsAt, cited)
    successor.reach = max(successor.reach, cited)
    successors[predecessor] = successor
    return true
  }

  /// A second opening that `keepOpening` kept in an earlier run.
  mutating func recall(_ held: HeldOpening) {
    guard let progress = logs[held.predecessor], let first = successors[held.predecessor],
      first.isAuthorised,
      let (genesis, batch) = held.verified(after: progress.accepted.identity.origin),
      let before = self.genesis(of: held.predecessor)?.genesis,
      genesis.isAuthorised(by: before.card),
      first.leaf[..<EntryLayout.headerBytes] != held.leaf[..<EntryLayout.headerBytes]
    else { return }
    _ = note(
      second: Opening(predecessor: held.predecessor, genesis: genesis, batch: batch))
  }
}
