public import Log

// This node's right to sign.
extension Replicator {
  /// This node's right to sign, as the end of the last step left it.
  public var signing: SigningState { gate.state }

  /// The roster's peers that told how far they have every log, since this process started.
  public var answeredPeers: [NodeName] { gate.asked.sorted() }

  mutating func release(_ now: UInt64, _ effects: inout [Effect]) {
    dropped(gate.release(now), &effects)
  }

  /// A session's first heads are here: SYNC-60.
  mutating func noteAnswer(on id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    guard !sessions[held: id].hasAnswered else { return }
    sessions[held: id].hasAnswered = true
    let peer = sessions[held: id].opening.peer
    showNewest(to: peer, on: id, now, &effects)
    guard peers[peer] != nil else { return }
    gate.answered(peer, hasClaimed: sessions[held: id].hasClaimed, now)
  }

  /// A session shows more of the own log than is here, or another hash: SYNC-61.
  mutating func claimed(on id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    guard gate.closedBecause == nil, !sessions[held: id].hasClaimed else { return }
    sessions[held: id].hasClaimed = true
    if !gate.claim(by: sessions[held: id].opening.peer, on: id, now) { dropped(1, &effects) }
  }

  /// The session's claim came to nothing.
  mutating func dropClaim(on id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    guard let peer = sessions[id]?.opening.peer, gate.dropClaim(of: peer, on: id, now) else {
      return
    }
    dropped(1, &effects)
  }

  private func dropped(_ claims: Int, _ effects: inout [Effect]) {
    for _ in 0..<claims { effects.append(.count(.claimsDropped)) }
  }

  /// Called at the end of each step.
  mutating func settleSigning(_ now: UInt64, _ effects: inout [Effect]) {
    let settled = gate.settle(now)
    dropped(settled.dropped, &effects)
    guard settled.isChanged else { return }
    effects.append(.event(.signing(signing)))
    if signing == .ready { for log in logOrder { wantCosignature(of: log, now, &effects) } }
  }
}
