import Crypto
import Log

/// One session's knowledge of itself and of the other side.
struct Session {
  let opening: SessionOpening
  let openedAt: UInt64
  var liveness: Liveness
  var lastDigestAt: UInt64
  /// The peer's next digest is taken from then on.
  var nextDigestFrom: UInt64 = 0
  /// The peer's process, once its hello is here.
  var runID: [UInt8]?
  var copies = CopyWatch()
  var isCongested = false
  var failures = 0

  var lists = LogLists()
  var shared = Table<LogID, SharedLog>(absent: SharedLog())
  var announcements = Announcements()
  /// True once our first heads were sent here, and theirs received.
  var hasSentAnswer = false
  var hasAnswered = false
  /// The peer showed an own log here that is not ours: once for a session.
  var hasClaimed = false

  /// Our requests whose answers are not over.
  var asked: [UInt32: AskedPull] = [:]
  /// Those that are to be left at the end of the step.
  var leaving: [UInt32] = []
  var pace = LinePace()
  /// Bytes that it sent and that are not durable yet.
  var owedBytes = 0
  /// Set when the session let a pull stall or had its turn: of whatever log, others are asked
  /// first.
  var passedOverUntil: UInt64 = 0
  /// Requests that the peer opened with us.
  var serving = ServingQueue()
  /// The time when answering goes on, for a peer over its rate.
  var answersDueAt: UInt64?

  /// The openings after each log that both listed, as far as they were told; and whether something
  /// is known of epochs that was not told here.
  var openings: [LogID: ToldOpenings] = [:]
  var areOpeningsDue = true
  /// A proof is new, or a log that has one is shared now.
  var areProofsDue = true
  /// A proof waits for its time.
  var proofsDueAt: UInt64?
  var evidence: EvidenceAllowance

  /// Something that it sent was left unread, and when the session ends for that.
  private(set) var hasUnread = false
  private(set) var unreadUntil: UInt64?

  init(opening: SessionOpening, now: UInt64) {
    self.opening = opening
    openedAt = now
    liveness = Liveness(now)
    lastDigestAt = now
    evidence = EvidenceAllowance(now)
  }

  /// A message was left unread that says nothing about the rest.
  mutating func leaveUnread() { hasUnread = true }

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
  var isReady: Bool { runID != nil && copies.waitsForSilenceOf == nil }

  /// The value that stands for a session that is not there.
  static func absent(_ ownName: NodeName) -> Session {
    Session(
      opening: SessionOpening(
        id: SessionID(.max), peer: ownName, handshakeHash: .zero, weInitiated: false,
        initiatorHasLowerKey: false), now: 0)
  }
}
