import Log

extension Store {
  /// Takes note that a batch was executed, or of the error that stopped it.
  /// - Parameter token: the batch's, which `takeBatch` gave last.
  /// - Returns: heads that became durable, at most one for each log.
  public func completed(token: UInt64, error: DiskError?) -> [Durable] {
    guard let work = pipeline.outstanding, token == pipeline.lastToken else {
      preconditionFailure("no such batch is out")
    }
    pipeline.outstanding = nil
    if let error {
      didFail(work, error)
      return []
    }
    switch work.kind {
    case .commit(let position, let count, let retires):
      return didCommit(position, count, retires)
    case .apply(let count): didApply(count, work.operations)
    case .bulk(let written): didWriteBulk(written, work.operations)
    case .sync(let targets): didSync(targets)
    case .mend(let count): didMend(count)
    case .reserve:
      pipeline.reserveIsHeld = true
      condition = .running
    }
    return []
  }

  /// Does everything that is staged on the disk, synchronously, and syncs the log files: for a
  /// clean stop, and for tools. No batch may be out.
  /// - Throws: `.full` or `.failed` if it could not do everything.
  @discardableResult
  public func flush() throws(StoreError) -> [Durable] {
    pipeline.settleWanted = true
    pipeline.syncEverything = true
    defer { pipeline.syncEverything = false }
    var durable: [Durable] = []
    while let batch = takeBatch() {
      var failure: DiskError?
      do {
        try disk.execute(batch.operations)
      } catch {
        failure = error
      }
      for head in completed(token: batch.token, error: failure) {
        durable.removeAll { $0.id == head.id }
        durable.append(head)
      }
    }
    if case .failed(let error) = condition { throw .failed(error) }
    if pipeline.stalled != nil { throw .full }
    return durable
  }

  /// A full disk is waited for; what any other error left on the disk is not known, so that nothing
  /// is written after it. A disk reports a failed sync never as `.noSpace`.
  private func didFail(_ work: Work, _ error: DiskError) {
    guard error == .noSpace else {
      condition = .failed(error)
      return
    }
    condition = .full
    if case .reserve = work.kind { return }
    pipeline.stalled = work
  }

  private func didCommit(_ position: JournalPosition, _ count: Int, _ retires: Bool)
    -> [Durable]
  {
    if position.generation != journal.generation {
      olderJournal = journal
      didTurn()
    }
    journal = position
    if retires { journal.otherIsRetired = true }
    var durable: [Durable] = []
    var places: [LogID: Int] = [:]
    for change in pipeline.staged[..<count] {
      guard let log = didCommit(change, position.generation) else { continue }
      let head = Durable(id: log.id, head: log.durable.head)
      if let place = places[log.id] {
        durable[place] = head
      } else {
        places[log.id] = durable.count
        durable.append(head)
      }
    }
    pipeline.staged.removeFirst(count)
    return durable
  }

  /// - Returns: the log, if its durable head moved.
  private func didCommit(_ change: StagedChange, _ generation: UInt64) -> StoredLog? {
    switch change.record {
    case .newLog(let identity):
      logsByID[identity.id]?.isDurable = true
    case .entries(let id, _, _):
      guard let log = logsByID[id], let segment = change.segment else { return nil }
      log.durable.takeEntries(from: segment.after)
      pipeline.unapplied.append((generation, change))
      pipeline.unappliedBytes += segment.bytes
      return log
    case .head(let head):
      guard let log = logsByID[head.id] else { return nil }
      log.durable.takeEntries(from: head)
      if log.durable.size == log.staged.size { log.hasBulk = false }
      return log
    case .checkpoint(let id, _, let contradicts, _):
      logsByID[id]?.durable.checkpointCount += 1
      if contradicts { logsByID[id]?.durable.contradictionCount += 1 }
    case .cosignature(let id, _, _):
      logsByID[id]?.durable.cosignatureCount += 1
    case .pending(let id, let note):
      logsByID[id]?.durable.pendingNote = note
      return nil
    case .freeze(let id, let index):
      logsByID[id]?.durable.frozenAt = index
      return nil
    case .states(let id, _, let bytes, _):
      logsByID[id]?.durable.purgedBytes += bytes
    case .body(let body):
      logsByID[body.log]?.durable.placeBody(body)
      pipeline.unappliedBytes += body.bytes.count
    case .replaced(let record):
      // Its next beginning of a journal has the head as it is then.
      logsByID[record.log]?.durable.take(record, tree: change.replacing?.state.tree)
      pipeline.applyIsWanted = true
    }
    pipeline.unapplied.append((generation, change))
    return nil
  }

  private func didApply(_ count: Int, _ operations: [DiskOperation]) {
    var ends = lastEntries(of: pipeline.unapplied[..<count])
    for (_, change) in pipeline.unapplied[..<count] {
      switch change.record {
      case .newLog(let identity): logsByID[identity.id]?.isOnDisk = true
      case .entries(let id, _, _):
        guard let log = logsByID[id], let segment = change.segment else { continue }
        if let end = ends.removeValue(forKey: id) { log.didWriteEntries(upTo: end) }
        pipeline.unappliedBytes -= segment.bytes
        pipeline.stagedBytes -= segment.bytes
      case .checkpoint(let id, _, _, _): logsByID[id]?.written.checkpointCount += 1
      case .cosignature(let id, _, _): logsByID[id]?.written.cosignatureCount += 1
      case .states: if let purge = change.purge { didPurge(purge) }
      case .body(let body): didArrive(body)
      case .replaced: if let replacing = change.replacing { didReplace(replacing) }
      case .head, .pending, .freeze: break
      }
    }
    var generations = Set(pipeline.unapplied[..<count].map { Int($0.generation % 2) })
    while let number = generations.popFirst() {
      pipeline.dirty[number].insert(changedBy: operations)
    }
    pipeline.unapplied.removeFirst(count)
  }

  /// Each log's head behind the last of its entries: thousands of small appends take a log to its
  /// end in one step.
  private func lastEntries(
    of changes: ArraySlice<(generation: UInt64, change: StagedChange)>
  ) -> [LogID: HeadRecord] {
    var ends: [LogID: HeadRecord] = [:]
    for (_, change) in changes {
      guard case .entries(let id, _, _) = change.record, let segment = change.segment else {
        continue
      }
      ends[id] = segment.after
    }
    return ends
  }

  private func didWriteBulk(
    _ written: [(log: StoredLog, segment: TailSegment)], _ operations: [DiskOperation]
  ) {
    for (log, segment) in written {
      log.didWriteEntries(upTo: segment.after)
      pipeline.stagedBytes -= segment.bytes
      pipeline.bulkUnsyncedBytes += segment.bytes
      guard !pipeline.bulkUnsynced.contains(where: { $0 === log }) else { continue }
      pipeline.bulkUnsynced.append(log)
      // The head will vouch for the files' names, too.
      for folder in [StoreFolder.logs, .log(log.id), .bodies(log.id)] {
        let target = SyncTarget.folder(folder)
        if pipeline.dirty.contains(where: { $0.contains(target) }) {
          pipeline.bulkDirty.insert(target)
        }
      }
    }
    pipeline.bulkDirty.insert(changedBy: operations)
    let ends = Set(written.map { ObjectIdentifier($0.segment) })
    pipeline.bulk.removeAll { ends.contains(ObjectIdentifier($0.segment)) }
  }

  private func didSync(_ targets: [SyncTarget]) {
    for target in targets {
      pipeline.dirty[0].remove(target)
      pipeline.dirty[1].remove(target)
      pipeline.bulkDirty.remove(target)
      pipeline.roundTargets.remove(target)
    }
    finishBulkRoundIfSynced()
  }
}
