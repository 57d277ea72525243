import Crypto
public import Log

extension Store {
  /// Compares a checkpoint with the stored tree and stages what is worth keeping of it.
  public func addCheckpoint(_ checkpoint: VerifiedCheckpoint) throws(StoreError)
    -> CheckpointOutcome
  {
    try requireRunning()
    let log = try log(checkpoint.logID)
    guard log.replacing == nil else {
      log.postponed = log.postponed.suffix(Layout.postponedKept - 1) + [checkpoint]
      return .ahead
    }
    compareLeftOver(log)
    guard checkpoint.size <= log.state.size else {
      if checkpoint.size > log.pending?.size ?? 0 {
        setPending(checkpoint, log)
      }
      return .ahead
    }
    return compare(checkpoint, log, with: try root(log.id, size: checkpoint.size))
  }

  /// The newest checkpoint that agrees with the stored tree.
  public func newestCheckpoint(_ id: LogID) -> VerifiedCheckpoint? { logsByID[id]?.newest }

  /// The newest of them whose entries are durable: what others may be shown.
  public func newestDurableCheckpoint(_ id: LogID) -> VerifiedCheckpoint? {
    logsByID[id]?.newestDurable()
  }

  /// The newest checkpoint above the log's size: not compared with anything yet.
  public func checkpointAhead(_ id: LogID) -> VerifiedCheckpoint? {
    guard let log = logsByID[id], let pending = log.pending, pending.size > log.state.size
    else { return nil }
    return pending
  }

  /// A kept checkpoint of exactly `size` that agrees with the stored tree. Older than the newest 16
  /// it is looked for in the file.
  public func checkpoint(_ id: LogID, size: UInt64) throws(StoreError) -> VerifiedCheckpoint? {
    let log = try log(id)
    if let newest = log.newest, newest.size == size { return newest }
    if let kept = log.checkpoints.last(where: { $0.size == size && !$0.contradicts }) {
      return try? VerifiedCheckpoint.verify(note: kept.note, identity: log.identity)
    }
    let perRead = UInt64(Layout.readBytes / Layout.checkpointBytes)
    var position: UInt64 = 0
    while position < log.written.checkpointCount {
      let count = min(perRead, log.written.checkpointCount - position)
      let bytes = try readExactly(
        .log(id, .checkpoints), at: position * UInt64(Layout.checkpointBytes),
        count: Int(count) * Layout.checkpointBytes)
      for number in 0..<Int(count) {
        guard
          let frame = CheckpointFrame(bytes.span, at: number * Layout.checkpointBytes),
          frame.size == size, !frame.contradicts
        else { continue }
        return try? VerifiedCheckpoint.verify(note: frame.note, identity: log.identity)
      }
      position += count
    }
    return nil
  }

  /// Checkpoints that were added ahead of the log and contradicted it when it grew to their size,
  /// since last asked. They are kept as evidence.
  public func takeContradictions() -> [VerifiedCheckpoint] {
    defer { contradictions = [] }
    return contradictions
  }

  /// The smallest kept checkpoint that contradicts the stored tree, as far as that can be read.
  public func contradiction(_ id: LogID) -> VerifiedCheckpoint? {
    guard let log = logsByID[id] else { return nil }
    let kept = log.checkpoints.filter { $0.contradicts && $0.size <= log.state.size }
    for frame in kept.sorted(by: { $0.size < $1.size }) {
      guard
        let checkpoint = try? VerifiedCheckpoint.verify(note: frame.note, identity: log.identity),
        let own = try? root(id, size: checkpoint.size), own != checkpoint.root
      else { continue }
      return checkpoint
    }
    return nil
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
        <= min(limits.logBytes, log.limitBytes)
    else { return }
    guard log.keep(KeptCosignature(stored: stored, position: position)) else { return }
    pipeline.stage(
      .cosignature(id, position: position, frame: CosignatureFrame(stored).encode()))
    log.staged.cosignatureCount += 1
  }

  /// The newest of each cosigner, by name.
  public func cosignatures(_ id: LogID) -> [StoredCosignature] {
    logsByID[id]?.cosignatures.map(\.stored) ?? []
  }

  func compare(
    _ checkpoint: VerifiedCheckpoint, _ log: StoredLog, with ownRoot: Digest
  ) -> CheckpointOutcome {
    if ownRoot == checkpoint.root {
      guard checkpoint.size > log.newest?.size ?? 0 else { return .known }
      stage(checkpoint, log, contradicts: false)
      log.newest = checkpoint
      return .stored
    }
    let isKept = log.checkpoints.contains {
      $0.contradicts && $0.size == checkpoint.size && $0.root == checkpoint.root
    }
    if !isKept, log.staged.contradictionCount < Layout.contradictionsKept {
      stage(checkpoint, log, contradicts: true)
      log.staged.contradictionCount += 1
    }
    return .contradiction(ownRoot: ownRoot)
  }

  private func stage(_ checkpoint: VerifiedCheckpoint, _ log: StoredLog, contradicts: Bool) {
    let frame = CheckpointFrame(
      size: checkpoint.size, contradicts: contradicts, note: checkpoint.note)
    let position = log.staged.checkpointCount
    stage(
      .checkpoint(
        log.id, position: position, contradicts: contradicts, frame: frame.encode()),
      about: checkpoint.size, log)
    log.staged.checkpointCount += 1
    log.keep(
      StoredCheckpoint(
        size: checkpoint.size, root: checkpoint.root, contradicts: contradicts,
        note: checkpoint.note, position: position))
  }

  /// The log grew: is the checkpoint that was ahead of it its own? Needs no disk.
  func compareWithPending(
    _ log: StoredLog, grownFrom before: CompactTree, by leafHashes: [UInt8]
  ) {
    guard let pending = log.pending, pending.size >= before.size, pending.size <= log.state.size
    else { return }
    var tree = before
    for position in 0..<Int(pending.size - before.size) {
      tree.append(Digest(leafHashes.span, at: position * Layout.hashBytes))
    }
    settlePending(pending, log, with: tree.root())
  }

  /// After a crash between entries and what they meant for the checkpoint ahead. One that cannot be
  /// read now is compared before the next checkpoint is.
  func compareLeftOver() {
    for log in order { compareLeftOver(log) }
  }

  private func compareLeftOver(_ log: StoredLog) {
    guard let pending = log.pending, pending.size <= log.state.size,
      let ownRoot = try? root(log.id, size: pending.size)
    else { return }
    settlePending(pending, log, with: ownRoot)
  }

  private func settlePending(
    _ pending: VerifiedCheckpoint, _ log: StoredLog, with ownRoot: Digest
  ) {
    if case .contradiction = compare(pending, log, with: ownRoot) {
      contradictions.append(pending)
    }
    setPending(nil, log, about: pending.size)
  }

  private func setPending(
    _ checkpoint: VerifiedCheckpoint?, _ log: StoredLog, about size: UInt64 = 0
  ) {
    log.pending = checkpoint
    log.staged.pendingNote = checkpoint?.note ?? []
    stage(.pending(log.id, note: log.staged.pendingNote), about: size, log)
  }

  /// A note may not become durable before the entries that it was compared with: they could be lost
  /// and come back as others.
  private func stage(_ note: JournalRecord, about size: UInt64, _ log: StoredLog) {
    if log.waitingNotes.isEmpty, size <= log.journaledSize {
      pipeline.stage(note)
    } else {
      log.waitingNotes.append((size, note))
    }
  }

  func releaseNotes(_ log: StoredLog, upTo size: UInt64) {
    log.journaledSize = max(log.journaledSize, size)
    while let first = log.waitingNotes.first, first.size <= log.journaledSize {
      pipeline.stage(first.record)
      log.waitingNotes.removeFirst()
    }
    releasePurges(log)
  }
}

extension StoredLog {
  /// Contradictions stay; of the others the newest.
  func keep(_ checkpoint: StoredCheckpoint) {
    checkpoints.append(checkpoint)
    guard checkpoints.count(where: { !$0.contradicts }) > Layout.checkpointsKept else { return }
    if let oldest = checkpoints.firstIndex(where: { !$0.contradicts }) {
      checkpoints.remove(at: oldest)
    }
  }

  /// - Returns: whether it is news.
  func keep(_ kept: KeptCosignature) -> Bool {
    let stored = kept.stored
    let name = stored.cosignature.name
    let place =
      cosignatures.firstIndex { $0.stored.cosignature.name >= name } ?? cosignatures.count
    if place < cosignatures.count, cosignatures[place].stored.cosignature.name == name {
      let old = cosignatures[place].stored
      // A new key says anew what the one before it said, whatever time that named
      // (Protocols/checkpoint.md, CKP-26).
      let isAnew = stored.cosignature.keyID != old.cosignature.keyID
      guard
        stored.checkpointSize > old.checkpointSize
          || stored.checkpointSize == old.checkpointSize
            && (isAnew || stored.cosignature.time > old.cosignature.time)
      else { return false }
      cosignatures[place] = kept
      return true
    }
    guard cosignatures.count < Layout.cosignersKept else { return false }
    cosignatures.insert(kept, at: place)
    return true
  }
}
