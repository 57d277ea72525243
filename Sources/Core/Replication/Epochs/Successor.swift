import Log

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

  init(_ opening: Opening) {
    self.init(
      log: opening.identity.id, follows: opening.follows, leaf: opening.batch.batch.leaves,
      body: opening.batch.batch.bodies, isAuthorised: true)
  }

  /// One of the two openings has that body.
  func says(_ body: [UInt8]) -> Bool {
    self.body == body || second?.batch.batch.bodies == body
  }
}
