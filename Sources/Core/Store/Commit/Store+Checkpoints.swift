public import Log

extension Store {
  /// Compares a checkpoint with the stored tree and stages what is worth keeping of it.
  /// - Throws: `.damaged` or `.disk` when the own root at its size cannot be computed.
  public func addCheckpoint(_ checkpoint: VerifiedCheckpoint) throws(StoreError)
    -> CheckpointOutcome
  {
    try requireRunning()
    let log = try log(checkpoint.logID)
    guard log.replacing == nil else {
      log.notes.postpone(checkpoint)
      return .ahead
    }
    compareLeftOver(log)
    guard checkpoint.size <= log.state.size else {
      stage(log.wait(for: checkpoint), log)
      return .ahead
    }
    let comparison = log.compare(checkpoint, with: try files(of: log).root(size: checkpoint.size))
    stage(comparison.notes, log)
    return comparison.outcome
  }

  /// The newest checkpoint that agrees with the stored tree.
  public func newestCheckpoint(_ id: LogID) -> VerifiedCheckpoint? { table[id]?.notes.newest }

  /// The newest of them whose entries are durable: what others may be shown.
  public func newestDurableCheckpoint(_ id: LogID) -> VerifiedCheckpoint? {
    table[id]?.newestDurableCheckpoint()
  }

  /// The newest checkpoint above the log's size: not compared with anything yet.
  public func checkpointAhead(_ id: LogID) -> VerifiedCheckpoint? {
    guard let log = table[id], let pending = log.notes.pending, pending.size > log.state.size
    else { return nil }
    return pending
  }

  /// A kept checkpoint of exactly `size` that agrees with the stored tree. Older than the newest 16
  /// it is looked for in the file.
  public func checkpoint(_ id: LogID, size: UInt64) throws(StoreError) -> VerifiedCheckpoint? {
    try files(of: log(id)).checkpoint(size: size)
  }

  /// Checkpoints that were added ahead of the log and contradicted it when it grew to their size,
  /// since last asked. They are kept as evidence.
  public func takeContradictions() -> [VerifiedCheckpoint] {
    defer { contradictions = [] }
    return contradictions
  }

  /// The smallest kept checkpoint that contradicts the stored tree, as far as that can be read.
  public func contradiction(_ id: LogID) -> VerifiedCheckpoint? {
    table[id].flatMap { files(of: $0).contradiction() }
  }

  /// Stages a cosignature, whose validity is the caller's to have checked. An older one than the
  /// kept one of the same cosigner is left out, and every one of a log that is at its limit.
  public func addCosignature(
    _ id: LogID, checkpoint: VerifiedCheckpoint, _ cosignature: Cosignature
  ) throws(StoreError) {
    try requireRunning()
    let log = try log(id)
    let stored = StoredCosignature(
      checkpointSize: checkpoint.size, checkpointRoot: checkpoint.root, cosignature: cosignature)
    let position = log.staged.cosignatureCount
    guard
      log.staged.storedBytes + UInt64(Layout.cosignatureBytes)
        <= min(limits.logBytes, log.limits.bytes)
    else { return }
    guard log.notes.keep(KeptCosignature(stored: stored, position: position)) else { return }
    pipeline.stage(
      .cosignature(id, position: position, frame: CosignatureFrame(stored).encode()), of: log)
    log.staged.cosignatureCount += 1
  }

  /// The newest of each cosigner, by name.
  public func cosignatures(_ id: LogID) -> [StoredCosignature] {
    table[id]?.notes.cosignatures.map(\.stored) ?? []
  }

  // MARK: Checkpoints that were ahead

  /// After a crash between entries and what they meant for the checkpoint ahead. One that cannot be
  /// read now is compared before the next checkpoint is.
  func compareLeftOver() {
    for log in table.inOrder { compareLeftOver(log) }
  }

  private func compareLeftOver(_ log: StoredLog) {
    guard let pending = log.notes.pending, pending.size <= log.state.size,
      let ownRoot = try? files(of: log).root(size: pending.size)
    else { return }
    take(log.settle(pending, with: ownRoot), log)
  }

  /// Stages the notes of a checkpoint that had waited; a contradiction is news.
  func take(_ comparison: CheckpointComparison, _ log: StoredLog) {
    if comparison.contradicts { contradictions.append(comparison.checkpoint) }
    stage(comparison.notes, log)
  }

  private func stage(_ notes: [LogNote], _ log: StoredLog) {
    for note in notes { pipeline.stage(note, of: log) }
  }
}
