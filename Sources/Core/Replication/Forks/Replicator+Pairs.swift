import Crypto
import Log

// Checkpoints that contradict each other, or the own tree under another: SYNC-85.
extension Replicator {
  /// Looks for another checkpoint of this size at hand that has another root: the author signed
  /// both.
  mutating func comparePairs(_ checkpoint: VerifiedCheckpoint, _ effects: inout [Effect]) {
    let log = checkpoint.logID
    var others = [agreedCheckpoint(of: log), logs[held: log].waitingCheckpoint]
    others += sessionOrder.map { sessions[held: $0].shared[log]?.theirCheckpoint }
    let other = others.first { $0?.size == checkpoint.size && $0?.root != checkpoint.root }
    guard let other = other ?? nil else { return }
    let notes = [checkpoint, other].sorted { $0.root < $1.root }.map(\.note)
    prove(logs[held: log].accepted.identity, .roots(notes[0], notes[1]), &effects)
  }

  /// A checkpoint is not of our tree, which a larger one is of: the author signed both.
  /// - Parameter own: the root of our tree at its size.
  mutating func proveContradiction(
    _ checkpoint: VerifiedCheckpoint, own: Digest, _ effects: inout [Effect]
  ) {
    let log = checkpoint.logID
    guard let newest = agreedCheckpoint(of: log), newest.size > checkpoint.size,
      newest.size <= logs[held: log].durable.size,
      let proof = try? reader.consistencyProof(log, from: checkpoint.size, to: newest.size)
    else { return }
    prove(
      logs[held: log].accepted.identity,
      .prefix(older: checkpoint.note, newer: newest.note, prefixRoot: own, proof: proof), &effects)
  }
}
