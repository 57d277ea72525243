import Log

// One batch's worth of writes and syncs.
extension Pipeline {
  // MARK: Group commit

  func commitWork(_ logs: LogTable) -> Work {
    var payload = [UInt8](repeating: 0, count: JournalFrame.headerBytes)
    let (count, bytes) = nextCommit(logs)
    payload.reserveCapacity(bytes + JournalFrame.headerBytes + Layout.journalPage)
    for change in staged[..<count] { change.record.append(to: &payload) }
    if journals.hasRoom(payload: payload.count - JournalFrame.headerBytes) {
      return journals.commit(payload, count: count, retires: canRetireOlder)
    }
    if let work = workBeforeNextJournal() { return work }
    return journals.commitInNext(payload, count: count, heads: logs.heads)
  }

  /// The changes of the next commit, and at least the bytes of their records.
  private func nextCommit(_ logs: LogTable) -> (count: Int, bytes: Int) {
    var count = 0
    var bytes = 0
    let hidingMost = hidingCommitBytes(logs)
    for change in staged {
      bytes += change.record.estimatedBytes
      // No crash may leave a withdrawal without what it hides.
      let most = change.record.hides ? hidingMost : limits.usableCommitBytes
      if count > 0, bytes > most { break }
      count += 1
    }
    return (count, bytes)
  }

  /// Less where the journal is short, or has much to begin with.
  private func hidingCommitBytes(_ logs: LogTable) -> Int {
    let heads = logs.count * Layout.headBytes
    let room = Int(journals.current.bytes) - heads - 4 * Layout.journalPage
    return max(limits.usableCommitBytes, min(limits.hidingCommitBytes, room))
  }

  /// True when log files have what the older journal holds, and are synced.
  private var canRetireOlder: Bool {
    dirty[1 - journals.current.number].isEmpty && olderIsApplied
  }

  /// The work to do before the older journal is written over: what it holds must be in synced log
  /// files.
  private func workBeforeNextJournal() -> Work? {
    if !olderIsApplied { return applyWork() }
    let targets = dirty[1 - journals.current.number].all
    guard targets.isEmpty else { return Work(syncing: targets) }
    return journals.current.otherIsRetired ? nil : journals.retireOlder()
  }

  /// Everything to log files and synced, then the other journal begins.
  func turnWork(_ logs: LogTable) -> Work {
    if !unapplied.isEmpty { return applyWork() }
    let targets = dirty[0].all + dirty[1].all
    guard targets.isEmpty else { return Work(syncing: targets) }
    return journals.current.otherIsRetired
      ? journals.turn(heads: logs.heads) : journals.retireOlder()
  }

  /// The next step towards journals that hold nothing of what is gone: the older one is filled with
  /// zeros, then the present one becomes the older.
  func wipeWork(_ logs: LogTable) -> Work {
    guard wipe.wants(1 - journals.current.number) else { return turnWork(logs) }
    return workBeforeNextJournal() ?? wipe.work(journals.current)
  }

  // MARK: Log files

  func applyWork() -> Work {
    var operations: [DiskOperation] = []
    var runs = SegmentRuns()
    var purges: [Purge] = []
    var bytes = 0
    var count = 0
    for change in unapplied.lazy.map(\.change) {
      if bytes > Limits.applyBytes { break }
      count += 1
      if let segment = change.segment {
        bytes += segment.bytes
        runs.append(segment, of: change.log)
      } else if let purge = change.purge {
        bytes += purge.bodies.count * Limits.holeCostBytes
        purges.append(purge)
      } else if let replacing = change.replacing {
        bytes += replacing.record.leaves.count
        operations += replacing.operations
      } else {
        operations += change.record.fileOperations(isNew: true)
      }
    }
    operations += runs.operations
    // Purges may change what was written just before.
    for purge in purges { operations += purge.operations }
    return Work(kind: .apply(count: count), operations: operations)
  }

  func bulkWork(_ ready: [BulkSegment]) -> Work {
    var runs = SegmentRuns()
    for each in ready { runs.append(each.segment, of: each.log) }
    return Work(kind: .bulk(ready), operations: runs.operations)
  }

  func mendWork() -> Work {
    var operations: [DiskOperation] = []
    var changed = SyncQueue()
    var bytes = 0
    var count = 0
    for mend in mends {
      if count > 0, bytes + mend.bytes > Limits.mendBytes { break }
      bytes += mend.bytes
      count += 1
      operations += mend.operations
      changed.insert(changedBy: mend.operations)
    }
    return Work(kind: .mend(count: count), operations: operations + changed.all.map(\.operation))
  }
}

/// Consecutive segments of each log, in the order in which the logs came.
private struct SegmentRuns {
  private var runs: [(log: StoredLog, segments: [TailSegment])] = []
  private var places: [LogID: Int] = [:]

  mutating func append(_ segment: TailSegment, of log: StoredLog) {
    if let place = places[log.id] {
      runs[place].segments.append(segment)
    } else {
      places[log.id] = runs.count
      runs.append((log, [segment]))
    }
  }

  var operations: [DiskOperation] {
    runs.flatMap { $0.log.writes(of: $0.segments) }
  }
}

extension StoredLog {
  /// The writes of consecutive segments, joined where their body records are.
  fileprivate func writes(of segments: [TailSegment]) -> [DiskOperation] {
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
        id, first: first.first, place: first.place, leaves: leaves, leafHashes: hashes)
      start = next
    }
    guard let end = segments.last?.end else { return operations }
    let nodes = nodeBytes(upTo: end)
    if !nodes.isEmpty {
      let offset = NodesLayout.count(entries: written.size) * UInt64(Layout.hashBytes)
      operations.append(.write(.log(id, .nodes), offset: offset, bytes: Array(nodes)))
    }
    return operations
  }
}
