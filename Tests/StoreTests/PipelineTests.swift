import Crypto
import Log
import Testing

@testable import Store

/// A log in memory, with files that are there and empty.
func storedLog(_ log: TestLog, isOnDisk: Bool = true) -> StoredLog {
  StoredLog(
    state: LogState(empty: log.identity), record: HeadRecord(id: log.identity.id),
    nodes: NodeBuilder(openBlock: [], peaks: [], blocks: 0), isOnDisk: isOnDisk)
}

extension StoredLog {
  /// Takes entries as `Store.append` does.
  func take(_ verified: VerifiedBatch, _ way: TailSegment.Way) -> TailSegment {
    let segment = TailSegment(verified, behind: staged, way: way, segmentBytes: 1 << 20)
    append(segment, verified.after)
    return segment
  }
}

@Suite("The order of disk work, without a disk (Protocols/store.md, 6)")
final class PipelineTests {
  private static let source = Result { try TestLog("nl", entries: 60, bodyBytes: 10...20) }
  private let source: TestLog
  private let log: StoredLog
  private let table: LogTable
  private var pipeline: Pipeline

  init() throws {
    source = try PipelineTests.source.get()
    log = storedLog(source)
    table = LogTable([log], unloaded: [])
    pipeline = Pipeline(
      JournalPosition(salt: salt, bytes: 64 << 10, generation: 4, sequence: 0, offset: 4096),
      .small)
  }

  private func append(_ range: Range<UInt64>, _ way: TailSegment.Way) throws {
    let segment = log.take(try source.verified(range), way)
    if way == .bulk {
      pipeline.stageBulk(segment, of: log)
    } else {
      pipeline.stage(segment, of: log)
    }
  }

  private func nextBatch() -> DiskBatch? { pipeline.nextBatch(settling: true, table) }

  /// Does one batch, and what its completion means for the log.
  @discardableResult
  private func work() throws -> [DiskOperation] {
    let batch = try #require(nextBatch())
    switch pipeline.completed(token: batch.token, error: nil) {
    case .committed(let changes, _): for change in changes { _ = change.log.didCommit(change) }
    case .applied(let changes):
      if let end = changes.last?.change.segment?.after {
        log.didWriteEntries(upTo: end)
      }
    case .mended, .none: break
    }
    return batch.operations
  }

  @Test("One frame and one sync for all that is staged; the log files follow (STO-17 and 18)")
  func groupCommit() throws {
    try append(0..<10, .journal)
    try append(10..<20, .journal)
    let commit = try work()
    #expect(commit.count == 2)
    #expect(commit.first.map(isJournalWrite) == true && commit.last == .sync(.journal(0)))
    #expect(log.durable.size == 20 && log.written.size == 0)
    let files = try work()
    #expect(files.allSatisfy { !isJournalWrite($0) && !isSync($0) })
    #expect(log.written.size == 20 && pipeline.stagedBytes == 0)
    #expect(nextBatch() == nil)
  }

  @Test("Bulk data is written, synced, and then its head is journaled (STO-20)")
  func bulk() throws {
    try append(0..<10, .bulk)
    pipeline.bulk.settleWanted = true
    #expect(try !work().contains(where: isSync))
    #expect(log.durable.size == 0 && log.written.size == 10)
    while log.durable.size == 0 {
      let operations = try work()
      #expect(operations.allSatisfy(isSync) || operations.contains(where: isJournalWrite))
    }
    #expect(log.durable.size == 10 && !log.hasBulk)
  }

  @Test("A note about entries is not journaled before they are")
  func noteWaits() throws {
    try append(0..<10, .bulk)
    pipeline.stage(LogNote(record: .freeze(log.id, index: 10), size: 10), of: log)
    #expect(pipeline.staged.isEmpty && log.waiting.notes.count == 1)
    pipeline.bulk.settleWanted = true
    while pipeline.staged.isEmpty { try work() }
    #expect(log.waiting.isEmpty)
    guard case .head = try #require(pipeline.staged.first).record else {
      Issue.record("the head comes first")
      return
    }
    #expect(pipeline.staged.count == 2)
  }

  @Test("A purge stands behind its entries and before notes")
  func purgeBeforeNotes() throws {
    try append(0..<10, .journal)
    pipeline.stage(LogNote(record: .freeze(log.id, index: 10), size: 10), of: log)
    let purge = Purge(
      id: log.id, change: try #require(StateChange(.expired, nil)),
      bodies: [Purge.Body(index: 3, place: .absent)])
    pipeline.stage(StagedPurge(log: log, purge: purge, withdrawalLogs: []))
    #expect(pipeline.staged.map { $0.purge == nil } == [true, false, true])
    #expect(pipeline.purging == 1)
    // Nothing comes before what a commit that is out has.
    let batch = try #require(nextBatch())
    pipeline.stage(StagedPurge(log: log, purge: purge, withdrawalLogs: []))
    #expect(pipeline.staged.map { $0.purge == nil } == [true, false, true, false])
    _ = pipeline.completed(token: batch.token, error: nil)
    #expect(pipeline.staged.count == 1)
  }

  @Test("The other journal begins when log files have what it holds, synced (STO-19)")
  func nextJournal() throws {
    var next: UInt64 = 0
    var unsynced: Set<StoreFile> = []
    var beginnings = 0
    while beginnings < 2 {
      try append(next..<(next + 1), .journal)
      next = next + 1
      for operation in try work() {
        switch operation {
        case .write(.journal, 0, _):
          beginnings += 1
          // The generation that is written over was the one before the last.
          #expect(beginnings == 1 || unsynced.isEmpty)
        case .write(.log(let id, let file), _, _): unsynced.insert(.log(id, file))
        case .sync(let file): unsynced.remove(file)
        default: break
        }
      }
      if next == source.size { break }
    }
    #expect(beginnings == 2)
  }

  @Test("After an error that is not a full disk nothing more is done (STO-4)")
  func failure() throws {
    try append(0..<10, .journal)
    let batch = try #require(nextBatch())
    _ = pipeline.completed(token: batch.token, error: .inputOutput)
    #expect(pipeline.room.condition == .failed(.inputOutput))
    #expect(nextBatch() == nil)
  }

  @Test("On a full disk the reserve lets the commit come to its end")
  func fullDisk() throws {
    try append(0..<10, .journal)
    let batch = try #require(nextBatch())
    _ = pipeline.completed(token: batch.token, error: .noSpace)
    #expect(pipeline.room.condition == .full)
    let again = try #require(nextBatch())
    #expect(again.operations == [.truncate(.reserve, bytes: 0)] + batch.operations)
    // A second time there is nothing left to release: it waits to be told.
    _ = pipeline.completed(token: again.token, error: .noSpace)
    #expect(nextBatch() == nil)
    pipeline.room.retry()
    #expect(try work().contains(where: isJournalWrite))
  }

  private func isJournalWrite(_ operation: DiskOperation) -> Bool {
    if case .write(.journal, _, _) = operation { true } else { false }
  }

  private func isSync(_ operation: DiskOperation) -> Bool {
    switch operation {
    case .sync, .syncFolder: true
    default: false
    }
  }
}
