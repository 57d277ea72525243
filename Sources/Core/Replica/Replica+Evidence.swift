import Log
import Replication
import Store

// Evidence against keys: kept, and told to the operator (docs/forks.md).
extension Replica {
  /// Holds on to what earlier runs kept, also to a freeze that did not reach the store.
  func recallEvidence(_ proofs: [ForkProof]) {
    for proof in proofs where store.state(proof.identity.id) != nil {
      keepFrozen(proof.identity.id, at: proof.frozenAt)
    }
    for log in store.logs where core.forkProof(of: log.id) == nil {
      if let checkpoint = store.contradiction(log.id) {
        contradicted(log.id, at: checkpoint.size)
      }
    }
  }

  /// The author signed another history than what is here, and nobody showed an entry of it.
  func contradicted(_ log: LogID, at size: UInt64) {
    host.tell(
      .warning(
        key: "contradiction \(log)",
        "\(name(of: log)): a signed checkpoint over \(size) entries is not of what is stored here; it is kept, and this log is not cosigned; see docs/forks.md"
      ))
  }

  /// A freeze that is only in memory ends with this run.
  func keepFrozen(_ log: LogID, at index: UInt64) {
    keepSafe("freeze \(log)", "that \(name(of: log)) is frozen at \(index)") { [unowned self] in
      try store.freeze(log, at: index)
    }
  }

  func keepEvidence(_ log: LogID, _ fault: AuthorFault) {
    keepFrozen(log, at: fault.position)
    var file = "not written yet"
    keepSafe("fault \(log)", "evidence against \(name(of: log))") { [unowned self] in
      file = try host.write(.fault(log, try complete(fault)))
    }
    host.tell(
      .warning(
        key: "fault \(log)",
        "\(name(of: log)): its key signed an entry \(fault.position) that no log may have; frozen there; evidence: \(file); see docs/forks.md"
      ))
  }

  /// A fault in `previous` is shown with the entry before, which may stand in an earlier chunk.
  private func complete(_ fault: AuthorFault) throws -> AuthorFault {
    guard !fault.isComplete else { return fault }
    let log = fault.identity.id
    let checkpoint = try VerifiedCheckpoint.verify(
      note: fault.exhibit.checkpoint, identity: fault.identity)
    let before = try store.read(
      log, (fault.position - 1)..<fault.position, maxBytes: EntryLayout.maxBodyBytes * 2)
    let path = try store.inclusionProof(log, index: fault.position - 1, size: checkpoint.size)
    return try fault.completed(predecessorLeaf: before.leaves, path: path)
  }

  func keepProof(_ proof: ForkProof) {
    if proofs.add(proof, at: host.now) { return writeProof(proof) }
    due.set(.proofs, after(ReplicaLimits.proofEveryMilliseconds))
  }

  /// Writes the proofs that wait; at a clean stop, too. After a crash peers tell of those that were
  /// not written.
  func writeProofs() {
    for proof in proofs.takeAll(at: host.now) { writeProof(proof) }
  }

  private func writeProof(_ proof: ForkProof) {
    let log = proof.identity.id
    keepFrozen(log, at: proof.frozenAt)
    var file = "not written yet"
    keepSafe("fork \(log)", "the proof of a fork of \(name(of: log))") { [unowned self] in
      file = try host.write(.proof(proof))
    }
    host.tell(
      .warning(
        key: "fork \(log)",
        "\(proof.identity.origin): its key signed two histories that differ at \(proof.frozenAt); frozen there; proof: \(file); \(help(own: log == identity.id))"
      ))
  }

  /// The next step for the operator of a frozen log, or of a node that carries it.
  package func help(own isOwn: Bool) -> String {
    isOwn
      ? "stop every other copy of this node, then 'liaison epoch open --recovery FILE'; see docs/forks.md"
      : "check it with 'liaison-audit check-fork FILE' and call its operator, who opens the next epoch; see docs/forks.md"
  }

  func keepOpening(_ opening: Opening) {
    keepSafe(
      "opening \(opening.predecessor)", "a second opening after \(name(of: opening.predecessor))"
    ) { [unowned self] in
      _ = try host.write(.opening(opening))
    }
  }
}
