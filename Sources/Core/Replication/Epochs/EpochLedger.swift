import Crypto
public import Log

/// The epochs of all nodes: which follows which, where each ends, and by whose word
/// (Protocols/sync.md, 9).
///
/// A value that reads no log and sends nothing. `Replicator` gives it what becomes known: each log
/// (`add`), the keys of cards (`hold`), the cards that operators compared (`compared`), and each
/// opening once its bytes are verified (`link` from the store, `take` from elsewhere, `recall` from
/// an earlier run). Everything else is a question.
public struct EpochLedger {
  private let ownName: NodeName
  private let ownLog: LogID
  /// Every known log, and the order in which they became known.
  private var identities: [LogID: LogIdentity] = [:]
  private var order: [LogID] = []
  /// The log of each peer whose card an operator compared by voice last.
  var compared: [NodeName: LogIdentity] = [:]
  /// The epoch that follows each log, where one does.
  private(set) var successors: [LogID: Successor] = [:] { didSet { changes &+= 1 } }
  /// The logs that an epoch follows, as they became known.
  private(set) var ended: [LogID] = []
  /// The key that opens the epoch after each log: from the card that was held first (CARD-11).
  private var openingKeys: [LogID: OpeningKeyHash] = [:]
  /// Openings after one of two contestants.
  private(set) var heldBack: [Opening] = []
  /// Grows with each change of what follows what.
  private(set) var changes: UInt64 = 0

  init(ownName: NodeName, ownLog: LogID) {
    self.ownName = ownName
    self.ownLog = ownLog
  }

  mutating func add(_ identity: LogIdentity) {
    guard identities.updateValue(identity, forKey: identity.id) == nil else { return }
    order.append(identity.id)
  }

  mutating func hold(_ commitments: [LogID: OpeningKeyHash]) {
    openingKeys.merge(commitments) { first, _ in first }
  }

  // MARK: Questions

  func author(of log: LogID) -> NodeName? { identities[log]?.origin.name }

  /// The size at which an epoch ended: entries from there on are late. Nil: it goes on, or it is
  /// contested, and then no size counts until an operator compared the card of one side.
  public func endsAt(_ log: LogID) -> UInt64? {
    guard let successor = successors[log] else { return nil }
    guard let second = successor.second else { return successor.endsAt }
    guard isSettled(after: log), let compared = comparedIdentity(of: log)?.id else { return nil }
    if successor.log == compared || isContinued(successor.log, by: compared) {
      return successor.endsAt
    }
    return second.identity.id == compared ? second.follows.size : nil
  }

  /// The log of the epoch that follows; nil: none is known.
  public func successor(of log: LogID) -> LogID? { successors[log]?.log }

  /// The epoch of `name` whose opening key opened two that differ, unless its operator was called
  /// since: no size that either cites counts, and nothing is sealed to that node.
  public func contested(of name: NodeName) -> LogID? {
    ended.first { author(of: $0) == name && isContested(after: $0) }
  }

  /// The genesis bodies that were opened after an epoch: none, one, or the two of a contest in the
  /// order in which they came.
  public func openings(after log: LogID) -> [[UInt8]] {
    guard let successor = successors[log] else { return [] }
    return [successor.body] + (successor.second.map { [$0.batch.batch.bodies] } ?? [])
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

  /// The log's branch by the word of the epoch after it, while only one opening says so.
  public func settledBranch(of log: LogID) -> SettledBranch? {
    guard let successor = successors[log], successor.isAuthorised, successor.second == nil else {
      return nil
    }
    return successor.branch
  }

  /// True when this log is one of two that were opened after one epoch, and nobody knows which is
  /// right.
  func isContestant(_ log: LogID) -> Bool {
    ended.contains { successors[$0]?.log == log && isContested(after: $0) }
  }

  /// The epochs after which two were opened, each with the first of the two.
  var contests: [(ended: LogID, first: LogID)] {
    ended.compactMap { log in
      guard let successor = successors[log], successor.second != nil else { return nil }
      return (log, successor.log)
    }
  }

  /// True when the opening key in the card that is held for `log` signed this genesis.
  func isAuthorised(_ genesis: Genesis, after log: LogID) -> Bool {
    guard let key = openingKeys[log], let origin = identities[log]?.origin else { return false }
    return genesis.isAuthorised(by: key, after: origin)
  }

  /// The first entry of the same new epoch that its key signed before, with another header: a fork.
  func genesis(forkedBy opening: Opening) -> [UInt8]? {
    guard let first = successors[opening.predecessor], first.log == opening.identity.id else {
      return nil
    }
    let header = 0..<EntryLayout.headerBytes
    return first.leaf[header] != opening.batch.batch.leaves[header] ? first.leaf : nil
  }

  /// True when two openings follow `log` and nobody compared the card of a later epoch by voice.
  private func isContested(after log: LogID) -> Bool {
    successors[log]?.second != nil && !isSettled(after: log)
  }

  private func isSettled(after log: LogID) -> Bool {
    guard let end = identities[log]?.origin.epoch else { return false }
    return comparedIdentity(of: log).map { $0.origin.epoch > end } ?? false
  }

  private func comparedIdentity(of log: LogID) -> LogIdentity? {
    guard let author = author(of: log) else { return nil }
    return author == ownName ? identities[ownLog] : compared[author]
  }

  // MARK: Openings

  /// The place of an opening in the ledger.
  enum News: Equatable {
    /// It is the next epoch.
    case first
    /// It contests the epoch that was opened first, which is named.
    case second(after: LogID)
    case known
    /// It says nothing that is kept.
    case refused
  }

  /// Takes an opening that the card held here authorises. The first one counts; a second one
  /// contests the epoch.
  mutating func take(_ opening: Opening) -> News {
    guard let first = successors[opening.predecessor] else { return takeFirst(opening) }
    if first.says(opening.batch.batch.bodies) { return .known }
    // A key does not contest what an operator compared; a third opening says nothing new; and where
    // a later epoch is followed the key of an earlier one says nothing any more.
    guard first.isAuthorised, first.second == nil, successors[first.log] == nil else {
      return .refused
    }
    successors[opening.predecessor]?.second = opening
    return .second(after: first.log)
  }

  private mutating func takeFirst(_ opening: Opening) -> News {
    let name = author(of: opening.predecessor)
    // Only an operator can say which of two contestants goes on: then this is looked at again.
    guard !isContestant(opening.predecessor) else {
      let held = heldBack.count { author(of: $0.predecessor) == name }
      if held < Limits.openingsHeldBackOfNode, !heldBack.contains(opening) {
        heldBack.append(opening)
      }
      return .refused
    }
    guard order.count(where: { author(of: $0) == name }) < Limits.epochsOfNode else {
      return .refused
    }
    ended.append(opening.predecessor)
    successors[opening.predecessor] = Successor(opening)
    hold([opening.identity.id: opening.card.opening])
    return .first
  }

  /// The openings that a contest held back; they are held back no longer.
  mutating func takeHeldBack() -> [Opening] {
    defer { heldBack = [] }
    return heldBack
  }

  /// Ties a log whose verified genesis is here to the epoch that it follows, if that is known.
  /// - Returns: the log of that epoch, and whether the card held for it authorises the next; nil:
  ///   nothing changed.
  mutating func link(
    _ log: LogID, _ genesis: Genesis, leaf: [UInt8], body: [UInt8]
  ) -> (predecessor: LogID, isAuthorised: Bool)? {
    guard let follows = genesis.follows,
      let (predecessor, isAuthorised) = predecessor(of: genesis, follows.origin),
      successors[predecessor].map({ $0.log == log && !$0.isAuthorised }) ?? true
    else { return nil }
    if successors[predecessor] == nil { ended.append(predecessor) }
    successors[predecessor] = Successor(
      log: log, follows: follows, leaf: leaf, body: body, isAuthorised: isAuthorised)
    if isAuthorised { hold([log: genesis.card.opening]) }
    return (predecessor, isAuthorised)
  }

  private func predecessor(
    of genesis: Genesis, _ origin: Origin
  ) -> (log: LogID, isAuthorised: Bool)? {
    let known = order.filter { identities[$0]?.origin == origin }
    if let log = known.first(where: { isAuthorised(genesis, after: $0) }) { return (log, true) }
    return known.first.map { ($0, false) }
  }

  /// Takes a second opening that an earlier run kept.
  mutating func recall(_ held: HeldOpening) {
    guard let identity = identities[held.predecessor], let first = successors[held.predecessor],
      first.isAuthorised, first.second == nil, first.body != held.body,
      let opening = Opening(held, after: identity.origin),
      isAuthorised(opening.genesis, after: held.predecessor)
    else { return }
    successors[held.predecessor]?.second = opening
  }
}
