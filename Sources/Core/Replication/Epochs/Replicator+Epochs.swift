import Crypto
public import Log

/// The epoch that follows another, and where that one ends.
struct Successor {
  let log: LogID
  /// The size that the genesis cites.
  let endsAt: UInt64
  /// The genesis entry: its 216 bytes, and its body.
  let leaf: [UInt8]
  let body: [UInt8]
  /// True when the opening key in the card that is held here opened it: only such a one is passed
  /// on. Otherwise an operator compared its card.
  let isAuthorised: Bool
  /// Another body by the same opening key: the epoch is contested. There is never a third.
  var second: Opening?
  /// The branch that the genesis cites.
  let branch: SettledBranch

  init(
    log: LogID, follows: Genesis.Predecessor, leaf: [UInt8], body: [UInt8], isAuthorised: Bool
  ) {
    self.log = log
    endsAt = follows.size
    branch = SettledBranch(size: follows.size, root: follows.root)
    self.leaf = leaf
    self.body = body
    self.isAuthorised = isAuthorised
  }
}

// Epochs that end, and those that follow: Protocols/sync.md, 9.
extension Replicator {
  /// The size at which an epoch ended: entries from there on are late. No size of a contested one
  /// counts, until an operator compared the card of one side.
  public func endsAt(_ log: LogID) -> UInt64? {
    guard let successor = successors[log] else { return nil }
    guard let second = successor.second else { return successor.endsAt }
    guard isSettled(after: log), let compared = comparedLog(of: log) else { return nil }
    if successor.log == compared || isContinued(successor.log, by: compared) {
      return successor.endsAt
    }
    return second.identity.id == compared ? second.follows.size : nil
  }

  /// The log of the epoch that follows.
  public func successor(of log: LogID) -> LogID? { successors[log]?.log }

  /// The epoch of `name` whose opening key opened two that differ, unless its operator was called
  /// since: no size that either cites counts, and nothing is sealed to that node.
  public func contestedEpoch(of name: NodeName) -> LogID? {
    endedOrder.first { authorOf[$0] == name && isContested(after: $0) }
  }

  /// Both bodies that were opened after an epoch, or one, in their order: what was concluded of it.
  public func openings(after log: LogID) -> [[UInt8]] {
    guard let successor = successors[log] else { return [] }
    return [successor.body] + (successor.second.map { [$0.batch.batch.bodies] } ?? [])
  }

  /// True when two openings follow `log` and nobody compared the card of a later epoch by voice.
  func isContested(after log: LogID) -> Bool {
    successors[log]?.second != nil && !isSettled(after: log)
  }

  private func comparedLog(of log: LogID) -> LogID? {
    guard let author = authorOf[log] else { return nil }
    return author == ownName ? ownLog : peers[author]?.compared?.id
  }

  private func isSettled(after log: LogID) -> Bool {
    guard let compared = comparedLog(of: log), let end = logs[log]?.accepted.identity.origin.epoch
    else { return false }
    let later = logs[compared]?.accepted.identity ?? authorOf[log].flatMap { peers[$0]?.compared }
    return later.map { $0.origin.epoch > end } ?? false
  }

  /// True when this log is one of two that were opened after one epoch, and nobody knows which is
  /// right.
  func isContestant(_ log: LogID) -> Bool {
    endedOrder.contains { successors[$0]?.log == log && isContested(after: $0) }
  }

  /// True when `later` follows `log`, over any number of epochs, each opened by the key that the
  /// card of the one before commits to.
  public func isContinued(_ log: LogID, by later: LogID) -> Bool {
    var log = log
    for _ in 0..<Limits.epochsOfNode {
      guard let next = successors[log], next.isAuthorised else { return false }
      if next.log == later { return true }
      log = next.log
    }
    return false
  }

  /// No entry from here on is accepted: the log is frozen and no opening settled its branch, its
  /// epoch ended, or it is one of two that contest an epoch.
  func ceiling(of log: LogID) -> UInt64 {
    var ceiling = frozenAt(log) ?? .max
    if ceiling < .max, logs[held: log].isOnSettledBranch != false, !isContestant(log),
      let branch = settledBranch(of: log)
    {
      ceiling = max(ceiling, branch.size)
    }
    return min(ceiling, endsAt(log) ?? .max)
  }

  /// Keeps the opening key of the card that this node took first for each log: CARD-11.
  mutating func hold(_ commitments: [LogID: OpeningKeyHash]) {
    openingKeys.merge(commitments) { first, _ in first }
  }

  private func isAuthorised(_ genesis: Genesis, after log: LogID) -> Bool {
    guard let key = openingKeys[log], let origin = logs[log]?.accepted.identity.origin
    else { return false }
    return genesis.isAuthorised(by: key, after: origin)
  }

  /// True when anything of this name is followed and passed on.
  private func isOnRoster(_ name: NodeName?) -> Bool {
    guard let name else { return false }
    return name == ownName || peers[name] != nil
  }

  /// A pull that would bring more is left; what is missing below is asked for at the next tick.
  mutating func endPull(beyondCeilingOf log: LogID) {
    let ceiling = ceiling(of: log)
    guard logs[held: log].fetch.pieces.contains(where: { $0.range.upperBound > ceiling }) else {
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
      let follows = own.genesis.follows,
      let (predecessor, isAuthorised) = predecessor(of: own.genesis, follows.origin),
      successors[predecessor].map({ $0.log == log && !$0.isAuthorised }) ?? true
    else { return }
    if successors[predecessor] == nil { endedOrder.append(predecessor) }
    successors[predecessor] = Successor(
      log: log, follows: follows, leaf: own.leaf, body: own.body, isAuthorised: isAuthorised)
    if isAuthorised { hold([log: own.genesis.card.opening]) }
    openingsChanged()
    if predecessor == ownLog, isAuthorised {
      closeSigning(because: "\(own.genesis.card.origin) was opened after this epoch")
    }
  }

  private func predecessor(
    of genesis: Genesis, _ origin: Origin
  ) -> (log: LogID, isAuthorised: Bool)? {
    let known = logOrder.filter { logs[held: $0].accepted.identity.origin == origin }
    if let log = known.first(where: { self.isAuthorised(genesis, after: $0) }) {
      return (log, true)
    }
    return known.first.map { ($0, false) }
  }

  /// A log got its first entry: it may follow, or be followed.
  mutating func genesisCame(_ log: LogID) {
    for other in logOrder where authorOf[other] == authorOf[log] { link(other) }
    openingsChanged()
  }

  // MARK: Passing on

  mutating func openingsChanged() {
    for id in sessionOrder { sessions[held: id].areOpeningsDue = true }
  }

  /// Tells a session once of each epoch that follows a shared one and is not shared itself.
  mutating func passOnOpenings(_ effects: inout [Effect]) {
    for id in sessionOrder
    where sessions[held: id].areOpeningsDue && sessions[held: id].hasSentAnswer {
      sessions[held: id].areOpeningsDue = false
      for predecessor in endedOrder where isListed(predecessor, on: id) {
        // Nothing of a name off the roster is passed on: nobody here compared its card.
        guard let successor = successors[predecessor], successor.isAuthorised,
          isOnRoster(authorOf[predecessor])
        else { continue }
        if !isListed(successor.log, on: id) || successor.second != nil,
          genesis(of: successor.log) != nil
        {
          pass(successor.leaf, successor.body, after: predecessor, on: id, &effects)
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
    let known = sessions[held: id].openings[predecessor]?.known ?? []
    guard !known.contains(leaf), known.count < Limits.openingsOfLog,
      let position = sessions[held: id].ourPositions[predecessor]
    else { return }
    sessions[held: id].openings[predecessor, default: ToldOpenings()].known.append(leaf)
    send(PassedOpening(position: position, leaf: leaf, body: body), on: id, &effects)
  }

  // MARK: Following

  mutating func received(
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
      isAuthorised(opening.genesis, after: held.predecessor)
    else { return }
    take(opening, now, &effects)
  }

  private mutating func check(
    _ received: HeldOpening, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    let predecessor = received.predecessor
    guard let origin = logs[predecessor]?.accepted.identity.origin else { return }
    // All that is wrong here the sender could see, too: the message and the log that both list say
    // it.
    guard let opening = Opening(received, after: origin) else {
      refused(received, on: id, &effects)
      return fail(id, now, &effects)
    }
    // The sender cannot see which card is held here: what that does not authorise is nobody's
    // failure.
    guard isOnRoster(origin.name), isAuthorised(opening.genesis, after: predecessor) else {
      return refused(received, on: id, &effects)
    }
    sessions[held: id].openings[predecessor, default: ToldOpenings()].known.append(received.leaf)
    guard take(opening, now, &effects) else { return refused(received, on: id, &effects) }
  }

  private mutating func refused(
    _ opening: HeldOpening, on id: SessionID, _ effects: inout [Effect]
  ) {
    effects.append(.count(.openingsRefused))
    guard let peer = sessions[id]?.opening.peer else { return }
    effects.append(.event(.openingRefused(after: opening.predecessor, from: peer)))
  }

  /// An opening that the card held here authorises. The first one counts; a second one contests the
  /// epoch.
  /// - Returns: false when it says nothing that is kept.
  @discardableResult
  private mutating func take(
    _ opening: Opening, _ now: UInt64, _ effects: inout [Effect]
  ) -> Bool {
    guard successors[opening.predecessor] == nil else { return compare(opening, &effects) }
    // Only an operator can say which of two contestants goes on: then this is looked at again.
    if isContestant(opening.predecessor) {
      let name = authorOf[opening.predecessor]
      if openingsHeldBack.count(where: { authorOf[$0.predecessor] == name })
        < Limits.openingsHeldBackOfNode, !openingsHeldBack.contains(opening)
      {
        openingsHeldBack.append(opening)
      }
      return false
    }
    let name = authorOf[opening.predecessor]
    guard logOrder.count(where: { authorOf[$0] == name }) < Limits.epochsOfNode else {
      return false
    }
    follow(opening, now, &effects)
    return true
  }

  private mutating func follow(_ opening: Opening, _ now: UInt64, _ effects: inout [Effect]) {
    let log = opening.identity.id
    let predecessor = opening.predecessor
    endedOrder.append(predecessor)
    successors[predecessor] = Successor(
      log: log, follows: opening.follows, leaf: opening.batch.batch.leaves,
      body: opening.batch.batch.bodies, isAuthorised: true)
    hold([log: opening.card.opening])
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
    if authorOf[predecessor] == ownName {
      closeSigning(because: "\(opening.identity.origin) was opened elsewhere")
      effects.append(.event(.openedElsewhere(opening)))
    }
    for session in sessionOrder { listLogs(to: session, now, &effects) }
  }

  /// The operator may have called somebody: what a contest held back goes on.
  mutating func settleContests(_ now: UInt64, _ effects: inout [Effect]) {
    let waiting = openingsHeldBack
    openingsHeldBack = []
    for opening in waiting where isOnRoster(authorOf[opening.predecessor]) {
      take(opening, now, &effects)
    }
    for log in endedOrder {
      guard let successor = successors[log], successor.second != nil else { continue }
      for other in [log, successor.log] { logs[other]?.pullDueAt = now }
    }
  }

  /// Another opening after the same epoch, by the same key: SYNC-73.
  /// - Returns: false when it is not kept.
  private mutating func compare(_ opening: Opening, _ effects: inout [Effect]) -> Bool {
    let predecessor = opening.predecessor
    guard let first = successors[predecessor] else { return false }
    let leaf = opening.batch.batch.leaves
    let header = 0..<EntryLayout.headerBytes
    let isFork = first.log == opening.identity.id && first.leaf[header] != leaf[header]
    // The new epoch's own key signed two first entries, whatever they hold.
    if isFork {
      prove(.signed(leaf: first.leaf), .signed(leaf: leaf), of: opening.identity, &effects)
    }
    if first.body == opening.batch.batch.bodies { return true }
    if let second = first.second, second.batch.batch.bodies == opening.batch.batch.bodies {
      return true
    }
    // A key does not contest what an operator compared; a third opening says nothing new; and where
    // a later epoch is followed the key of an earlier one says nothing any more.
    guard first.isAuthorised, first.second == nil, successors[first.log] == nil else {
      return false
    }
    successors[predecessor]?.second = opening
    endPull(beyondCeilingOf: predecessor)
    endPull(beyondCeilingOf: first.log)
    openingsChanged()
    effects.append(.keepOpening(opening))
    effects.append(.event(.secondOpening(predecessor)))
    // The key of an epoch that ended may be in anybody's hands: it says nothing of a later one.
    if [predecessor, first.log, opening.identity.id].contains(ownLog) {
      closeSigning(
        because: "the epoch after \(opening.follows.origin.text) was opened twice")
    }
    return true
  }

  /// A second opening that `keepOpening` kept in an earlier run.
  mutating func recall(_ held: HeldOpening) {
    guard let progress = logs[held.predecessor], let first = successors[held.predecessor],
      first.isAuthorised, first.second == nil, first.body != held.body,
      let opening = Opening(held, after: progress.accepted.identity.origin),
      isAuthorised(opening.genesis, after: held.predecessor)
    else { return }
    successors[held.predecessor]?.second = opening
  }
}
