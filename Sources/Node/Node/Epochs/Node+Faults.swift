import Log
import Replication
import Runtime
import Store

// Evidence against keys, of which the replica decides: the log lines at a start, and defects, which
// the scrub finds.
extension Node {
  /// Logs at a start which logs are frozen, and by which evidence.
  func tellFrozen() {
    for log in store.logs {
      guard let index = core.frozenAt(log.id) else { continue }
      let evidence = faults.evidence(of: log.id).joined(separator: " ")
      logger.error("\(log.origin) is frozen at \(index): \(evidence)")
    }
  }

  /// Entries with bad signatures of their own, under a checkpoint: the author's doing, shown and
  /// frozen nowhere.
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
