import Log

/// This node's right to sign: what peers answered, what they claim of the own log, and what closed
/// it (Protocols/sync.md, 8).
///
/// A value that knows no session but by its number. `Replicator` tells it what comes in a step;
/// `settle`, at the end of each step, decides.
struct SigningGate {
  /// The decision of the last step.
  private(set) var state: SigningState
  /// Peers are to answer first, or the operator to release the wait.
  private var isStarting: Bool
  private(set) var closedBecause: String?
  /// The roster's names in order, once there is a roster.
  private(set) var roster: [NodeName]?
  /// The time since when peers can answer, and when the first did.
  private var startedAt: UInt64?
  private var firstAnswerAt: UInt64?
  private var answered: Set<NodeName> = []
  /// Peers that told how far they are, also those that claim more of the own log.
  private(set) var asked: Set<NodeName> = []
  /// Unproven claims about the own log that hold signing: one for a peer at most.
  private var claims: [NodeName: Claim] = [:]
  /// The times until which further claims of a peer hold nothing, and claims of anybody.
  private var restsUntil: [NodeName: UInt64] = [:]
  private var quietUntil: UInt64 = 0
  private var heldSince: UInt64 = 0

  /// A peer shows an own log that is not the one here, and proved nothing yet.
  private struct Claim {
    var session: SessionID
    let since: UInt64
  }

  init(_ start: OwnLogStart) {
    isStarting = start == .waiting
    switch start {
    case .ready: state = .ready
    case .waiting: state = .waiting(for: [])
    case .closed(let reason):
      closedBecause = reason
      state = .closed(because: reason)
    }
  }

  /// The node begins: what an earlier run kept may have closed the log, and is no news then.
  mutating func begin() {
    if let closedBecause { state = .closed(because: closedBecause) }
  }

  mutating func adopt(roster names: [NodeName]) {
    roster = names.sorted()
    answered.formIntersection(names)
    asked.formIntersection(names)
  }

  // MARK: News of a step

  /// Closes the log for this epoch; the first reason stays.
  mutating func close(because reason: String) {
    if closedBecause == nil { closedBecause = reason }
    claims = [:]
  }

  /// The operator ends the wait for peers.
  /// - Returns: how many claims that drops.
  mutating func release(_ now: UInt64) -> Int {
    isStarting = false
    return drop(claims.keys.sorted(), now)
  }

  /// A peer of the roster told how far it has every log: SYNC-60.
  /// - Parameter hasClaimed: it claimed something of the own log: that is no answer yet.
  mutating func answered(_ peer: NodeName, hasClaimed: Bool, _ now: UInt64) {
    asked.insert(peer)
    guard !hasClaimed else { return }
    answered.insert(peer)
    if firstAnswerAt == nil { firstAnswerAt = now }
  }

  /// A session shows more of the own log than is here, or another hash: SYNC-61.
  /// - Returns: false for a claim that holds nothing.
  mutating func claim(by peer: NodeName, on session: SessionID, _ now: UInt64) -> Bool {
    answered.remove(peer)
    if claims[peer] != nil {
      claims[peer]?.session = session
      return true
    }
    guard restsUntil[peer] ?? 0 <= now, quietUntil <= now else { return false }
    if claims.isEmpty { heldSince = now }
    claims[peer] = Claim(session: session, since: now)
    return true
  }

  /// The claim of a peer on that session came to nothing.
  /// - Returns: whether there was such a claim.
  mutating func dropClaim(of peer: NodeName, on session: SessionID, _ now: UInt64) -> Bool {
    guard claims[peer]?.session == session else { return false }
    return drop([peer], now) > 0
  }

  private mutating func drop(_ peers: [NodeName], _ now: UInt64) -> Int {
    for peer in peers {
      claims[peer] = nil
      restsUntil[peer] = now + Limits.claimRestMilliseconds
      // Whatever many liars do, half of the time is left to sign.
      if claims.isEmpty { quietUntil = now + (now - min(now, heldSince)) }
    }
    return peers.count
  }

  // MARK: The decision

  /// Decides by what the step brought, and what time brought.
  /// - Returns: how many claims were dropped, and whether the state is another than before.
  mutating func settle(_ now: UInt64) -> (dropped: Int, isChanged: Bool) {
    if startedAt == nil { startedAt = now }
    let overdue = claims.filter { now >= $0.value.since + Limits.claimHoldMilliseconds }
    let dropped = drop(overdue.keys.sorted(), now)
    let next = decision(now)
    if next == .ready { isStarting = false }
    defer { state = next }
    return (dropped, next != state)
  }

  private func decision(_ now: UInt64) -> SigningState {
    if let closedBecause { return .closed(because: closedBecause) }
    let claimants = claims.keys.sorted()
    guard isStarting, let roster else {
      return claimants.isEmpty && !isStarting ? .ready : .waiting(for: claimants)
    }
    let missing = roster.filter { !answered.contains($0) }
    let isEnough = missing.isEmpty || answersDue ?? .max <= now && !answered.isEmpty
    return isEnough && claimants.isEmpty ? .ready : .waiting(for: missing)
  }

  /// The time from which the answers that came are enough.
  private var answersDue: UInt64? {
    guard let startedAt, let firstAnswerAt else { return nil }
    return max(
      startedAt + Limits.answersMilliseconds, firstAnswerAt + Limits.answersSettleMilliseconds)
  }

  /// When time alone changes something next.
  func nextDue(_ now: UInt64) -> UInt64 {
    var due: UInt64 = .max
    guard closedBecause == nil else { return due }
    for claim in claims.values { due = min(due, claim.since + Limits.claimHoldMilliseconds) }
    if isStarting, let answersDue, answersDue > now { due = min(due, answersDue) }
    return due
  }
}
