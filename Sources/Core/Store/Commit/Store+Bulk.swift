import Log

// Entries of a catch-up: to the log files first, to the journal as a head (Protocols/store.md,
// 6.5).
extension Store {
  /// Bulk segments, oldest first, with nothing before them on its way to the log's files.
  func readyBulk() -> [(log: StoredLog, segment: TailSegment)] {
    var ready: [(log: StoredLog, segment: TailSegment)] = []
    var taken: [LogID: Int] = [:]
    var bytes = 0
    for (log, segment) in pipeline.bulk where log.isOnDisk {
      let position = taken[log.id] ?? 0
      guard bytes < Layout.bulkWriteBytes else { break }
      guard position < log.tail.count, log.tail[position] === segment else { continue }
      taken[log.id] = position + 1
      ready.append((log, segment))
      bytes += segment.bytes
    }
    return ready
  }

  func bulkWork(_ ready: [(log: StoredLog, segment: TailSegment)]) -> Work {
    var runs: [(log: StoredLog, segments: [TailSegment])] = []
    var places: [LogID: Int] = [:]
    for (log, segment) in ready {
      if let place = places[log.id] {
        runs[place].segments.append(segment)
      } else {
        places[log.id] = runs.count
        runs.append((log, [segment]))
      }
    }
    return Work(
      kind: .bulk(ready), operations: runs.flatMap { entryOperations($0.log, $0.segments) })
  }

  func startBulkRoundIfDue() {
    guard pipeline.round == nil, !pipeline.bulkUnsynced.isEmpty else {
      if pipeline.bulk.isEmpty, pipeline.bulkUnsynced.isEmpty { pipeline.settleWanted = false }
      return
    }
    guard
      pipeline.bulkUnsyncedBytes >= limits.bulkSyncBytes
        || (pipeline.settleWanted && pipeline.bulk.isEmpty)
    else { return }
    pipeline.round = pipeline.bulkUnsynced.map(\.written)
    pipeline.roundTargets = pipeline.bulkDirty
    pipeline.bulkDirty = SyncQueue()
    pipeline.bulkUnsynced = []
    pipeline.bulkUnsyncedBytes = 0
    finishBulkRoundIfSynced()
  }

  func finishBulkRoundIfSynced() {
    guard let round = pipeline.round, pipeline.roundTargets.isEmpty else { return }
    pipeline.round = nil
    for head in round {
      pipeline.stage(.head(head))
      if let log = logsByID[head.id] { releaseNotes(log, upTo: head.size) }
    }
  }
}
