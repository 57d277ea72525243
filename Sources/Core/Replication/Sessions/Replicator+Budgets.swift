public import Log

// The cost of messages of which nothing comes: Protocols/sync.md, 13 and 11.2. The core draws no
// clock: the host tells it what each message took.

/// The last message, and what came of it.
struct Work {
  let session: SessionID
  let peer: NodeName
  let log: LogID?
  var outcome = Outcome.nothing
  /// It asked for something, and so much was sent.
  var isQuestion = false
  var answeredBytes = 0

  enum Outcome {
    case nothing
    /// It announced what is to come: it counts as nothing if something else is announced first.
    case promise
    /// Something that was not known before is here now, verified; or it asked for what it may have.
    case progress
  }
}

extension Replicator {
  /// The parts of a peer's messages that were left unread since the start, and those that are.
  public func unread(of peer: NodeName, now: UInt64) -> [UnreadReport] {
    guard let meter = meters[peer]?.idle else { return [] }
    let authors = Set(authorOf.values).sorted().map { UnreadPart.author($0) }
    return ([.all] + authors + logOrder.map { .log($0) }).compactMap { part in
      let state = meter[part].unread
      guard state.times > 0 else { return nil }
      return UnreadReport(
        part: part, microsecondsPerSecond: part.idleMicroseconds, times: state.times,
        isUnread: now < state.until)
    }
  }

  // MARK: The outcome of a message

  /// Something of `log` is here that was not before.
  mutating func progressed(_ log: LogID, on id: SessionID?) {
    work?.outcome = .progress
    guard let id, let peer = sessions[id]?.opening.peer else { return }
    guard meters[peer]?.idle[.log(log)].promised ?? 0 > 0 else { return }
    meters[peer]?.idle[.log(log)].promised = 0
  }

  /// The message announced something of `log` that is not here.
  mutating func promised(_ log: LogID, on id: SessionID) {
    if work?.outcome == .nothing { work?.outcome = .promise }
  }

  /// The message was asked for, or is not judged yet.
  mutating func expected(on id: SessionID) {
    if work?.session == id { work?.outcome = .progress }
  }

  /// The message came to nothing.
  mutating func cameToNothing(on id: SessionID) {
    if work?.session == id { work?.outcome = .nothing }
  }

  /// - Returns: whether something is left unread from now on.
  mutating func took(
    _ microseconds: UInt64, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) -> Bool {
    guard let work, work.session == id else { return false }
    self.work = nil
    if work.isQuestion {
      meterAnswering(microseconds, work.answeredBytes, on: id, now, &effects)
    }
    let peer = work.peer
    switch work.outcome {
    case .progress: return false
    case .nothing: return charge(microseconds, peer, work.log, on: id, now, &effects)
    case .promise:
      guard let log = work.log else {
        return charge(microseconds, peer, nil, on: id, now, &effects)
      }
      // The one before came to nothing.
      let broken = meters[peer]?.idle[.log(log)].promised ?? 0
      meters[peer, default: PeerMeter()].idle[.log(log)].promised = microseconds
      return charge(broken, peer, log, on: id, now, &effects)
    }
  }

  /// Records that bring no message cannot be left unread: when they take too much, the connection
  /// is read slowly.
  mutating func idled(
    _ microseconds: UInt64, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard let peer = sessions[id]?.opening.peer else { return }
    _ = charge(microseconds, peer, nil, on: id, now, &effects)
    guard let until = meters[peer]?.idle[.all].unread.until, now < until else { return }
    effects.append(.hold(id, until: now + Limits.idleHoldMilliseconds))
  }

  /// - Returns: whether something is left unread from now on.
  private mutating func charge(
    _ microseconds: UInt64, _ peer: NodeName, _ log: LogID?, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) -> Bool {
    guard microseconds > 0 else { return false }
    let author = log.flatMap { authorOf[$0] }
    var meter = meters[peer]?.idle ?? IdleMeter()
    let isUnread = now < meter.unreadUntil(log, by: author)
    meter[author.map { .author($0) } ?? .all].recent.add(microseconds, now)
    var left: [UnreadPart] = []
    if let log, author != nil,
      meter[.log(log)].bucket.take(microseconds, perSecond: Limits.idleMicrosecondsOfLog, now),
      now >= meter[.log(log)].unread.until
    {
      meter[.log(log)].bucket.refill()
      left.append(.log(log))
    }
    let isTooMuch = meter[.all].bucket.take(
      microseconds, perSecond: Limits.idleMicrosecondsOfPeer, now)
    let isTooMuchOfAll = idleTime.take(microseconds, perSecond: Limits.idleMicroseconds, now)
    // Each has its part of what all may take: who stays within it never pays for others.
    let part = Limits.idleMicroseconds / UInt64(max(1, sessionOrder.count))
    let isAboveShare = meter.share.take(microseconds, perSecond: max(1, part), now)
    if isTooMuch || isTooMuchOfAll && isAboveShare {
      if isUnread {
        // It is read all the same, as heads and lists are: slowly, and nobody else is left out for
        // it.
        effects.append(.hold(id, until: now + Limits.idleHoldMilliseconds))
      } else {
        left.append(leaveOut(of: &meter, share: max(1, part), now))
      }
    }
    for part in left {
      meter[part].unread.begin(now)
      effects.append(.count(part.counter))
      effects.append(.event(.unread(peer, part, milliseconds: meter[part].unread.until - now)))
    }
    meters[peer, default: PeerMeter()].idle = meter
    if !left.isEmpty { leaveAlone(peer, now) }
    return !left.isEmpty
  }

  /// A peer that carries the junk of one author is not left out for it, as long as that author's
  /// part can be: then nobody else is charged for what that took.
  private func leaveOut(
    of meter: inout IdleMeter, share: UInt64, _ now: UInt64
  ) -> UnreadPart {
    let part = meter.mostTaking(now)
    guard part != .all else {
      meter[.all].bucket.refill()
      meter.share.refill()
      return part
    }
    let taken = meter[part].recent.value(now)
    meter[part].recent.clear()
    meter[.all].bucket.giveBack(taken, perSecond: Limits.idleMicrosecondsOfPeer)
    meter.share.giveBack(taken, perSecond: share)
    return part
  }

  /// A peer that is not read is asked for nothing.
  private mutating func leaveAlone(_ peer: NodeName, _ now: UInt64) {
    for id in sessionOrder where sessions[held: id].opening.peer == peer {
      for log in fetching where isUnread(log, of: peer, now) {
        guard logs[held: log].fetch.pieces.contains(where: { $0.session == id }) else { continue }
        release(log) { $0.session == id }
        logs[held: log].pullDueAt = now
      }
    }
  }

  // MARK: Reading

  func isUnread(_ log: LogID, of peer: NodeName, _ now: UInt64) -> Bool {
    now < unreadUntil(log, of: peer)
  }

  /// The time until which what this session brings of a log is left unread; nil when it is read.
  func leftUnread(_ log: LogID, on id: SessionID, _ now: UInt64) -> UInt64? {
    let until = unreadUntil(log, of: sessions[held: id].opening.peer)
    // A lost log stays unread also when its time is over: another log's may not be, and keeps this
    // session a while.
    if sessions[held: id].shared[held: log].isLost { return max(until, now + 1) }
    return until > now ? until : nil
  }

  private func unreadUntil(_ log: LogID?, of peer: NodeName) -> UInt64 {
    meters[peer]?.idle.unreadUntil(log, by: log.flatMap { authorOf[$0] }) ?? 0
  }

  /// The log that a message is about: nothing but its type and a position is read. None for several
  /// heads.
  func log(ofMessage bytes: [UInt8], on id: SessionID) -> LogID? {
    guard let first = bytes.first, let type = MessageType(rawValue: first) else { return nil }
    let heads = 1 + 4 + AnnouncedHead.byteCount
    let place = type == .heads && bytes.count == heads ? 5 : type.placeOfPosition
    guard let place, bytes.count >= place + 4 else { return nil }
    let position = bytes[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) }
    return sessions[held: id].theirLogs[position]
  }

  /// Heads are always taken down, so that nobody is believed to hold what it does not; a hello and
  /// signs of life, too.
  ///
  /// - Returns: until when this one and its like are left unread; nil when it is read.
  func leftUnread(_ bytes: [UInt8], _ log: LogID?, on id: SessionID, _ now: UInt64) -> UInt64? {
    guard let first = bytes.first, let type = MessageType(rawValue: first) else { return nil }
    let peer = sessions[held: id].opening.peer
    let until: UInt64
    switch type {
    case .hello, .logs, .ping, .pong: return nil
    case .heads: until = sessions[held: id].hasAnswered ? unreadUntil(nil, of: peer) : 0
    default:
      if let log { return leftUnread(log, on: id, now) }
      until = unreadUntil(nil, of: peer)
    }
    return until > now ? until : nil
  }

  /// Messages of this session were lost, by which others would be judged, or which come once in a
  /// session: when all is read again it ends, which is nobody's failure, and the next begins from
  /// nothing.
  mutating func endUnread(_ id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    guard let until = sessions[id]?.unreadUntil, until <= now else { return }
    close(id, .unread, now, &effects)
  }
}

extension UnreadPart {
  var idleMicroseconds: UInt64 {
    if case .log = self { Limits.idleMicrosecondsOfLog } else { Limits.idleMicrosecondsOfPeer }
  }

  fileprivate var counter: Counter {
    switch self {
    case .all: .peersUnread
    case .author: .authorsUnread
    case .log: .logsUnread
    }
  }
}
