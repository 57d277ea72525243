import Crypto
public import Log

extension Store {
  /// Adds an empty log; a log that is there already is left as it is. Durable with the next commit.
  /// - Throws: `.damaged` if the folder of a log that no journal knows is in the way.
  public func addLog(_ identity: LogIdentity) throws(StoreError) {
    try requireRunning()
    guard logsByID[identity.id] == nil else { return }
    if let found = damage.first(where: { $0.file.logID == identity.id }) { throw .damaged(found) }
    guard order.count + unloaded.count < limits.logs else { throw .tooManyLogs }
    let log = StoredLog(
      state: LogState(empty: identity), record: HeadRecord(id: identity.id),
      nodes: NodeBuilder(openBlock: [], peaks: [], blocks: 0), isOnDisk: false)
    logsByID[identity.id] = log
    let place = order.firstIndex { identity.origin.precedes($0.identity.origin) } ?? order.count
    order.insert(log, at: place)
    pipeline.stage(.newLog(identity))
  }

  /// Stages entries for the next group commit: readable at once, durable when `completed` says so.
  /// A batch too large for a group commit goes the way of `appendBulk`, and so does one that
  /// follows bulk data which is not durable yet.
  /// - Throws: `.outOfRange` if the batch was accepted onto another state than the log's. When it
  ///   throws nothing is staged.
  public func append(_ batch: VerifiedBatch) throws(StoreError) {
    let log = try prepare(batch)
    let before = log.state.tree
    let bytes = batch.batch.leaves.count + batch.batch.bodies.count
    if log.hasBulk || bytes > limits.usableCommitBytes {
      stage(batch, log, .bulk)
      pipeline.settleWanted = true
    } else {
      let segment = stage(batch, log, .journal)
      pipeline.stage(.entries(log.id, segment.batch, place: segment.place), segment)
      log.journaledSize = segment.end
    }
    compareWithPending(log, grownFrom: before, by: batch.leafHashes)
  }

  /// Stages entries that are written to the log files directly, synced there, and become durable
  /// when their head is journaled: fewer bytes written, but some milliseconds later. For catch-up.
  /// - Parameter moreFollows: the head may wait for more data (up to `StoreLimits.bulkSyncBytes`)
  ///   or for `settle`.
  public func appendBulk(_ batch: VerifiedBatch, moreFollows: Bool = false) throws(StoreError) {
    let log = try prepare(batch)
    let before = log.state.tree
    stage(batch, log, .bulk)
    if !moreFollows { pipeline.settleWanted = true }
    compareWithPending(log, grownFrom: before, by: batch.leafHashes)
  }

  /// Makes what came by `appendBulk` durable without waiting for more.
  public func settle() { pipeline.settleWanted = true }

  /// Sets what the operator allows one log, where that is less than `StoreLimits` allows every log;
  /// nil: no less. A log that is larger already stays as it is, and grows no more.
  public func setLimits(_ id: LogID, bytes: UInt64?, entries: UInt64?) {
    logsByID[id]?.limitBytes = bytes ?? .max
    logsByID[id]?.limitEntries = entries ?? .max
  }

  /// Freezes the log: no entry from `index` on is accepted. A lower freeze replaces a higher one.
  public func freeze(_ id: LogID, at index: UInt64) throws(StoreError) {
    try requireRunning()
    let log = try log(id)
    if let frozen = log.state.frozenAt, frozen <= index { return }
    log.state.frozenAt = index
    log.staged.frozenAt = index
    pipeline.stage(.freeze(id, index: index))
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
        <= min(limits.logBytes, log.limitBytes),
      batch.batch.end <= min(limits.logEntries, log.limitEntries)
    else { throw .logFull(log.id) }
    guard pipeline.stagedBytes + bytes <= limits.stagedBytes else { throw .busy }
    return log
  }

  @discardableResult
  private func stage(_ verified: VerifiedBatch, _ log: StoredLog, _ way: TailSegment.Way)
    -> TailSegment
  {
    let batch = verified.batch
    var after = log.staged
    var place = EntryPlace(
      segment: after.segment, segmentOffset: after.segmentOffset, controlCount: after.controlCount)
    let recordBytes = EntryFiles.bodyRecordBytes(batch)
    if place.segmentOffset > 0, UInt64(place.segmentOffset) + recordBytes > limits.segmentBytes {
      place.segment += 1
      place.segmentOffset = 0
    }
    after.size = batch.end
    after.leafHash = verified.after.head.leafHash
    after.headerHash = verified.after.lastHeaderHash
    after.tree = verified.after.tree
    after.bodyBytes += UInt64(batch.bodies.count)
    after.segment = place.segment
    after.segmentOffset = place.segmentOffset + UInt32(recordBytes)
    after.controlCount += UInt64(batch.controlCount)
    let segment = TailSegment(
      batch, leafHashes: verified.leafHashes, place: place, way: way, after: after)
    let frozenAt = log.state.frozenAt
    log.state = verified.after
    log.state.frozenAt = frozenAt
    log.staged = after
    log.tail.append(segment)
    log.nodes.append(verified.leafHashes, nodes: &log.tailNodes)
    pipeline.stagedBytes += segment.bytes
    if let states = batch.bodyStates {
      for (position, state) in states.enumerated() where state == .absent {
        log.damaged.insert(batch.first + UInt64(position))
        foundAbsent = true
      }
    }
    if way == .bulk {
      log.hasBulk = true
      pipeline.bulk.append((log, segment))
    }
    return segment
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

extension StoreFile {
  var logID: LogID? {
    if case .log(let id, _) = self { id } else { nil }
  }
}
