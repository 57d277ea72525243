import Log

/// Fork proofs on their way to the disk. An author can make as many as its log has entries, each
/// lower than the last: the first of a log is written as it comes, of those that follow the lowest,
/// once a second.
struct ProofQueue {
  private var writtenAt: [LogID: UInt64] = [:]
  private var waiting: [LogID: ForkProof] = [:]

  var isEmpty: Bool { waiting.isEmpty }

  /// - Parameter now: by the steady clock.
  /// - Returns: whether the proof is to be written now.
  mutating func add(_ proof: ForkProof, at now: UInt64) -> Bool {
    let log = proof.identity.id
    if let last = writtenAt[log], now - min(now, last) < ReplicaLimits.proofEveryMilliseconds {
      if proof.frozenAt < waiting[log]?.frozenAt ?? .max { waiting[log] = proof }
      return false
    }
    waiting[log] = nil
    writtenAt[log] = now
    return true
  }

  /// Takes the proofs that wait, by index of their forks.
  mutating func takeAll(at now: UInt64) -> [ForkProof] {
    let proofs = waiting.values.sorted {
      ($0.frozenAt, $0.identity.id) < ($1.frozenAt, $1.identity.id)
    }
    waiting = [:]
    for proof in proofs { writtenAt[proof.identity.id] = now }
    return proofs
  }
}
