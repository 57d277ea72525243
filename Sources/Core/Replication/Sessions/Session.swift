import Crypto
import Log

/// One session's knowledge of itself and of the other side.
struct Session {
  let opening: SessionOpening
  let openedAt: UInt64
  var lastReceivedAt: UInt64
  /// Nothing came since that ping; nil: none waits for its answer.
  var pingedAt: UInt64?
  var lastPingAt: UInt64
  /// Pings that came since then.
  var pingsSince: UInt64 = 0
  var pings = 0
  var lastDigestAt: UInt64
  /// The peer's process, once its hello is here.
  var runID: [UInt8]?
  /// When it was asked whether it is alive, since another process of its peer came, and whether it
  /// answered.
  var askedForLifeAt: UInt64?
  var gaveLife = false
  /// Set while an older session of the same peer is asked whether it is alive: SYNC-4.
  var waitsForSilenceOf: (session: SessionID, since: UInt64)?
  var isAnnounced = false
  var isCongested = false
  var failures = 0
  /// When an answer to one of our pulls brought something last: pulls of one session share its
  /// line.
  var progressAt: UInt64 = 0
  /// The rate at which its answers come, and the time of a question and the beginning of its
  /// answer; 0: not known yet.
  var bytesPerMillisecond = 0
  var roundTrip: UInt64 = 0
  /// When a piece was over, or the first of several was opened, and what came since.
  var pieceEndedAt: UInt64 = 0
  var pieceBytes = 0
  /// Bytes that it sent and that are not durable yet.
  var owedBytes = 0
  /// Requests of ours that are to be left at the end of the step.
  var leaving: [UInt32] = []
  /// Set when the session let a pull stall or had its turn: of whatever log, others are asked
  /// first.
  var passedOverUntil: UInt64 = 0

  /// The logs that we listed, and where each stands in the list.
  var ourLogs: [LogID] = []
  var ourPositions: [LogID: Int] = [:]
  /// The salted ids that the peer listed.
  var theirSaltedIDs: [[UInt8]] = []
  var hasListed = false
  var listsSeen = 0
  var listsSent = 0
  /// The peer's next digest is taken from then on.
  var nextDigestFrom: UInt64 = 0
  /// True once our first heads were sent here, and theirs received.
  var hasSentAnswer = false
  var hasAnswered = false
  /// The peer showed an own log here that is not ours: once for a session.
  var hasClaimed = false
  /// Something is known of epochs that was not told here.
  var areOpeningsDue = true
  /// A proof is new, or a log that has one is shared now.
  var areProofsDue = true
  /// A proof waits for its time.
  var proofsDueAt: UInt64?
  /// Proofs, exhibits and single leaves, and probes: what came here, and what was sent.
  var evidenceSeen = 0
  var evidenceSent = 0
  var probesSeen = 0
  var probesSent = 0
  /// Something that it sent was left unread, and when the session ends for that.
  var hasUnread = false
  var unreadUntil: UInt64?
  /// `copy` came: once for a session.
  var wasToldOfCopy = false
  var theirPositions: [LogID: Int] = [:]
  var theirLogs: [Int: LogID] = [:]

  var shared = Table<LogID, SharedLog>(absent: SharedLog())
  /// The openings after each log that both listed, as far as they were told.
  var openings: [LogID: ToldOpenings] = [:]
  /// Requests that the peer opened with us, in the order they are served.
  var serving: [ServedPull] = []
  /// The time when answering goes on, for a peer over its rate.
  var answersDueAt: UInt64?
  /// Logs whose head is to be announced at the end of the step.
  var unannounced: Set<LogID> = []
  /// Logs whose head is announced later, in the order in which that became due, and when the first
  /// is.
  var late: [LogID] = []
  var lateDueAt: UInt64 = .max

  init(opening: SessionOpening, now: UInt64) {
    self.opening = opening
    openedAt = now
    lastReceivedAt = now
    lastPingAt = now
    lastDigestAt = now
  }

  /// A message about that log, or about none, was lost: the session ends when the first that lost
  /// something is read again, but no sooner than a minute after it began, so that many logs end no
  /// more sessions than one.
  mutating func leaveUnread(_ log: LogID?, until: UInt64, _ now: UInt64) {
    hasUnread = true
    if let log, shared[log] != nil { shared[held: log].isLost = true }
    unreadUntil = min(
      unreadUntil ?? .max, max(until, openedAt + Limits.unreadMilliseconds))
  }

  /// It stands for a connection with the peer.
  var isWhole: Bool { opening.scope == .everything }
  var isReady: Bool { runID != nil && waitsForSilenceOf == nil }

  /// The value that stands for a session that is not there.
  static func absent(_ ownName: NodeName) -> Session {
    Session(
      opening: SessionOpening(
        id: SessionID(.max), peer: ownName, handshakeHash: .zero, weInitiated: false,
        initiatorHasLowerKey: false), now: 0)
  }
}

/// Openings after one log on a session.
struct ToldOpenings {
  /// Genesis leaves that both sides know of.
  var known: [[UInt8]] = []
  /// How many were received.
  var seen = 0
}

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
  /// When our head is announced here, and since when that waits; nil while nothing waits.
  var lateDue: (at: UInt64, since: UInt64)?
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
  var isDisputed = false
  /// Entries whose leaf was sent as an answer to a rewrite, and how many were received.
  var leavesShown: [UInt64] = []
  var leavesSeen = 0
  /// The index of the lowest fork proof that both sides hold, and how many were sent and received.
  var proofKnown: UInt64 = .max
  var proofsSent = 0
  var proofsSeen = 0
  /// Our search for the lowest fork; what was searched, asked and shown here.
  var search: ForkSearch?
  var probesAsked = 0
  /// The entry that the other side asked about last, and that is another here.
  var lastProbed: UInt64?
  /// Up to which size the histories seemed to differ.
  var disputedAt: UInt64 = 0
  /// Both sides have the same headers below this: one says so of all before it.
  var sameBelow: UInt64 = 0
  var exhibitsSeen = 0
  /// The newest checkpoint the peer sent here: chunks refer to it by size.
  var theirCheckpoint: VerifiedCheckpoint?
  /// Its size, or that of a later one that told nothing new.
  var theirCheckpointSize: UInt64 = 0
  /// The newest checkpoint we sent here.
  var sentCheckpointSize: UInt64 = 0
  var passedOverUntil: UInt64 = 0

  /// The peer has the entries below this, by all that it said.
  var known: UInt64 { max(theirs?.size ?? 0, shown) }
}

/// A peer's pull, as we serve it.
struct ServedPull {
  let request: UInt32
  let log: LogID
  var next: UInt64
  let to: UInt64
  var credit: Int
  let form: PullForm
  /// The puller asked for all that there was.
  let isToEnd: Bool
}

/// Bytes a peer lent us until they are durable: SYNC-33.
struct Debt {
  let session: SessionID
  let request: UInt32
  let upTo: UInt64
  let bytes: Int
}

/// The core's record of one log, beyond its sessions.
struct LogProgress {
  var accepted: LogState
  var durable: LogHead
  var fetch = Fetch()
  /// The entries that may be sent without a checkpoint.
  var signed = SignedRun()
  /// It is among those that are asked for in turn.
  var isEnlisted = false
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
