import Log

/// A log as two sides of a session see it.
struct SharedLog {
  /// The head that the peer announced last.
  var theirs: LogHead?
  /// The largest size that it announced: what it says again tells nothing new.
  var highest: UInt64 = 0
  /// The head that we announced last.
  var announced: LogHead?
  /// The peer showed by sending them that it has the entries below this.
  var shown: UInt64 = 0
  /// The peer asked here for bodies that were absent, and hears when some of them have come.
  var isWaitingForBodies = false
  /// When it said so last of its own, and when a larger head was taken for the like.
  var bodiesCameAt: UInt64?
  var lookedAt: UInt64?
  /// Something that the peer sent of it was left unread, by which the rest would be judged: so is
  /// all of it on this session.
  var isLost = false
  /// Entries below this were pushed on this session.
  var pushedTo: UInt64 = 0
  /// We push to the peer; and the peer to us, as far as we asked.
  var isEager = true
  var isFedByPeer = true
  var history = HistoryCheck()
  var proofs = ProofExchange()
  /// The newest checkpoint the peer sent here: chunks refer to it by size.
  var theirCheckpoint: VerifiedCheckpoint?
  /// Its size, or that of a later one that told nothing new.
  var theirCheckpointSize: UInt64 = 0
  /// The newest checkpoint we sent here.
  var sentCheckpointSize: UInt64 = 0
  var passedOverUntil: UInt64 = 0

  /// The peer shows another history.
  var isDisputed: Bool { history.isDisputed }

  /// The peer has the entries below this, by all that it said.
  var known: UInt64 { max(theirs?.size ?? 0, shown) }
}
