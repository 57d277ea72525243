public import Log

// Fork proofs: what is held, what is told, and what they freeze. Protocols/sync.md, 12.
extension Replicator {
  /// The lowest fork proof of a log.
  public func forkProof(of log: LogID) -> ForkProof? { proofs[log] }

  /// A proof that an earlier run kept.
  mutating func recall(_ proof: ForkProof) {
    let log = proof.identity.id
    guard proof.frozenAt < proofs[log]?.frozenAt ?? .max else { return }
    proofs[log] = proof
    if log == ownLog { closeForForks(at: proof.frozenAt) }
  }

  /// Two of the key's statements that contradict each other, if they do.
  mutating func prove(
    _ identity: LogIdentity, _ evidence: ForkProof.Evidence, _ effects: inout [Effect]
  ) {
    guard let proof = try? ForkProof(identity: identity, evidence: evidence) else { return }
    forked(proof, &effects)
  }

  mutating func prove(
    _ a: Exhibit, _ b: Exhibit, of identity: LogIdentity, _ effects: inout [Effect]
  ) {
    // One order, whoever finds it: the same fork gives the same bytes everywhere.
    let (first, second) = a.leaf.lexicographicallyPrecedes(b.leaf) ? (a, b) : (b, a)
    prove(identity, .entries(first, second), &effects)
  }

  /// A verified proof: the lowest index counts, and everybody is told of it.
  private mutating func forked(_ proof: ForkProof, _ effects: inout [Effect]) {
    let log = proof.identity.id
    if log == ownLog { closeForForks(at: proof.frozenAt) }
    effects.append(.count(.forks))
    guard proof.frozenAt < proofs[log]?.frozenAt ?? .max else { return }
    // The first ends the taking of entries, and is worth its time; a lower one is charged: an
    // author can make as many as it has entries.
    if proofs[log] == nil { progressed(log, on: nil) }
    proofs[log] = proof
    for id in sessionOrder { sessions[held: id].areProofsDue = true }
    effects.append(.keepProof(proof))
    freeze(log, at: proof.frozenAt, &effects)
  }

  private mutating func closeForForks(at index: UInt64) {
    gate.close(because: "this log's key signed two histories that differ at \(index)")
  }

  /// Nothing from `index` on is taken; a freeze only ever moves down.
  mutating func freeze(_ log: LogID, at index: UInt64, _ effects: inout [Effect]) {
    guard index < logs[held: log].accepted.frozenAt ?? .max else { return }
    logs[held: log].accepted.frozenAt = index
    standingChanged()
    endPull(beyondCeilingOf: log)
    effects.append(.event(.frozen(log, at: index)))
  }

  // MARK: Gossip

  /// Tells a session of each proof that it may not know: SYNC-80. After many of one log the lowest
  /// is told when its time comes.
  mutating func passOnProofs(_ now: UInt64, _ effects: inout [Effect]) {
    for id in sessionOrder where sessions[held: id].areProofsDue && sessions[held: id].hasSentAnswer
    {
      sessions[held: id].areProofsDue = false
      guard !proofs.isEmpty else { continue }
      for (position, log) in sessions[held: id].ourLogs.enumerated() {
        guard let proof = proofs[log], let shared = sessions[held: id].shared[log],
          proof.frozenAt < shared.proofKnown
        else { continue }
        guard shared.proofsSent < proofsAllowed(on: id, now), maySendEvidence(on: id, now) else {
          sessions[held: id].proofsDueAt = now + Limits.proofEveryMilliseconds
          continue
        }
        sessions[held: id].shared[held: log].proofKnown = proof.frozenAt
        sessions[held: id].shared[held: log].proofsSent += 1
        send(Proof(position: position, bytes: proof.encode()), on: id, &effects)
      }
    }
  }

  /// Takes up the proofs that waited for their time.
  mutating func resumeProofs(_ now: UInt64) {
    for id in sessionOrder {
      guard let due = sessions[id]?.proofsDueAt, due <= now else { continue }
      sessions[held: id].proofsDueAt = nil
      sessions[held: id].areProofsDue = true
    }
  }

  /// The proofs of one log that may travel on a session since its beginning.
  private func proofsAllowed(on id: SessionID, _ now: UInt64) -> Int {
    Limits.proofsOfLog + grown(on: id, each: Limits.proofEveryMilliseconds, now)
  }

  private func evidenceAllowed(on id: SessionID, _ now: UInt64) -> Int {
    Limits.evidenceOfSession + grown(on: id, each: Limits.evidenceEveryMilliseconds, now)
  }

  private func grown(on id: SessionID, each milliseconds: UInt64, _ now: UInt64) -> Int {
    Int((now - min(now, sessions[held: id].openedAt)) / milliseconds)
  }

  mutating func received(
    proof bytes: [UInt8], of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    guard sessions[held: id].shared[log] != nil else {
      throw MalformedMessage(what: "fork proof of a log that is not shared")
    }
    sessions[held: id].shared[held: log].proofsSeen += 1
    // The two sides of a session need not count the same time.
    guard isWithinEvidence(on: id, now),
      sessions[held: id].shared[held: log].proofsSeen
        <= proofsAllowed(on: id, now) + Limits.proofsSlack
    else { return refuseProof(on: id, now, &effects) }
    if let known = proofs[log], known.encode() == bytes {
      return sessions[held: id].shared[held: log].proofKnown = known.frozenAt
    }
    guard let proof = try? ForkProof(decoding: bytes), proof.identity.id == log else {
      return refuseProof(on: id, now, &effects)
    }
    let known = sessions[held: id].shared[held: log].proofKnown
    sessions[held: id].shared[held: log].proofKnown = min(known, proof.frozenAt)
    forked(proof, &effects)
  }

  private mutating func refuseProof(
    on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    effects.append(.count(.proofsBad))
    fail(id, now, &effects)
  }

  // MARK: Work for others' evidence, SYNC-87

  /// Counts one more piece of evidence that came on a session.
  /// - Returns: whether it is to be looked at.
  mutating func isWithinEvidence(on id: SessionID, _ now: UInt64) -> Bool {
    sessions[held: id].evidenceSeen += 1
    return sessions[held: id].evidenceSeen
      <= evidenceAllowed(on: id, now) + Limits.evidenceSlack
  }

  /// Counts one that is to be sent.
  /// - Returns: whether the other side will look at it.
  mutating func maySendEvidence(on id: SessionID, _ now: UInt64) -> Bool {
    guard sessions[held: id].evidenceSent < evidenceAllowed(on: id, now) else { return false }
    sessions[held: id].evidenceSent += 1
    return true
  }
}
