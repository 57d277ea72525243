import Log

// Batches for the disk, and what their completion means for the logs (Protocols/store.md, 6).
extension Store {
  /// The next disk work, if there is any and none is out.
  /// - Parameter settling: also what only tidies up, and what nothing waits for yet: log files that
  ///   hold what is committed, and syncs of the older journal's while the present one is far from
  ///   full. `isUnsettled` tells that there is some.
  public func takeBatch(settling: Bool = true) -> DiskBatch? {
    pipeline.nextBatch(settling: settling, table)
  }

  /// True when `takeBatch` has something when `settling`.
  public var isUnsettled: Bool { pipeline.isUnsettled }

  /// After `.full`: asks for room again with the next batch. A node calls it from time to time.
  public func retry() { pipeline.room.retry() }

  /// Has journals filled with zeros by the next batches, for what is gone by now (STO-72).
  public func wipeJournals() { pipeline.wipe.ask() }
  /// That is not done yet; after a restart it is asked for anew.
  public var isWiping: Bool { pipeline.wipe.isBusy }
  /// Takes note that a batch was executed, or of the error that stopped it.
  /// - Parameter token: the batch's, which `takeBatch` gave last.
  /// - Returns: heads that became durable, at most one for each log.
  public func completed(token: UInt64, error: DiskError?) -> [Durable] {
    switch pipeline.completed(token: token, error: error) {
    case .committed(let changes, let mendedFrames):
      findings.didMend(mendedFrames)
      return didCommit(changes)
    case .applied(let changes): didApply(changes)
    case .mended(let mends): for mend in mends { didMend(mend) }
    case .none: break
    }
    return []
  }

  /// Does everything that is staged on the disk, synchronously, and syncs the log files: for a
  /// clean stop, and for tools. No batch may be out.
  /// - Throws: `.full` or `.failed` if it could not do everything.
  @discardableResult
  public func flush() throws(StoreError) -> [Durable] {
    pipeline.bulk.settleWanted = true
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
    if pipeline.room.stalled != nil { throw .full }
    return durable
  }

  private func didCommit(_ changes: ArraySlice<StagedChange>) -> [Durable] {
    var durable: [Durable] = []
    var places: [LogID: Int] = [:]
    for change in changes where change.log.didCommit(change) {
      let log = change.log
      let head = Durable(id: log.id, head: log.durable.head)
      if let place = places[log.id] {
        durable[place] = head
      } else {
        places[log.id] = durable.count
        durable.append(head)
      }
    }
    return durable
  }

  private func didApply(_ changes: ArraySlice<CommittedChange>) {
    // Thousands of small appends take a log to its end in one step.
    var ends: [LogID: HeadRecord] = [:]
    for change in changes.lazy.map(\.change) {
      if let segment = change.segment { ends[change.log.id] = segment.after }
    }
    for change in changes.lazy.map(\.change) {
      let log = change.log
      switch change.record {
      case .newLog: log.isOnDisk = true
      case .entries:
        if let end = ends.removeValue(forKey: log.id) { log.didWriteEntries(upTo: end) }
      case .checkpoint: log.written.checkpointCount += 1
      case .cosignature: log.written.cosignatureCount += 1
      case .states: if let purge = change.purge { didPurge(purge, log) }
      case .body(let body): didArrive(body, log)
      case .replaced: if let replacing = change.replacing { didReplace(replacing, log) }
      case .head, .pending, .freeze: break
      }
    }
  }

  private func didArrive(_ body: BodyArrival, _ log: StoredLog) {
    log.written.placeBody(body)
    log.arriving.remove(body.index)
    log.changing -= 1
    log.damaged.remove(body.index)
    tellWhole(body.index, of: log)
  }

  private func didMend(_ mend: Mend) {
    mend.log.changing -= 1
    for entry in mend.entries where !mend.log.arriving.contains(entry) {
      mend.log.damaged.remove(entry)
      tellWhole(entry, of: mend.log)
    }
    if let leaf = mend.lastLeaf { mend.log.state.restore(lastLeaf: leaf) }
    findings.didMend(mend.damage)
  }
}
