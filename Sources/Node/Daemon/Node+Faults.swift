import Log
import Replication
import Runtime
import Store

// Evidence against keys: kept in files, and told to the operator (docs/forks.md).
extension Node {
  /// What earlier runs kept holds on, also a freeze that did not reach the store.
  func recallFaults() {
    for problem in faults.problems { journal.warning("evidence: \(problem)") }
    for proof in faults.proofs where store.state(proof.identity.id) != nil {
      keepFrozen(proof.identity.id, at: proof.frozenAt)
    }
    for log in store.logs {
      if core.forkProof(of: log.id) == nil, let checkpoint = store.contradiction(log.id) {
        contradicted(log.id, at: checkpoint.size)
      }
      guard let index = core.frozenAt(log.id) else { continue }
      let evidence = faults.evidence(of: log.id).joined(separator: " ")
      journal.error("\(log.origin) is frozen at \(index): \(evidence)")
    }
  }

  /// The author signed another history than what is here, and nobody showed an entry of it.
  func contradicted(_ log: LogID, at size: UInt64) {
    warn(
      "contradiction \(log)",
      "\(name(of: log)): a signed checkpoint over \(size) entries is not of what is stored here; it is kept, and this log is not cosigned; see docs/forks.md"
    )
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
      let fault = try complete(fault)
      file = try faults.write(fault.encode(), of: log, "\(fault.position).fault")
    }
    warn(
      "fault \(log)",
      "\(name(of: log)): its key signed an entry \(fault.position) that no log may have; frozen there; evidence: \(file); see docs/forks.md"
    )
  }

  func keepProof(_ proof: ForkProof) {
    if proofs.add(proof, at: now) { return writeProof(proof) }
    guard proofTimer == nil else { return }
    proofTimer = loop.schedule(afterMilliseconds: NodeLimits.proofEveryMilliseconds) {
      [weak self] in
      self?.proofTimer = nil
      self?.writeProofs()
    }
  }

  /// Also at a clean stop. After a crash peers tell of what was not written.
  func writeProofs() {
    for proof in proofs.takeAll(at: now) { writeProof(proof) }
  }

  private func writeProof(_ proof: ForkProof) {
    let log = proof.identity.id
    keepFrozen(log, at: proof.frozenAt)
    var file = "not written yet"
    keepSafe("fork \(log)", "the proof of a fork of \(name(of: log))") { [unowned self] in
      file = try faults.keep(proof)
    }
    warn(
      "fork \(log)",
      "\(proof.identity.origin): its key signed two histories that differ at \(proof.frozenAt); frozen there; proof: \(file); \(help(own: log == identity.id))"
    )
  }

  /// What the operator of a frozen log, or of a node that carries it, does next.
  func help(own isOwn: Bool) -> String {
    isOwn
      ? "stop every other copy of this node, then 'liaison epoch open --recovery FILE'; see docs/forks.md"
      : "check it with 'liaison-audit check-fork FILE' and call its operator, who opens the next epoch; see docs/forks.md"
  }

  func keepOpening(_ opening: Replication.Opening) {
    keepSafe(
      "opening \(opening.predecessor)", "a second opening after \(name(of: opening.predecessor))"
    ) { [unowned self] in
      try faults.keep(opening)
    }
  }

  /// A fault in `previous` is shown with the entry before, which may stand in an earlier chunk.
  private func complete(_ fault: AuthorFault) throws -> AuthorFault {
    guard !fault.isComplete else { return fault }
    let log = fault.identity.id
    let checkpoint = try VerifiedCheckpoint.verify(
      note: fault.exhibit.checkpoint, identity: fault.identity)
    let before = try store.read(
      log, (fault.position - 1)..<fault.position, maxBytes: EntryLayout.maxBodyBytes * 2)
    let path = try store.inclusionProof(
      log, index: fault.position - 1, size: checkpoint.size)
    return try fault.completed(predecessorLeaf: before.leaves, path: path)
  }

  /// Other signatures of entries that are here, under their author's checkpoint: no fork (LOG-32).
  func replace(_ replacement: LeafReplacement) {
    do throws(StoreError) {
      try store.replace(replacement)
    } catch {
      counters.add("store.replacements-refused")
      step(.replaceRefused(replacement.identity.id))
    }
  }

  // MARK: Defects

  /// Entries with bad signatures of their own, under a checkpoint: the author's doing, shown and frozen nowhere.
  func keepDefects(_ run: VerifiedRun, leaves: EntryBatch) {
    guard let identity = store.logs.first(where: { $0.id == run.log }) else { return }
    for index in run.bad where faults.count(of: run.log, ".defect") < NodeLimits.defectsKept {
      // Without a checkpoint over it yet, the next pass finds it again.
      guard let checkpoint = store.newestCheckpoint(run.log), checkpoint.size > index,
        let path = try? store.inclusionProof(run.log, index: index, size: checkpoint.size)
      else { continue }
      let exhibit = IncludedLeaf(
        leaf: Array(leaves.leaf(at: Int(index - leaves.first))), position: index, path: path,
        checkpoint: checkpoint.note)
      // Made from damaged hashes it is none.
      guard let proof = try? DefectProof(identity: identity, exhibit: exhibit) else { continue }
      attempt("the proof of a defect was not written") {
        try faults.write(proof.encode(), of: run.log, "\(index).defect")
      }
    }
  }
}
