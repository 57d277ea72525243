public import Log

// The cost of each peer, and what follows from it: Protocols/sync.md, 11.2 and 13.
extension Replicator {
  /// The holds of every rate of `peer` until `now`; nothing of those that never held anything.
  public func heldRates(of peer: NodeName, now: UInt64) -> [HeldRate] {
    costs.heldRates(of: peer, now)
  }

  /// The parts of a peer's messages that were left unread since the start, and those that are.
  public func unread(of peer: NodeName, now: UInt64) -> [UnreadReport] {
    costs.unread(of: peer, among: unreadParts, now)
  }

  /// All parts of a peer's messages that can be left unread, as they are reported.
  private var unreadParts: [UnreadPart] {
    let authors = Set(logOrder.compactMap { author(of: $0) }).sorted().map(UnreadPart.author)
    return [.all] + authors + logOrder.map(UnreadPart.log)
  }

  // MARK: Rates

  /// A rate that was changed applies at once: what the last one still held goes on.
  mutating func adoptRates(of roster: [Peer], _ now: UInt64, _ effects: inout [Effect]) {
    for peer in costs.adopt(roster) {
      for id in sessionOrder where sessions[held: id].opening.peer == peer {
        if sessions[held: id].answersDueAt != nil { sessions[held: id].answersDueAt = now }
        effects.append(.hold(id, until: now))
      }
    }
    resumeAnswers(now, &effects)
  }

  /// - Returns: the time until which the rate holds something; nil while it holds nothing.
  @discardableResult
  mutating func meter(
    _ tokens: Int, of rate: Rate, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) -> UInt64? {
    guard let peer = sessions[id]?.opening.peer else { return nil }
    let hold = costs.take(tokens, of: rate, by: peer, now)
    if hold.isNew { effects.append(.count(rate.counter)) }
    return hold.until
  }

  /// Nothing that came is dropped; but when it was too much, no more is read for a while.
  mutating func meterReceived(
    _ bytes: Int, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    let byBytes = meter(bytes, of: .receivedBytes, on: id, now, &effects)
    let byMessages = meter(1, of: .receivedMessages, on: id, now, &effects)
    let until = max(byBytes ?? 0, byMessages ?? 0)
    if until > now { effects.append(.hold(id, until: until)) }
  }

  /// Many small questions cost more than what they bring: that has a rate of its own.
  private mutating func meterAnswering(
    _ microseconds: UInt64, _ bytes: Int, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    let worth = UInt64(bytes) / Limits.answeredBytesPerMicrosecond
    let taken = min(microseconds, Limits.longestMessageMicroseconds)
    guard taken > worth else { return }
    meter(Int(taken - worth), of: .answeringTime, on: id, now, &effects)
  }

  /// The time until which nothing of this class goes to the session's peer; nil when it may go.
  func isHeld(_ rate: Rate, on id: SessionID, _ now: UInt64) -> UInt64? {
    sessions[id].flatMap { costs.heldUntil(rate, by: $0.opening.peer, now) }
  }

  /// The time until which no pull of the session's peer is answered; nil when it is.
  func answersHeld(on id: SessionID, _ now: UInt64) -> UInt64? {
    [Rate.answeredBytes, .answeringTime].compactMap { isHeld($0, on: id, now) }.max()
  }

  /// Answers that waited for their rate go on, each session by itself: what that takes is measured.
  mutating func resumeAnswers(_ now: UInt64, _ effects: inout [Effect]) {
    for id in sessionOrder {
      guard let due = sessions[id]?.answersDueAt, due <= now else { continue }
      sessions[held: id].answersDueAt = nil
      guard !sessions[held: id].isCongested else { continue }
      sessions[held: id].isCongested = true
      effects.append(.relieve(id))
    }
  }

  // MARK: Idle time

  /// Something of `log` is here that was not before.
  mutating func progressed(_ log: LogID, on id: SessionID?) {
    costs.progressed(log, by: id.flatMap { sessions[$0]?.opening.peer })
  }

  /// - Returns: whether something is left unread from now on.
  mutating func took(
    _ microseconds: UInt64, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) -> Bool {
    guard let work = costs.end(on: id) else { return false }
    if work.isQuestion {
      meterAnswering(microseconds, work.answeredBytes, on: id, now, &effects)
    }
    return charge(
      costs.idleTime(of: work, microseconds), work.peer, work.log, on: id, now, &effects)
  }

  /// Records that bring no message cannot be left unread: when they take too much, the connection
  /// is read slowly.
  mutating func idled(
    _ microseconds: UInt64, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard let peer = sessions[id]?.opening.peer else { return }
    _ = charge(microseconds, peer, nil, on: id, now, &effects)
    guard now < costs.unreadUntil(nil, by: nil, of: peer) else { return }
    effects.append(.hold(id, until: now + Limits.idleHoldMilliseconds))
  }

  /// - Returns: whether something is left unread from now on.
  private mutating func charge(
    _ microseconds: UInt64, _ peer: NodeName, _ log: LogID?, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) -> Bool {
    let charge = costs.charge(
      microseconds, peer, log, by: log.flatMap { author(of: $0) }, sessions: sessionOrder.count,
      now)
    if charge.isHeld { effects.append(.hold(id, until: now + Limits.idleHoldMilliseconds)) }
    for (part, milliseconds) in charge.unread {
      effects.append(.count(part.counter))
      effects.append(.event(.unread(peer, part, milliseconds: milliseconds)))
    }
    guard !charge.unread.isEmpty else { return false }
    leaveAlone(peer, now)
    return true
  }

  /// A peer that is not read is asked for nothing.
  private mutating func leaveAlone(_ peer: NodeName, _ now: UInt64) {
    for id in sessionOrder where sessions[held: id].opening.peer == peer {
      for log in turns.fetching where isUnread(log, of: peer, now) {
        guard logs[held: log].fetch.isAsked(of: id) else { continue }
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
    costs.unreadUntil(log, by: log.flatMap { author(of: $0) }, of: peer)
  }

  /// The log that a message is about: nothing but its type and a position is read. None for several
  /// heads.
  func log(ofMessage bytes: [UInt8], on id: SessionID) -> LogID? {
    guard let first = bytes.first, let type = MessageType(rawValue: first) else { return nil }
    let heads = 1 + 4 + AnnouncedHead.byteCount
    let place = type == .heads && bytes.count == heads ? 5 : type.placeOfPosition
    guard let place, bytes.count >= place + 4 else { return nil }
    let position = bytes[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) }
    return sessions[held: id].lists.log(at: position)
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
