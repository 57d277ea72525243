public import Log

/// The facts that decide whether this node may sign: Protocols/sync.md, 8.
struct SigningGate {
  /// Peers are to answer first, or the operator to release the wait.
  var isStarting: Bool
  var closedBecause: String?
  /// The time since when peers can answer, and when the first did.
  var startedAt: UInt64?
  var firstAnswerAt: UInt64?
  var answered: Set<NodeName> = []
  /// Peers that told how far they are, also those that claim more of the own log.
  var asked: Set<NodeName> = []
  /// Unproven claims about the own log that hold signing: one for a peer at most.
  var claims: [NodeName: Claim] = [:]
  /// The times until which further claims of a peer hold nothing, and claims of anybody.
  var restsUntil: [NodeName: UInt64] = [:]
  var quietUntil: UInt64 = 0
  var heldSince: UInt64 = 0

  init(_ start: OwnLogStart) {
    isStarting = start == .waiting
    if case .closed(let reason) = start { closedBecause = reason }
  }

  /// When time alone changes something next.
  func nextDue(_ now: UInt64) -> UInt64 {
    var due: UInt64 = .max
    guard closedBecause == nil else { return due }
    for claim in claims.values { due = min(due, claim.since + Limits.claimHoldMilliseconds) }
    if isStarting, let answersDue, answersDue > now { due = min(due, answersDue) }
    return due
  }

  /// The time from which the answers that came are enough.
  var answersDue: UInt64? {
    guard let startedAt, let firstAnswerAt else { return nil }
    return max(
      startedAt + Limits.answersMilliseconds, firstAnswerAt + Limits.answersSettleMilliseconds)
  }
}

/// A peer shows an own log that is not the one here, and proved nothing yet.
struct Claim {
  var session: SessionID
  let since: UInt64
}

// This node's right to sign.
extension Replicator {
  /// The roster's peers that told how far they have every log, since this process started.
  public var answeredPeers: [NodeName] { gate.asked.sorted() }

  mutating func release(_ now: UInt64, _ effects: inout [Effect]) {
    for peer in gate.claims.keys.sorted() { dropClaim(of: peer, now, &effects) }
    gate.isStarting = false
  }

  mutating func closeSigning(because reason: String) {
    if gate.closedBecause == nil { gate.closedBecause = reason }
    gate.claims = [:]
  }

  /// A session's first heads are here: SYNC-60.
  mutating func answered(on id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    guard !sessions[held: id].hasAnswered else { return }
    sessions[held: id].hasAnswered = true
    let peer = sessions[held: id].opening.peer
    showNewest(to: peer, on: id, now, &effects)
    guard peers[peer] != nil else { return }
    gate.asked.insert(peer)
    guard !sessions[held: id].hasClaimed else { return }
    gate.answered.insert(peer)
    if gate.firstAnswerAt == nil { gate.firstAnswerAt = now }
  }

  /// A session shows more of the own log than is here, or another hash: SYNC-61.
  mutating func claimed(on id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    guard gate.closedBecause == nil, !sessions[held: id].hasClaimed else { return }
    sessions[held: id].hasClaimed = true
    let peer = sessions[held: id].opening.peer
    gate.answered.remove(peer)
    if gate.claims[peer] != nil {
      gate.claims[peer]?.session = id
      return
    }
    guard gate.restsUntil[peer] ?? 0 <= now, gate.quietUntil <= now else {
      return effects.append(.count(.claimsDropped))
    }
    if gate.claims.isEmpty { gate.heldSince = now }
    gate.claims[peer] = Claim(session: id, since: now)
  }

  /// The session's claim came to nothing.
  mutating func dropClaim(on id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    guard let peer = sessions[id]?.opening.peer, gate.claims[peer]?.session == id else { return }
    dropClaim(of: peer, now, &effects)
  }

  private mutating func dropClaim(of peer: NodeName, _ now: UInt64, _ effects: inout [Effect]) {
    gate.claims[peer] = nil
    gate.restsUntil[peer] = now + Limits.claimRestMilliseconds
    effects.append(.count(.claimsDropped))
    // Whatever many liars do, half of the time is left to sign.
    if gate.claims.isEmpty { gate.quietUntil = now + (now - min(now, gate.heldSince)) }
  }

  /// Called at the end of each step: what it brought, and what time brought.
  mutating func settleSigning(_ now: UInt64, _ effects: inout [Effect]) {
    if gate.startedAt == nil { gate.startedAt = now }
    for (peer, claim) in gate.claims.sorted(by: { $0.key < $1.key })
    where now >= claim.since + Limits.claimHoldMilliseconds {
      dropClaim(of: peer, now, &effects)
    }
    let state = signingState(now)
    if state == .ready { gate.isStarting = false }
    guard state != signing else { return }
    signing = state
    effects.append(.event(.signing(state)))
    if state == .ready { for log in logOrder { wantCosignature(of: log, now, &effects) } }
  }

  private func signingState(_ now: UInt64) -> SigningState {
    if let reason = gate.closedBecause { return .closed(because: reason) }
    let claimants = gate.claims.keys.sorted()
    guard gate.isStarting, let peerNames else {
      return claimants.isEmpty && !gate.isStarting ? .ready : .waiting(for: claimants)
    }
    let missing = peerNames.filter { !gate.answered.contains($0) }
    let isEnough = missing.isEmpty || gate.answersDue ?? .max <= now && !gate.answered.isEmpty
    return isEnough && claimants.isEmpty ? .ready : .waiting(for: missing)
  }
}
