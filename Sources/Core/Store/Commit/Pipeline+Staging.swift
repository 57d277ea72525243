import Log

// Changes on their way in.
extension Pipeline {
  mutating func stage(_ record: JournalRecord, of log: StoredLog) {
    staged.append(StagedChange(log: log, record: record))
  }

  /// Entries by the journal.
  mutating func stage(_ segment: TailSegment, of log: StoredLog) {
    stagedBytes += segment.bytes
    staged.append(
      StagedChange(
        log: log, record: .entries(log.id, segment.batch, place: segment.place), segment: segment))
    log.waiting.journaledSize = segment.end
  }

  /// Entries by the log files.
  mutating func stageBulk(_ segment: TailSegment, of log: StoredLog) {
    stagedBytes += segment.bytes
    bulk.stage(segment, of: log)
  }

  mutating func stage(_ body: BodyArrival, of log: StoredLog) {
    stagedBytes += body.bytes.count
    stage(.body(body), of: log)
  }

  mutating func stage(_ replacing: Replacing, of log: StoredLog) {
    staged.append(
      StagedChange(log: log, record: .replaced(replacing.record), replacing: replacing))
  }

  mutating func stage(_ mend: Mend) { mends.append(mend) }

  /// The other journal begins as soon as nobody needs the one with this frame.
  mutating func leave(damagedFrame found: Damage) { damagedFrames.append(found) }

  // MARK: Waiting for entries

  /// A note may not become durable before the entries that it was compared with: they could be lost
  /// and come back as others.
  mutating func stage(_ note: LogNote, of log: StoredLog) {
    if log.waiting.notes.isEmpty, note.size <= log.waiting.journaledSize {
      stage(note.record, of: log)
    } else {
      log.waiting.notes.append(note)
    }
  }

  mutating func stage(_ purge: StagedPurge) {
    purging += purge.purge.bodies.count
    stageWhenJournaled(purge)
  }

  /// Behind its entries, and behind the withdrawal: no crash leaves it without them. Two changes of
  /// one body are never on their way at once, so that their order does not matter.
  private mutating func stageWhenJournaled(_ staged: StagedPurge) {
    let (log, purge) = (staged.log, staged.purge)
    guard let last = purge.bodies.last else { return }
    if last.index >= log.waiting.journaledSize {
      log.waiting.purges.append(staged)
    } else if let place = purge.change.withdrawal?.place,
      let other = staged.withdrawalLogs.first(where: { $0.hasBulk(at: place.index) })
    {
      other.waiting.purges.append(staged)
    } else {
      // Before notes, so that one commit has a withdrawal and what it hides.
      var place = self.staged.count
      while place > committing, self.staged[place - 1].record.isNote { place -= 1 }
      self.staged.insert(StagedChange(log: log, record: purge.record, purge: purge), at: place)
    }
  }

  /// So many of `staged` are in a commit that is out, or that met a full disk.
  private var committing: Int {
    max(outstanding?.kind.commitCount ?? 0, room.stalled?.kind.commitCount ?? 0)
  }

  /// Stages the heads of bulk data that is synced, and what waited for it.
  mutating func journalSyncedBulk() {
    for (log, head) in bulk.takeSynced() {
      stage(.head(head), of: log)
      log.waiting.journaledSize = max(log.waiting.journaledSize, head.size)
      for note in log.waiting.takeNotes() { stage(note, of: log) }
      for purge in log.waiting.takePurges() { stageWhenJournaled(purge) }
    }
  }
}

/// A purge on its way, and the logs in which its withdrawal may stand.
struct StagedPurge {
  let log: StoredLog
  let purge: Purge
  let withdrawalLogs: [StoredLog]
}

/// Changes of a log that may not be journaled before entries are.
struct WaitingChanges {
  /// Entries whose records or head were staged: no crash leaves a later record without them.
  var journaledSize: UInt64
  /// Purges of entries above `journaledSize`, or by withdrawals there.
  var purges: [StagedPurge] = []
  /// Notes about entries above `journaledSize`, in order: journaled before those they could outlive
  /// them.
  var notes: [LogNote] = []

  init(journaledSize: UInt64) { self.journaledSize = journaledSize }

  var isEmpty: Bool { purges.isEmpty && notes.isEmpty }

  /// Those that need not wait any more.
  mutating func takeNotes() -> [JournalRecord] {
    let ready = notes.prefix { $0.size <= journaledSize }
    notes.removeFirst(ready.count)
    return ready.map(\.record)
  }

  mutating func takePurges() -> [StagedPurge] {
    defer { purges = [] }
    return purges
  }
}

extension StoredLog {
  /// The entry is bulk data that no journal has.
  fileprivate func hasBulk(at index: UInt64) -> Bool {
    index >= waiting.journaledSize && index < state.size
  }
}
