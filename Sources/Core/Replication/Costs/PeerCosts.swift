import Log

/// The cost that each peer causes: its traffic by rate, and the time of messages of which nothing
/// came (Protocols/sync.md, 11.2 and 13).
///
/// A value without a clock: the host measures what each message took. A message begins with
/// `begin`; what it brings is told while it is handled; `took` judges it. All of it outlives
/// sessions: a reconnect gives no new allowance.
struct PeerCosts {
  private var meters: [NodeName: PeerMeter] = [:]
  private var rates: [NodeName: PeerRates] = [:]
  /// The time of all messages of which nothing came.
  private var idleTime = TimeBucket()
  private var work: Work?

  /// Takes the roster's rates, which apply at once.
  /// - Returns: the peers whose rates are others now, and held something or may have.
  mutating func adopt(_ roster: [Peer]) -> [NodeName] {
    let former = rates
    rates = Dictionary(roster.map { ($0.name, $0.rates) }) { _, last in last }
    meters = meters.filter { rates[$0.key] != nil }
    let changed = roster.filter { former[$0.name] != $0.rates && meters[$0.name] != nil }
    for peer in changed { meters[peer.name]?.heldUntil = [:] }
    return changed.map(\.name)
  }

  // MARK: Rates

  /// Takes from a bucket of a peer.
  /// - Returns: the time until which that holds something back, nil while it holds nothing; and
  ///   whether that begins now.
  mutating func take(
    _ tokens: Int, of rate: Rate, by peer: NodeName, _ now: UInt64
  ) -> (until: UInt64?, isNew: Bool) {
    var meter = meters[peer] ?? PeerMeter()
    let until = meter.buckets[rate, default: TokenBucket()].take(
      tokens, perSecond: perSecond(rate, of: peer), now)
    let isNew = until != nil && now >= meter.heldUntil[rate] ?? 0
    if isNew { meter.holds[rate, default: 0] += 1 }
    meter.heldUntil[rate] = until
    meters[peer] = meter
    return (until, isNew)
  }

  /// The time until which nothing of this class goes on; nil when it may go.
  func heldUntil(_ rate: Rate, by peer: NodeName, _ now: UInt64) -> UInt64? {
    meters[peer]?.heldUntil[rate].flatMap { $0 > now ? $0 : nil }
  }

  /// The time until which nothing that the peer sends is read; long past when no rate holds it.
  func receivingHeldUntil(_ peer: NodeName) -> UInt64 {
    let held = meters[peer]?.heldUntil
    return max(held?[.receivedBytes] ?? 0, held?[.receivedMessages] ?? 0)
  }

  /// Every rate that ever held something of a peer.
  func heldRates(of peer: NodeName, _ now: UInt64) -> [HeldRate] {
    guard let meter = meters[peer] else { return [] }
    return Rate.allCases.compactMap { rate in
      guard let times = meter.holds[rate] else { return nil }
      return HeldRate(
        rate: rate, perSecond: perSecond(rate, of: peer), times: times,
        isHolding: now < meter.heldUntil[rate] ?? 0)
    }
  }

  private func perSecond(_ rate: Rate, of peer: NodeName) -> UInt64 {
    (rates[peer] ?? PeerRates())[rate]
  }

  // MARK: The outcome of a message

  mutating func begin(_ work: Work?) { self.work = work }

  /// Something of `log` is here that was not before; `peer` brought it, if anybody.
  mutating func progressed(_ log: LogID, by peer: NodeName?) {
    work?.outcome = .progress
    guard let peer, meters[peer]?.idle[.log(log)].promised ?? 0 > 0 else { return }
    meters[peer]?.idle[.log(log)].promised = 0
  }

  /// The message announced something that is not here.
  mutating func promised() {
    if work?.outcome == .nothing { work?.outcome = .promise }
  }

  /// The message was asked for, or is not judged yet.
  mutating func expected(on id: SessionID) {
    if work?.session == id { work?.outcome = .progress }
  }

  mutating func cameToNothing(on id: SessionID) {
    if work?.session == id { work?.outcome = .nothing }
  }

  mutating func answered(_ bytes: Int) { work?.answeredBytes += bytes }

  /// The message that is judged now, if it came on that session.
  mutating func end(on id: SessionID) -> Work? {
    guard let work, work.session == id else { return nil }
    self.work = nil
    return work
  }

  /// The time that is charged for a message which took so many microseconds.
  mutating func idleTime(of work: Work, _ microseconds: UInt64) -> UInt64 {
    switch work.outcome {
    case .progress: return 0
    case .nothing: return microseconds
    case .promise:
      guard let log = work.log else { return microseconds }
      // The one before came to nothing.
      let broken = meters[work.peer]?.idle[.log(log)].promised ?? 0
      meters[work.peer, default: PeerMeter()].idle[.log(log)].promised = microseconds
      return broken
    }
  }

  // MARK: Idle time

  /// The consequence of a charge.
  struct Charge {
    /// The connection is read slowly for a while.
    var isHeld = false
    /// Left unread from now on, each for so many milliseconds.
    var unread: [(part: UnreadPart, milliseconds: UInt64)] = []
  }

  /// Charges a peer for time of which nothing came.
  /// - Parameters:
  ///   - author: who wrote the log; nil without one.
  ///   - sessions: how many share what all may take.
  mutating func charge(
    _ microseconds: UInt64, _ peer: NodeName, _ log: LogID?, by author: NodeName?, sessions: Int,
    _ now: UInt64
  ) -> Charge {
    guard microseconds > 0 else { return Charge() }
    var meter = meters[peer]?.idle ?? IdleMeter()
    var charge = Charge()
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
    // Each has its part of what all may take: who stays within it never pays for others.
    let share = max(1, Limits.idleMicroseconds / UInt64(max(1, sessions)))
    if isTooMuch(microseconds, &meter, share: share, now) {
      if isUnread {
        // It is read all the same, as heads and lists are: slowly, and nobody else is left out for
        // it.
        charge.isHeld = true
      } else {
        left.append(meter.leaveOut(share: share, now))
      }
    }
    for part in left {
      meter[part].unread.begin(now)
      charge.unread.append((part, meter[part].unread.until - now))
    }
    meters[peer, default: PeerMeter()].idle = meter
    return charge
  }

  private mutating func isTooMuch(
    _ microseconds: UInt64, _ meter: inout IdleMeter, share: UInt64, _ now: UInt64
  ) -> Bool {
    let isTooMuch = meter[.all].bucket.take(
      microseconds, perSecond: Limits.idleMicrosecondsOfPeer, now)
    let isTooMuchOfAll = idleTime.take(microseconds, perSecond: Limits.idleMicroseconds, now)
    let isAboveShare = meter.share.take(microseconds, perSecond: share, now)
    return isTooMuch || isTooMuchOfAll && isAboveShare
  }

  /// The time until which what a peer says about a log is left unread; long past when it is read.
  func unreadUntil(_ log: LogID?, by author: NodeName?, of peer: NodeName) -> UInt64 {
    meters[peer]?.idle.unreadUntil(log, by: author) ?? 0
  }

  /// Those of `parts` that were ever left unread.
  /// - Parameter parts: as many as there are logs, so that a status of many peers makes them only
  ///   for those that were ever metered.
  func unread(
    of peer: NodeName, among parts: @autoclosure () -> [UnreadPart], _ now: UInt64
  ) -> [UnreadReport] {
    guard let meter = meters[peer]?.idle else { return [] }
    return parts().compactMap { part in
      let state = meter[part].unread
      guard state.times > 0 else { return nil }
      return UnreadReport(
        part: part, microsecondsPerSecond: part.idleMicroseconds, times: state.times,
        isUnread: now < state.until)
    }
  }
}
