import Log

/// The work on its way to the disk, in order (Protocols/store.md, 6). It knows records, places and
/// heads, and does no work itself: `nextBatch` says what to write, `completed` is told how that
/// went. At most one batch is out at a time.
///
/// A change is staged, then committed, then applied; bulk data is written, then synced, then its
/// head is staged. Notes and purges wait until what they are about is journaled.
struct Pipeline {
  let limits: StoreLimits
  private(set) var journals: JournalWriter
  var room: DiskRoom
  /// Changes for the next group commits.
  var staged: [StagedChange] = []
  /// Committed, not yet in log files.
  private(set) var unapplied: [CommittedChange] = []
  private var unappliedBytes = 0
  /// Somebody waits for what is committed to be in log files: replaced leaves, or what they wait
  /// for.
  var applyIsWanted = false
  var bulk: BulkRounds
  /// Changed by commits of an even and of an odd generation, and not synced.
  var dirty = [SyncQueue(), SyncQueue()]
  /// To be written to their places in log files, and synced there at once.
  var mends: [Mend] = []
  /// Frames of a journal that are damaged: the other one begins as soon as it can.
  var damagedFrames: [Damage] = []
  /// Journals that are to hold nothing of what is gone.
  var wipe = JournalWipe()
  /// Everything that was appended and is not in log files.
  var stagedBytes = 0
  /// Bodies whose removal is on its way, over all logs.
  var purging = 0
  var outstanding: Work?
  private var lastToken: UInt64 = 0
  /// The last work was a commit: something else may have its turn.
  private var lastWasCommit = false
  /// Bulk writes and syncs take turns.
  private var lastWasBulk = false
  /// Sync log files although no journal needs it: a clean stop.
  var syncEverything = false

  init(_ position: JournalPosition, _ limits: StoreLimits) {
    self.limits = limits
    journals = JournalWriter(position)
    room = DiskRoom(reserveBytes: limits.reserveBytes)
    bulk = BulkRounds(syncBytes: limits.bulkSyncBytes)
  }

  /// The next disk work, if there is any and none is out. Priorities: a full tail is written to log
  /// files; else a group commit, after each of which one bulk write or some syncs have their
  /// turn; else log files.
  /// - Parameters:
  ///   - settling: also what only tidies up.
  ///   - logs: for the beginning of a journal.
  mutating func nextBatch(settling: Bool, _ logs: LogTable) -> DiskBatch? {
    guard outstanding == nil, let work = nextWork(settling, logs) else { return nil }
    outstanding = work
    lastToken += 1
    if case .commit = work.kind { lastWasCommit = true } else { lastWasCommit = false }
    return DiskBatch(token: lastToken, operations: work.operations)
  }

  /// True when `nextBatch` has something when `settling`.
  var isUnsettled: Bool {
    room.condition == .running && room.stalled == nil
      && (!unapplied.isEmpty || !nextSyncTargets.isEmpty)
  }

  private mutating func nextWork(_ settling: Bool, _ logs: LogTable) -> Work? {
    if case .failed = room.condition { return nil }
    if let work = room.nextWork() { return work }
    if room.stalled != nil { return nil }
    bulk.startIfDue()
    journalSyncedBulk()
    if !damagedFrames.isEmpty { return turnWork(logs) }
    if unappliedBytes > limits.unappliedBytes { return applyWork() }
    if applyIsWanted {
      guard unapplied.isEmpty else { return applyWork() }
      applyIsWanted = false
    }
    if wipe.isBusy, room.condition == .running, staged.isEmpty || lastWasCommit {
      return wipeWork(logs)
    }
    let ready = bulk.ready()
    let targets = nextSyncTargets
    // Syncs for the older journal can wait for a pause, until the present one is half full.
    let isDue = !bulk.targets.isEmpty || journals.current.offset > journals.current.bytes / 2
    let othersTurn =
      lastWasCommit && (!ready.isEmpty || (!targets.isEmpty && isDue) || !mends.isEmpty)
    if !staged.isEmpty, !othersTurn { return commitWork(logs) }
    if !mends.isEmpty { return mendWork() }
    if !ready.isEmpty, targets.isEmpty || !lastWasBulk {
      lastWasBulk = true
      return bulkWork(ready)
    }
    guard settling || isDue else { return nil }
    if !targets.isEmpty {
      lastWasBulk = false
      return Work(syncing: targets)
    }
    return unapplied.isEmpty || !settling ? nil : applyWork()
  }

  /// Files of the round of bulk data, else of the older journal, else, for a clean stop, any.
  /// Several at once: a disk writes them back together, and the next commit does not wait long.
  private var nextSyncTargets: [SyncTarget] {
    if !bulk.targets.isEmpty { return bulk.targets.first(Limits.syncsAtOnce) }
    let (current, older) = (journals.current.number, 1 - journals.current.number)
    if olderIsApplied, !dirty[older].isEmpty { return dirty[older].first(Limits.syncsAtOnce) }
    guard syncEverything, unapplied.isEmpty else { return [] }
    return dirty[current].first(Limits.syncsAtOnce)
  }

  /// True when log files have what the older journal holds, synced or not.
  var olderIsApplied: Bool {
    unapplied.first.map { $0.generation >= journals.current.generation } ?? true
  }

  // MARK: Completion

  /// Takes note that a batch was executed, or of the error that stopped it.
  mutating func completed(token: UInt64, error: DiskError?) -> Completion {
    guard let work = outstanding, token == lastToken else {
      preconditionFailure("no such batch is out")
    }
    outstanding = nil
    if let error {
      room.didFail(work, error)
      return .none
    }
    switch work.kind {
    case .commit(let position, let count, let retires):
      return didCommit(position, count, retires)
    case .apply(let count): return didApply(count, work.operations)
    case .mend(let count):
      defer { mends.removeFirst(count) }
      return .mended(Array(mends[..<count]))
    case .bulk(let written):
      for each in written { stagedBytes -= each.segment.bytes }
      let dirty = dirty
      bulk.didWrite(written, work.operations) { target in
        dirty.contains { $0.contains(target) }
      }
    case .sync(let targets):
      for target in targets {
        dirty[0].remove(target)
        dirty[1].remove(target)
        bulk.didSync(target)
      }
      journalSyncedBulk()
    case .wipe(let end): wipe.didWrite(upTo: end, journals.current)
    case .reserve: room.didReserve()
    }
    return .none
  }

  private mutating func didCommit(
    _ position: JournalPosition, _ count: Int, _ retires: Bool
  ) -> Completion {
    var mendedFrames: [Damage] = []
    if journals.didWrite(position, retires: retires) { swap(&mendedFrames, &damagedFrames) }
    let changes = staged.takeFirst(count)
    for change in changes where change.record.changesLogFiles {
      unapplied.append(CommittedChange(generation: position.generation, change: change))
      unappliedBytes += change.appliedBytes
      if change.replacing != nil { applyIsWanted = true }
    }
    return .committed(changes, mendedFrames: mendedFrames)
  }

  private mutating func didApply(_ count: Int, _ operations: [DiskOperation]) -> Completion {
    let changes = unapplied.takeFirst(count)
    var isOf = [false, false]
    for each in changes {
      isOf[Int(each.generation % 2)] = true
      unappliedBytes -= each.change.appliedBytes
      stagedBytes -= each.change.appliedBytes
      if let purge = each.change.purge { purging -= purge.bodies.count }
    }
    for number in 0...1 where isOf[number] { dirty[number].insert(changedBy: operations) }
    return .applied(changes)
  }
}

extension Array {
  /// Removes the first `count`. When these are all, nothing is copied, and there is room for as
  /// many again: the next ones do not make the array grow step by step.
  fileprivate mutating func takeFirst(_ count: Int) -> ArraySlice<Element> {
    let taken = self[..<count]
    if count == self.count {
      self = []
      reserveCapacity(count)
    } else {
      self = Array(self[count...])
    }
    return taken
  }
}
