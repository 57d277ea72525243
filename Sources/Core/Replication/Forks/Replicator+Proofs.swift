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
    if proof.frozenAt == 0 { openingsChanged() }
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
      for (position, log) in sessions[held: id].lists.ours.enumerated() {
        guard let proof = proofs[log], let shared = sessions[held: id].shared[log],
          proof.frozenAt < shared.proofs.known
        else { continue }
        let allowed = sessions[held: id].evidence.proofsAllowed(now)
        guard shared.proofs.maySend(allowed: allowed), sessions[held: id].evidence.send(now) else {
          sessions[held: id].proofsDueAt = now + Limits.proofEveryMilliseconds
          continue
        }
        sessions[held: id].shared[held: log].proofs.sent(proof.frozenAt)
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

  mutating func receiveProof(
    _ bytes: [UInt8], of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    guard sessions[held: id].shared[log] != nil else {
      throw MalformedMessage(what: "fork proof of a log that is not shared")
    }
    let allowed = sessions[held: id].evidence.proofsAllowed(now)
    let isAllowed = sessions[held: id].shared[held: log].proofs.see(allowed: allowed)
    guard sessions[held: id].evidence.see(now), isAllowed else {
      return refuseProof(on: id, now, &effects)
    }
    if let known = proofs[log], known.encode() == bytes {
      return sessions[held: id].shared[held: log].proofs.received(known.frozenAt)
    }
    guard let proof = try? ForkProof(decoding: bytes), proof.identity.id == log else {
      return refuseProof(on: id, now, &effects)
    }
    sessions[held: id].shared[held: log].proofs.received(proof.frozenAt)
    forked(proof, &effects)
  }

  private mutating func refuseProof(
    on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    effects.append(.count(.proofsBad))
    fail(id, now, &effects)
  }
}
