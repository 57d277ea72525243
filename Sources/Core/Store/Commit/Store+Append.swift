import Crypto
public import Log

extension Store {
  /// Adds an empty log; a log that is there already is left as it is. Durable with the next commit.
  /// - Throws: `.damaged` if the folder of a log that no journal knows is in the way.
  public func addLog(_ identity: LogIdentity) throws(StoreError) {
    try requireRunning()
    guard table[identity.id] == nil else { return }
    if let found = damage.first(where: { $0.file.logID == identity.id }) { throw .damaged(found) }
    guard table.count < limits.logs else { throw .tooManyLogs }
    let log = StoredLog(
      state: LogState(empty: identity), record: HeadRecord(id: identity.id),
      nodes: NodeBuilder(openBlock: [], peaks: [], blocks: 0), isOnDisk: false)
    table.insert(log)
    pipeline.stage(.newLog(identity), of: log)
  }

  /// Stages entries for the next group commit: readable at once, durable when `completed` says so.
  /// A batch too large for a group commit goes the way of `appendBulk`, and so does one that
  /// follows bulk data which is not durable yet.
  /// - Throws: `.outOfRange` if the batch was accepted onto another state than the log's. When it
  ///   throws nothing is staged.
  public func append(_ batch: VerifiedBatch) throws(StoreError) {
    let log = try prepare(batch)
    let bytes = batch.batch.leaves.count + batch.batch.bodies.count
    let goesTheWayOfBulk = log.hasBulk || bytes > limits.usableCommitBytes
    stage(batch, log, goesTheWayOfBulk ? .bulk : .journal)
    if goesTheWayOfBulk { settle() }
  }

  /// Stages entries that are written to the log files directly, synced there, and become durable
  /// when their head is journaled: fewer bytes written, but some milliseconds later. For catch-up.
  /// - Parameter moreFollows: the head may wait for more data (up to `StoreLimits.bulkSyncBytes`)
  ///   or for `settle`.
  public func appendBulk(_ batch: VerifiedBatch, moreFollows: Bool = false) throws(StoreError) {
    let log = try prepare(batch)
    stage(batch, log, .bulk)
    if !moreFollows { settle() }
  }

  /// Makes what came by `appendBulk` durable without waiting for more.
  public func settle() { pipeline.bulk.settleWanted = true }

  /// Sets what the operator allows one log, where that is less than `StoreLimits` allows every log;
  /// nil: no less. A log that is larger already stays as it is, and grows no more.
  public func setLimits(_ id: LogID, bytes: UInt64?, entries: UInt64?) {
    table[id]?.limits = (bytes ?? .max, entries ?? .max)
  }

  /// Freezes the log: no entry from `index` on is accepted. A lower freeze replaces a higher one.
  public func freeze(_ id: LogID, at index: UInt64) throws(StoreError) {
    try requireRunning()
    let log = try log(id)
    if let frozen = log.state.frozenAt, frozen <= index { return }
    log.state.frozenAt = index
    log.staged.frozenAt = index
    pipeline.stage(.freeze(id, index: index), of: log)
  }

  /// The most bytes that a batch adds to a log's files: towards the log's limit.
  public static func fileBytes(of batch: EntryBatch) -> UInt64 {
    // Nodes count, too: one for each 256 entries, and one for every second of these, and so on.
    let each =
      EntryLayout.leafBytes + Layout.hashBytes + Layout.indexBytes + Layout.controlBytes
      + Layout.bodyHeaderBytes + 2 * Layout.hashBytes / Layout.blockEntries + 1
    return UInt64(batch.count * each + batch.bodies.count)
  }

  private func prepare(_ batch: VerifiedBatch) throws(StoreError) -> StoredLog {
    try requireRunning()
    let log = try log(batch.after.identity.id)
    guard log.replacing == nil else { throw .busy }
    guard batch.before.size == log.state.size, batch.before.head == log.state.head,
      batch.batch.count > 0
    else { throw .outOfRange }
    if let frozen = log.state.frozenAt, batch.batch.end > frozen, !batch.isSettled {
      throw .frozen(at: frozen)
    }
    let bytes = batch.batch.leaves.count + batch.batch.bodies.count
    guard
      log.staged.storedBytes + Store.fileBytes(of: batch.batch)
        <= min(limits.logBytes, log.limits.bytes),
      batch.batch.end <= min(limits.logEntries, log.limits.entries)
    else { throw .logFull(log.id) }
    guard pipeline.stagedBytes + bytes <= limits.stagedBytes else { throw .busy }
    return log
  }

  private func stage(_ verified: VerifiedBatch, _ log: StoredLog, _ way: TailSegment.Way) {
    let batch = verified.batch
    let before = log.state.tree
    let segment = TailSegment(
      verified, behind: log.staged, way: way, segmentBytes: limits.segmentBytes)
    log.append(segment, verified.after)
    if let states = batch.bodyStates {
      for (position, state) in states.enumerated() where state == .absent {
        log.damaged.insert(batch.first + UInt64(position))
        findings.reportAbsent()
      }
    }
    switch way {
    case .journal: pipeline.stage(segment, of: log)
    case .bulk: pipeline.stageBulk(segment, of: log)
    }
    // A note about these entries comes behind them.
    if let comparison = log.comparePending(grownFrom: before, by: verified.leafHashes) {
      take(comparison, log)
    }
  }
}

extension EntryBatch {
  /// Entries that are no records.
  var controlCount: Int {
    var count = 0
    for position in 0..<self.count {
      let kind = leaves[position * EntryLayout.leafBytes + EntryLayout.kind]
      if EntryKind.isControl(kind) { count += 1 }
    }
    return count
  }
}
