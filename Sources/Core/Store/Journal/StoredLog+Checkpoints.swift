import Crypto
import Log

/// A record that may not be journaled before the first `size` entries are.
struct LogNote {
  let record: JournalRecord
  let size: UInt64
}

/// The comparison of a checkpoint with the log's tree, and what of it is to be journaled.
struct CheckpointComparison {
  let outcome: CheckpointOutcome
  let checkpoint: VerifiedCheckpoint
  var notes: [LogNote] = []

  var contradicts: Bool { if case .contradiction = outcome { true } else { false } }
}

// Checkpoints against the log's tree (Protocols/store.md, STO-9). Nothing here reads or writes: the
// caller gives roots, and stages the notes.
extension StoredLog {
  /// - Parameter ownRoot: the log's own at the checkpoint's size, which it has reached.
  func compare(_ checkpoint: VerifiedCheckpoint, with ownRoot: Digest) -> CheckpointComparison {
    if ownRoot == checkpoint.root {
      guard checkpoint.size > notes.newest?.size ?? 0 else {
        return CheckpointComparison(outcome: .known, checkpoint: checkpoint)
      }
      let note = keep(checkpoint, contradicts: false)
      notes.take(newest: checkpoint, durable: durable.size)
      return CheckpointComparison(outcome: .stored, checkpoint: checkpoint, notes: [note])
    }
    var comparison = CheckpointComparison(
      outcome: .contradiction(ownRoot: ownRoot), checkpoint: checkpoint)
    if !notes.hasContradiction(checkpoint),
      staged.contradictionCount < Limits.contradictionsKept
    {
      comparison.notes.append(keep(checkpoint, contradicts: true))
      staged.contradictionCount += 1
    }
    return comparison
  }

  /// The checkpoint is ahead of the log: the newest such is kept.
  func wait(for checkpoint: VerifiedCheckpoint) -> [LogNote] {
    guard checkpoint.size > notes.pending?.size ?? 0 else { return [] }
    return [setPending(checkpoint, at: 0)]
  }

  /// The log grew: is the checkpoint that was ahead of it its own? Needs no disk.
  /// - Parameter leafHashes: of the entries since `before`.
  /// - Returns: nil while it is ahead.
  func comparePending(
    grownFrom before: CompactTree, by leafHashes: [UInt8]
  ) -> CheckpointComparison? {
    guard let pending = notes.pending, pending.size >= before.size, pending.size <= state.size
    else { return nil }
    var tree = before
    tree.append(
      leafHashes: Array(leafHashes.prefix(Int(pending.size - before.size) * Layout.hashBytes)))
    return settle(pending, with: tree.root())
  }

  /// The checkpoint that was ahead of the log is so no more.
  func settle(_ pending: VerifiedCheckpoint, with ownRoot: Digest) -> CheckpointComparison {
    var comparison = compare(pending, with: ownRoot)
    comparison.notes.append(setPending(nil, at: pending.size))
    return comparison
  }

  private func setPending(_ checkpoint: VerifiedCheckpoint?, at size: UInt64) -> LogNote {
    notes.pending = checkpoint
    staged.pendingNote = checkpoint?.note ?? []
    return LogNote(record: .pending(id, note: staged.pendingNote), size: size)
  }

  private func keep(_ checkpoint: VerifiedCheckpoint, contradicts: Bool) -> LogNote {
    let position = staged.checkpointCount
    let frame = CheckpointFrame(
      size: checkpoint.size, contradicts: contradicts, note: checkpoint.note)
    staged.checkpointCount += 1
    notes.keep(
      StoredCheckpoint(
        size: checkpoint.size, root: checkpoint.root, contradicts: contradicts,
        note: checkpoint.note, position: position))
    return LogNote(
      record: .checkpoint(
        id, position: position, contradicts: contradicts, frame: frame.encode()),
      size: checkpoint.size)
  }
}
