import Log

/// The core's record of one log, beyond its sessions.
struct LogProgress {
  var accepted: LogState
  var durable: LogHead
  var fetch = Fetch()
  /// The entries that may be sent without a checkpoint.
  var signed = SignedRun()
  var debts: [Debt] = []
  /// The time from which a known higher head is to be pulled; nil when nothing is missing.
  var pullDueAt: UInt64?
  var meter = ProgressMeter()
  /// The entries that the node wants fetched again.
  var repairs = RepairList()
  /// At its limit: nothing is pulled or taken.
  var isLimited = false
  /// The newest checkpoint over accepted entries of which some are not durable: kept when they are,
  /// so that no checkpoint on disk is ever above its log.
  var waitingCheckpoint: VerifiedCheckpoint?
  /// The newest checkpoint that agrees with what is durable here. The store gets it at the end of
  /// the step.
  var agreedCheckpoint: VerifiedCheckpoint?
  /// Other signatures of entries above the newest checkpoint, on their way here.
  var twins: TwinSearch?
  /// True when what is durable here is the branch that the next epoch settled; nil: none is
  /// settled, or less is held than it cites.
  var isOnSettledBranch: Bool?
  /// A settled branch that does not begin with what is here, as was shown.
  var missedBranch: SettledBranch?
  /// The author signed a checkpoint that contradicts what is stored: nothing of it is cosigned.
  var isContradicted = false
  var relay = CheckpointRelay()
  /// The session that brought the newest entries: the way towards the author.
  var upstream: SessionID?
  var cosigning = Cosigning()
}
