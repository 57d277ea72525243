public import Log

// What messages cost of which nothing comes: Protocols/sync.md, 13 and 11.2. The core draws no clock: the shell tells it what each
// message took.

/// What the last message was about, and what came of it.
struct Work {
  let session: SessionID
  let peer: NodeName
  let log: LogID?
  var outcome = Outcome.nothing

  enum Outcome {
    case nothing
    /// It announced what is to come: it counts as nothing if something else is announced first.
    case promise
    /// Something that was not known before is here now, verified; or it asked for what it may have.
    case progress
  }
}

/// Measured time that refills: it begins full, and may be taken below nothing.
struct TimeBucket {
  /// Nanoseconds: as many as microseconds a second in a millisecond.
  private var level = Int64(0)
  private var at: UInt64?

  /// - Returns: whether there was too much.
  mutating func take(_ microseconds: UInt64, perSecond: UInt64, _ now: UInt64) -> Bool {
    let most = Int64(clamping: perSecond * Limits.idleBurstMilliseconds)
    if let last = at {
      let passed = min(now - min(now, last), Limits.idleBurstMilliseconds)
      level = min(most, level + Int64(clamping: perSecond * passed))
    } else {
      level = most
    }
    at = max(now, at ?? now)
    level -= Int64(clamping: min(microseconds, Limits.longestMessageMicroseconds) * 1_000)
    return level < 0
  }

  /// From now on as if nothing was taken.
  mutating func refill() { (level, at) = (0, nil) }
}

/// Why messages of a peer, or of one log of it, are left unread; and how long the next time.
struct UnreadState {
  private(set) var until: UInt64 = 0
  private(set) var times: UInt64 = 0
  private var milliseconds: UInt64 = 0

  mutating func begin(_ now: UInt64) {
    let isAgain = times > 0 && now < until + Limits.unreadMaximumMilliseconds
    milliseconds =
      isAgain
      ? min(milliseconds * 2, Limits.unreadMaximumMilliseconds) : Limits.unreadMilliseconds
    until = now + milliseconds
    times += 1
  }
}

/// What the messages of a peer have taken of which nothing came, in all and for each log. It outlives sessions.
struct IdleMeter {
  var all = IdleAccount()
  /// What it may take at most of what all peers together may.
  var share = TimeBucket()
  var logs: [LogID: IdleAccount] = [:]
}

struct IdleAccount {
  var bucket = TimeBucket()
  var unread = UnreadState()
  /// What announcements took of which nothing came yet.
  var promised: UInt64 = 0
}

/// What a peer sends and nobody reads, for `status`.
public struct UnreadReport: Hashable, Sendable {
  /// nil: all that it sends.
  public var log: LogID?
  public var microsecondsPerSecond: UInt64
  /// Since the start.
  public var times: UInt64
  public var isUnread: Bool
}

extension Replicator {
  /// What was left unread of a peer since the start, and what is.
  public func unread(of peer: NodeName, now: UInt64) -> [UnreadReport] {
    guard let meter = meters[peer]?.idle else { return [] }
    let all = (log: LogID?.none, meter.all, Limits.idleMicrosecondsOfPeer)
    let logs = logOrder.compactMap { log in
      meter.logs[log].map { (log: LogID?.some(log), $0, Limits.idleMicrosecondsOfLog) }
    }
    return ([all] + logs).compactMap { log, account, perSecond in
      guard account.unread.times > 0 else { return nil }
      return UnreadReport(
        log: log, microsecondsPerSecond: perSecond, times: account.unread.times,
        isUnread: now < account.unread.until)
    }
  }

  // MARK: What came of a message

  /// Something of `log` is here that was not before.
  mutating func progressed(_ log: LogID, on id: SessionID?) {
    work?.outcome = .progress
    guard let id, let peer = sessions[id]?.opening.peer else { return }
    meters[peer]?.idle.logs[log]?.promised = 0
  }

  /// The message announced something of `log` that is not here.
  mutating func promised(_ log: LogID, on id: SessionID) {
    if work?.outcome == .nothing { work?.outcome = .promise }
  }

  /// What came was asked for, or is not judged yet.
  mutating func expected(on id: SessionID) {
    if work?.session == id { work?.outcome = .progress }
  }

  /// And came to nothing.
  mutating func cameToNothing(on id: SessionID) {
    if work?.session == id { work?.outcome = .nothing }
  }

  /// - Returns: whether something is left unread from now on.
  mutating func took(
    _ microseconds: UInt64, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) -> Bool {
    guard let work, work.session == id else { return false }
    self.work = nil
    let peer = work.peer
    switch work.outcome {
    case .progress: return false
    case .nothing: return charge(microseconds, peer, work.log, now, &effects)
    case .promise:
      guard let log = work.log else { return charge(microseconds, peer, nil, now, &effects) }
      // The one before came to nothing.
      let broken = meters[peer]?.idle.logs[log]?.promised ?? 0
      meters[peer, default: PeerMeter()].idle.logs[log, default: IdleAccount()].promised =
        microseconds
      return charge(broken, peer, log, now, &effects)
    }
  }

  /// What brings no message cannot be left unread: when it is too much, the connection is read slowly.
  mutating func idled(
    _ microseconds: UInt64, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard let peer = sessions[id]?.opening.peer else { return }
    _ = charge(microseconds, peer, nil, now, &effects)
    guard let until = meters[peer]?.idle.all.unread.until, now < until else { return }
    effects.append(.hold(id, until: now + Limits.idleHoldMilliseconds))
  }

  private mutating func charge(
    _ microseconds: UInt64, _ peer: NodeName, _ log: LogID?, _ now: UInt64,
    _ effects: inout [Effect]
  ) -> Bool {
    guard microseconds > 0 else { return false }
    var isUnreadNow = false
    var meter = meters[peer]?.idle ?? IdleMeter()
    if let log, logs[log] != nil {
      var account = meter.logs[log] ?? IdleAccount()
      if account.bucket.take(microseconds, perSecond: Limits.idleMicrosecondsOfLog, now),
        now >= account.unread.until
      {
        account.bucket.refill()
        account.unread.begin(now)
        isUnreadNow = true
        effects.append(.count(.logsUnread))
        effects.append(.event(.unread(peer, log, milliseconds: account.unread.until - now)))
      }
      meter.logs[log] = account
    }
    let isTooMuch = meter.all.bucket.take(
      microseconds, perSecond: Limits.idleMicrosecondsOfPeer, now)
    let isTooMuchOfAll = idleTime.take(microseconds, perSecond: Limits.idleMicroseconds, now)
    // Of what all may take, each has its part: who stays within it never pays for others.
    let part = Limits.idleMicroseconds / UInt64(max(1, sessionOrder.count))
    let isAboveShare = meter.share.take(microseconds, perSecond: max(1, part), now)
    if isTooMuch || isTooMuchOfAll && isAboveShare, now >= meter.all.unread.until {
      meter.all.bucket.refill()
      meter.share.refill()
      meter.all.unread.begin(now)
      isUnreadNow = true
      effects.append(.count(.peersUnread))
      effects.append(.event(.unread(peer, nil, milliseconds: meter.all.unread.until - now)))
    }
    meters[peer, default: PeerMeter()].idle = meter
    if isUnreadNow, let log { leaveAlone(log, of: peer, now) }
    return isUnreadNow
  }

  /// Nothing is asked of who is not read.
  private mutating func leaveAlone(_ log: LogID, of peer: NodeName, _ now: UInt64) {
    let until = max(
      meters[peer]?.idle.logs[log]?.unread.until ?? 0, meters[peer]?.idle.all.unread.until ?? 0)
    for id in sessionOrder
    where sessions[held: id].opening.peer == peer && sessions[held: id].shared[log] != nil {
      sessions[held: id].shared[held: log].passedOverUntil = until
      guard logs[held: log].fetch.pieces.contains(where: { $0.session == id }) else { continue }
      release(log) { $0.session == id }
      logs[held: log].pullDueAt = now
    }
  }

  // MARK: What is read

  func isUnread(_ log: LogID, of peer: NodeName, _ now: UInt64) -> Bool {
    guard let meter = meters[peer]?.idle else { return false }
    return now < meter.all.unread.until || now < meter.logs[log]?.unread.until ?? 0
  }

  /// Which log a message is about: nothing but its type and a position is read. Of several heads, none.
  func log(ofMessage bytes: [UInt8], on id: SessionID) -> LogID? {
    guard let first = bytes.first, let type = MessageType(rawValue: first) else { return nil }
    let heads = 1 + 4 + AnnouncedHead.byteCount
    let place = type == .heads && bytes.count == heads ? 5 : type.placeOfPosition
    guard let place, bytes.count >= place + 4 else { return nil }
    let position = bytes[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) }
    return sessions[held: id].theirLogs[position]
  }

  /// Heads are always taken down, so that nobody is believed to hold what it does not; a hello and signs of life, too.
  func mayRead(_ bytes: [UInt8], _ log: LogID?, on id: SessionID, _ now: UInt64) -> Bool {
    guard let meter = meters[sessions[held: id].opening.peer]?.idle, let first = bytes.first,
      let type = MessageType(rawValue: first)
    else { return true }
    switch type {
    case .hello, .logs, .ping, .pong: return true
    case .heads:
      return now >= meter.all.unread.until || !sessions[held: id].hasAnswered
    default: break
    }
    guard now >= meter.all.unread.until else { return false }
    guard let log, let account = meter.logs[log] else { return true }
    return now >= account.unread.until
  }
}
