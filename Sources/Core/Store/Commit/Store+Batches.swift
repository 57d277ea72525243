import Crypto
import Log

extension Store {
  /// The next disk work, if there is any and none is out. Priorities: a full tail is written to log
  /// files; else a group commit, after each of which one bulk write or some syncs have their
  /// turn; else log files (Protocols/store.md, 6).
  /// - Parameter settling: also what only tidies up, and what nothing waits for yet: log files that
  ///   hold what is committed, and syncs of the older journal's while the present one is far from
  ///   full. `isUnsettled` tells that there is some.
  public func takeBatch(settling: Bool = true) -> DiskBatch? {
    guard pipeline.outstanding == nil, let work = nextWork(settling) else { return nil }
    pipeline.outstanding = work
    pipeline.lastToken += 1
    if case .commit = work.kind {
      pipeline.lastWasCommit = true
    } else {
      pipeline.lastWasCommit = false
    }
    return DiskBatch(token: pipeline.lastToken, operations: work.operations)
  }

  /// After `.full`: asks for room again with the next batch. A node calls it from time to time.
  public func retry() {
    if condition == .full { pipeline.retryWanted = true }
  }

  /// True when `takeBatch` has something when `settling`.
  public var isUnsettled: Bool {
    condition == .running && pipeline.stalled == nil
      && (!pipeline.unapplied.isEmpty || !nextSyncTargets().isEmpty)
  }

  private func nextWork(_ settling: Bool) -> Work? {
    if case .failed = condition { return nil }
    if condition == .full, let work = workWhenFull() { return work }
    if pipeline.stalled != nil { return nil }
    startBulkRoundIfDue()
    if pipeline.turnIsWanted { return turnWork() }
    if pipeline.unappliedBytes > limits.unappliedBytes { return applyWork() }
    if pipeline.applyIsWanted {
      guard pipeline.unapplied.isEmpty else { return applyWork() }
      pipeline.applyIsWanted = false
    }
    let bulk = readyBulk()
    let targets = nextSyncTargets()
    // Syncs for the older journal can wait for a pause, until the present one is half full.
    let isDue = !pipeline.roundTargets.isEmpty || journal.offset > journal.bytes / 2
    let othersTurn =
      pipeline.lastWasCommit
      && (!bulk.isEmpty || (!targets.isEmpty && isDue) || !pipeline.mends.isEmpty)
    if !pipeline.staged.isEmpty, !othersTurn { return commitWork() }
    if !pipeline.mends.isEmpty { return mendWork() }
    if !bulk.isEmpty, targets.isEmpty || !pipeline.lastWasBulk {
      pipeline.lastWasBulk = true
      return bulkWork(bulk)
    }
    guard settling || isDue else { return nil }
    if !targets.isEmpty {
      pipeline.lastWasBulk = false
      return Work(kind: .sync(targets), operations: targets.map(\.operation))
    }
    return pipeline.unapplied.isEmpty || !settling ? nil : applyWork()
  }

  /// The reserve makes room for what was on its way; after that only `retry` does anything.
  private func workWhenFull() -> Work? {
    if let stalled = pipeline.stalled {
      guard pipeline.reserveIsHeld || pipeline.retryWanted else { return nil }
      pipeline.stalled = nil
      if !pipeline.reserveIsHeld {
        pipeline.retryWanted = false
        return stalled
      }
      pipeline.reserveIsHeld = false
      let release = DiskOperation.truncate(.reserve, bytes: 0)
      return Work(kind: stalled.kind, operations: [release] + stalled.operations)
    }
    guard pipeline.retryWanted else { return nil }
    pipeline.retryWanted = false
    return Work(
      kind: .reserve,
      operations: [
        .create(.reserve), .preallocate(.reserve, bytes: limits.reserveBytes), .sync(.reserve),
      ])
  }

  // MARK: Group commit

  private func commitWork() -> Work {
    var payload = [UInt8](repeating: 0, count: JournalFrame.headerBytes)
    var count = 0
    var bytes = 0
    let hidingMost = hidingCommitBytes
    for change in pipeline.staged {
      bytes += change.record.estimatedBytes
      // No crash may leave a withdrawal without what it hides.
      let most = change.record.hides ? hidingMost : limits.usableCommitBytes
      if count > 0, bytes > most { break }
      count += 1
    }
    payload.reserveCapacity(bytes + JournalFrame.headerBytes + Layout.journalPage)
    for change in pipeline.staged[..<count] { change.record.append(to: &payload) }
    let frameBytes = UInt64(
      JournalFrame.bytes(payload: payload.count - JournalFrame.headerBytes))
    // One page stays free, for the frame that retires the older journal.
    guard journal.offset + frameBytes + UInt64(Layout.journalPage) > journal.bytes else {
      return commitWork(payload, count: count, in: journal, after: [])
    }
    if let work = workBeforeNextJournal() { return work }
    var next = journal
    next.generation += 1
    next.sequence = 0
    next.otherIsRetired = false
    let written = beginning(of: next, retiresOther: false)
    next.offset = UInt64(written.count)
    let file = StoreFile.journal(next.number)
    return commitWork(
      payload, count: count, in: next,
      after: [.write(file, offset: 0, bytes: written), .sync(file)])
  }

  /// Less where the journal is short, or has much to begin with.
  private var hidingCommitBytes: Int {
    let heads = (order.count + unloaded.count) * Layout.headBytes
    let room = Int(journal.bytes) - heads - 4 * Layout.journalPage
    return max(limits.usableCommitBytes, min(limits.hidingCommitBytes, room))
  }

  private func commitWork(
    _ payload: consuming [UInt8], count: Int, in position: JournalPosition,
    after before: [DiskOperation]
  ) -> Work {
    var next = position
    next.sequence += 1
    let retires = before.isEmpty && !next.otherIsRetired && canRetireOther
    let frame = JournalFrame.encode(
      .commit, retiresOther: retires, generation: next.generation, sequence: next.sequence,
      salt: next.salt, reservedPayload: payload)
    next.offset += UInt64(frame.count)
    precondition(next.offset <= next.bytes, "a journal has room for its beginning and a commit")
    let file = StoreFile.journal(next.number)
    return Work(
      kind: .commit(next, count: count, retires: retires),
      operations: before + [
        .write(file, offset: position.offset, bytes: frame), .sync(file),
      ])
  }

  /// True when log files have what the older journal holds, and are synced.
  private var canRetireOther: Bool {
    pipeline.dirty[1 - journal.number].isEmpty
      && (pipeline.unapplied.first.map { $0.generation >= journal.generation } ?? true)
  }

  /// The work to do before the older journal is written over: what it holds must be in synced log
  /// files.
  private func workBeforeNextJournal() -> Work? {
    if let oldest = pipeline.unapplied.first, oldest.generation < journal.generation {
      return applyWork()
    }
    let targets = pipeline.dirty[1 - journal.number].all
    guard targets.isEmpty else {
      return Work(kind: .sync(targets), operations: targets.map(\.operation))
    }
    return journal.otherIsRetired ? nil : retireWork()
  }

  /// A commit that says that the older journal is no longer needed, and nothing else.
  func retireWork() -> Work {
    let payload = [UInt8](repeating: 0, count: JournalFrame.headerBytes)
    return commitWork(payload, count: 0, in: journal, after: [])
  }

  func beginning(of position: JournalPosition, retiresOther: Bool) -> [UInt8] {
    let heads = order.filter(\.isDurable).map(\.durable) + unloaded
    return JournalFrame.encode(
      .begin, retiresOther: retiresOther, generation: position.generation, sequence: 0,
      salt: position.salt,
      reservedPayload: JournalBeginning(salt: position.salt, heads: heads).payload())
  }

  // MARK: Log files

  func applyWork() -> Work {
    var operations: [DiskOperation] = []
    var runs: [(log: StoredLog, segments: [TailSegment])] = []
    var places: [LogID: Int] = [:]
    var purges: [Purge] = []
    var bytes = 0
    var count = 0
    for (_, change) in pipeline.unapplied {
      if bytes > Layout.applyBytes { break }
      count += 1
      if let segment = change.segment, case .entries(let id, _, _) = change.record {
        bytes += segment.bytes
        if let place = places[id] {
          runs[place].segments.append(segment)
        } else if let log = logsByID[id] {
          places[id] = runs.count
          runs.append((log, [segment]))
        }
      } else if let purge = change.purge {
        bytes += purge.bodies.count * Layout.holeCostBytes
        purges.append(purge)
      } else if let replacing = change.replacing {
        bytes += replacing.record.leaves.count
        operations += replacing.operations
      } else {
        operations += change.record.fileOperations(isNew: true)
      }
    }
    for run in runs { operations += entryOperations(run.log, run.segments) }
    // Purges may change what was written just before.
    for purge in purges { operations += purge.operations }
    return Work(kind: .apply(count: count), operations: operations)
  }

  /// The writes of consecutive segments of one log, joined where their body records are.
  func entryOperations(_ log: StoredLog, _ segments: [TailSegment]) -> [DiskOperation] {
    var operations: [DiskOperation] = []
    var start = 0
    while start < segments.count {
      let first = segments[start]
      var files = EntryFiles(first.batch, at: first.place)
      var leaves = first.batch.leaves
      var hashes = first.leafHashes
      var next = start + 1
      while next < segments.count, segments[next].place.segment == first.place.segment {
        files.append(segments[next].batch)
        leaves.append(contentsOf: segments[next].batch.leaves)
        hashes.append(contentsOf: segments[next].leafHashes)
        next += 1
      }
      operations += files.operations(
        log.id, first: first.first, place: first.place, leaves: leaves, leafHashes: hashes)
      start = next
    }
    let nodes = log.nodeBytes(upTo: segments[segments.count - 1].end)
    if !nodes.isEmpty {
      let offset = NodesLayout.count(entries: log.written.size) * UInt64(Layout.hashBytes)
      operations.append(.write(.log(log.id, .nodes), offset: offset, bytes: Array(nodes)))
    }
    return operations
  }

  /// One file of the round of bulk data, else of the older journal, else, for a clean stop, any.
  /// Several at once: a disk writes them back together, and the next commit does not wait long.
  private func nextSyncTargets() -> [SyncTarget] {
    if !pipeline.roundTargets.isEmpty { return pipeline.roundTargets.first(Layout.syncsAtOnce) }
    let olderIsApplied = pipeline.unapplied.first.map { $0.generation >= journal.generation }
    if olderIsApplied ?? true, !pipeline.dirty[1 - journal.number].isEmpty {
      return pipeline.dirty[1 - journal.number].first(Layout.syncsAtOnce)
    }
    guard pipeline.syncEverything, pipeline.unapplied.isEmpty else { return [] }
    return pipeline.dirty[journal.number].first(Layout.syncsAtOnce)
  }
}
