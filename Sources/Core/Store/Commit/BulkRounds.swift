import Log

/// A batch of a catch-up, and its log.
struct BulkSegment {
  let log: StoredLog
  let segment: TailSegment
}

/// Entries of a catch-up: to the log files first, synced in rounds, then to the journal as heads
/// (Protocols/store.md, 6.5).
struct BulkRounds {
  /// To be written to log files without the journal, oldest first.
  private(set) var waiting: [BulkSegment] = []
  /// Logs of what was written since the round began.
  private(set) var unsynced: [StoredLog] = []
  private var unsyncedBytes = 0
  /// Files and folders that it changed and nobody synced.
  private var dirty = SyncQueue()
  /// The round under way: heads as the log files have them.
  private(set) var round: [(log: StoredLog, head: HeadRecord)]?
  private(set) var targets = SyncQueue()
  /// The rest shall not wait for more.
  var settleWanted = false
  private let syncBytes: Int

  /// - Parameter syncBytes: so much makes a round.
  init(syncBytes: Int) { self.syncBytes = syncBytes }

  mutating func stage(_ segment: TailSegment, of log: StoredLog) {
    waiting.append(BulkSegment(log: log, segment: segment))
  }

  /// Segments to write next, with nothing before them on its way to the log's files.
  func ready() -> [BulkSegment] {
    var ready: [BulkSegment] = []
    var taken: [LogID: Int] = [:]
    var bytes = 0
    for each in waiting where each.log.isOnDisk {
      let position = taken[each.log.id] ?? 0
      guard bytes < Limits.bulkWriteBytes else { break }
      guard position < each.log.tail.count, each.log.tail[position] === each.segment else {
        continue
      }
      taken[each.log.id] = position + 1
      ready.append(each)
      bytes += each.segment.bytes
    }
    return ready
  }

  /// - Parameter alreadyDirty: true for what others changed and did not sync: the head will vouch
  ///   for the files' names, too.
  mutating func didWrite(
    _ written: [BulkSegment], _ operations: [DiskOperation], alreadyDirty: (SyncTarget) -> Bool
  ) {
    for each in written {
      let log = each.log
      log.didWriteEntries(upTo: each.segment.after)
      unsyncedBytes += each.segment.bytes
      guard !unsynced.contains(where: { $0 === log }) else { continue }
      unsynced.append(log)
      for folder in [StoreFolder.logs, .log(log.id), .bodies(log.id)]
      where alreadyDirty(.folder(folder)) {
        dirty.insert(.folder(folder))
      }
    }
    dirty.insert(changedBy: operations)
    let ends = Set(written.map { ObjectIdentifier($0.segment) })
    waiting.removeAll { ends.contains(ObjectIdentifier($0.segment)) }
  }

  mutating func startIfDue() {
    guard round == nil, !unsynced.isEmpty else {
      if waiting.isEmpty, unsynced.isEmpty { settleWanted = false }
      return
    }
    guard unsyncedBytes >= syncBytes || (settleWanted && waiting.isEmpty) else { return }
    round = unsynced.map { ($0, $0.written) }
    targets = dirty
    dirty = SyncQueue()
    unsynced = []
    unsyncedBytes = 0
  }

  mutating func didSync(_ target: SyncTarget) {
    dirty.remove(target)
    targets.remove(target)
  }

  /// - Returns: the heads of a round that is synced to its end: to be journaled.
  mutating func takeSynced() -> [(log: StoredLog, head: HeadRecord)] {
    guard let synced = round, targets.isEmpty else { return [] }
    round = nil
    return synced
  }
}
