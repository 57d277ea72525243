public import Log

/// The most that one peer may cost in a second (Protocols/sync.md, SYNC-90). The operator's limits
/// for a peer come in with the roster, and a change applies from the next message on.
public struct PeerRates: Hashable, Sendable {
  public var receivedBytes = Limits.receivedBytesPerSecond
  public var receivedMessages = Limits.receivedMessagesPerSecond
  /// Answers to its pulls.
  public var answeredBytes = Limits.answeredBytesPerSecond
  /// Microseconds that answers took beyond what their bytes are worth.
  public var answeringTime = Limits.answeringMicrosecondsPerSecond
  /// Entries that it did not ask for.
  public var pushedBytes = Limits.pushedBytesPerSecond

  public init() {}

  public subscript(rate: Rate) -> UInt64 {
    get {
      switch rate {
      case .receivedBytes: receivedBytes
      case .receivedMessages: receivedMessages
      case .answeredBytes: answeredBytes
      case .answeringTime: answeringTime
      case .pushedBytes: pushedBytes
      }
    }
    set {
      switch rate {
      case .receivedBytes: receivedBytes = newValue
      case .receivedMessages: receivedMessages = newValue
      case .answeredBytes: answeredBytes = newValue
      case .answeringTime: answeringTime = newValue
      case .pushedBytes: pushedBytes = newValue
      }
    }
  }
}

/// The classes of a peer's traffic that are measured. The raw value is the name in `status`.
public enum Rate: String, CaseIterable, Sendable {
  case receivedBytes = "received"
  case receivedMessages = "messages"
  case answeredBytes = "answers"
  case answeringTime = "answering"
  case pushedBytes = "pushes"
}

/// A token bucket that lends: what came or went is taken whole, and the next waits until the debt
/// is paid.
struct TokenBucket {
  /// Thousandths of a token; below 0 it is in debt.
  private var level: Int64 = 0
  private var at: UInt64?

  /// Fills up by the time that passed. A rate that was changed counts from here on.
  private mutating func fill(_ perSecond: UInt64, _ now: UInt64) {
    let most = Int64(clamping: perSecond * Limits.rateBurstMilliseconds)
    guard let last = at else {
      level = most
      at = now
      return
    }
    at = max(last, now)
    // More time than this cannot matter, and the product stays far below 2^63.
    let span = Limits.rateBurstMilliseconds + Limits.rateDebtMilliseconds
    level = min(most, level + Int64(perSecond * min(now - min(last, now), span)))
  }

  /// - Returns: when the debt is paid; nil without one.
  mutating func take(_ tokens: Int, perSecond rate: UInt64, _ now: UInt64) -> UInt64? {
    let perSecond = min(max(rate, 1), Limits.rateMaximum)
    fill(perSecond, now)
    // Nobody is held longer than that: a peer that is not read for long would count as silent.
    let least = -Int64(perSecond * Limits.rateDebtMilliseconds)
    level = max(least, level - Int64(tokens) * 1_000)
    guard level < 0 else { return nil }
    let rest = UInt64(-level)
    return now + (rest + perSecond - 1) / perSecond
  }
}

/// The buckets of one peer. They outlive its sessions: a reconnect gives no new allowance.
struct PeerMeter {
  var buckets: [Rate: TokenBucket] = [:]
  var idle = IdleMeter()
  /// How often each rate held something, and until when it does.
  var holds: [Rate: UInt64] = [:]
  var heldUntil: [Rate: UInt64] = [:]
}

/// The holds of one rate, for `status`.
public struct HeldRate: Hashable, Sendable {
  public var rate: Rate
  /// The limit: bytes or messages in a second, or microseconds for `answeringTime`.
  public var perSecond: UInt64
  /// Since the start.
  public var times: UInt64
  public var isHolding: Bool
}

extension Replicator {
  /// The holds of every rate of `peer` until `now`; nothing of those that never held anything.
  public func heldRates(of peer: NodeName, now: UInt64) -> [HeldRate] {
    guard let meter = meters[peer] else { return [] }
    return Rate.allCases.compactMap { rate in
      guard let times = meter.holds[rate] else { return nil }
      return HeldRate(
        rate: rate, perSecond: rates(of: peer)[rate], times: times,
        isHolding: now < meter.heldUntil[rate] ?? 0)
    }
  }

  private func rates(of peer: NodeName) -> PeerRates { peers[peer]?.rates ?? PeerRates() }

  /// A rate that was changed applies at once: what the last one still held goes on.
  mutating func adoptRates(
    of roster: [Peer], instead former: [NodeName: Peer], _ now: UInt64, _ effects: inout [Effect]
  ) {
    meters = meters.filter { peers[$0.key] != nil }
    for peer in roster where former[peer.name]?.rates != peer.rates {
      guard meters[peer.name] != nil else { continue }
      meters[peer.name]?.heldUntil = [:]
      for id in sessionOrder where sessions[held: id].opening.peer == peer.name {
        if sessions[held: id].answersDueAt != nil { sessions[held: id].answersDueAt = now }
        effects.append(.hold(id, until: now))
      }
    }
    resumeAnswers(now, &effects)
  }

  /// Takes from a bucket of the session's peer, and counts when that begins to hold something back.
  ///
  /// - Returns: until when; nil while the rate holds nothing.
  @discardableResult
  private mutating func take(
    _ tokens: Int, of rate: Rate, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) -> UInt64? {
    guard let peer = sessions[id]?.opening.peer else { return nil }
    var meter = meters[peer] ?? PeerMeter()
    let until = meter.buckets[rate, default: TokenBucket()].take(
      tokens, perSecond: rates(of: peer)[rate], now)
    if let until {
      if now >= meter.heldUntil[rate] ?? 0 {
        meter.holds[rate, default: 0] += 1
        effects.append(.count(rate.counter))
      }
      meter.heldUntil[rate] = until
    } else {
      meter.heldUntil[rate] = nil
    }
    meters[peer] = meter
    return until
  }

  /// Nothing that came is dropped; but when it was too much, no more is read for a while.
  mutating func meterReceived(
    _ bytes: Int, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    let byBytes = take(bytes, of: .receivedBytes, on: id, now, &effects)
    let byMessages = take(1, of: .receivedMessages, on: id, now, &effects)
    let until = max(byBytes ?? 0, byMessages ?? 0)
    if until > now { effects.append(.hold(id, until: until)) }
  }

  mutating func meterAnswered(
    _ bytes: Int, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    take(bytes, of: .answeredBytes, on: id, now, &effects)
  }

  /// Many small questions cost more than what they bring: that has a rate of its own.
  mutating func meterAnswering(
    _ microseconds: UInt64, _ bytes: Int, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    let worth = UInt64(bytes) / Limits.answeredBytesPerMicrosecond
    let taken = min(microseconds, Limits.longestMessageMicroseconds)
    guard taken > worth else { return }
    take(Int(taken - worth), of: .answeringTime, on: id, now, &effects)
  }

  /// The time until which no pull of the session's peer is answered; nil when it is.
  func answersHeld(on id: SessionID, _ now: UInt64) -> UInt64? {
    let held = [Rate.answeredBytes, .answeringTime].compactMap { isHeld($0, on: id, now) }
    return held.max()
  }

  mutating func meterPushed(
    _ bytes: Int, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    take(bytes, of: .pushedBytes, on: id, now, &effects)
  }

  /// The time until which nothing that the peer sends is read; long past when no rate holds it.
  func receivingHeldUntil(_ peer: NodeName) -> UInt64 {
    let held = meters[peer]?.heldUntil
    return max(held?[.receivedBytes] ?? 0, held?[.receivedMessages] ?? 0)
  }

  /// The time until which nothing of this class goes to the session's peer; nil when it may go.
  func isHeld(_ rate: Rate, on id: SessionID, _ now: UInt64) -> UInt64? {
    guard let peer = sessions[id]?.opening.peer, let until = meters[peer]?.heldUntil[rate],
      until > now
    else { return nil }
    return until
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
}

extension Rate {
  var counter: Counter {
    switch self {
    case .receivedBytes: .heldReceived
    case .receivedMessages: .heldMessages
    case .answeredBytes: .heldAnswers
    case .answeringTime: .heldAnswering
    case .pushedBytes: .heldPushes
    }
  }
}
