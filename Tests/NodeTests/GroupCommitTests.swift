import Store
import Synchronization
import Testing

@testable import Node
@testable import Runtime

@Suite("One batch at a time goes to the disk")
struct GroupCommitTests {
  private let time = GivenTime()
  private let loop: EventLoop
  private let disk = ListeningDisk()
  private let work = GivenWork()
  private let commits: GroupCommit

  init() throws {
    loop = try EventLoop(clock: SystemClock(time))
    commits = try GroupCommit(loop, disk, work)
  }

  private func batch(_ token: UInt64, bytes: Int = 1) -> DiskBatch {
    DiskBatch(
      token: token,
      operations: [
        .write(.journal(0), offset: 0, bytes: [UInt8](repeating: 1, count: bytes)),
        .sync(.journal(0)),
      ])
  }

  private func awaitThread() throws {
    while loop.awaitsThreads { try loop.turn(waitingAtMost: 5) }
  }

  @Test("A small commit is on the disk when the round ends, and more than two are not asked for")
  func small() {
    work.waiting = (1...3).map { batch($0) }
    commits.commit()
    #expect(work.completed.first == 1)
    #expect(work.asked == 2)
    #expect(disk.count >= 2)
  }

  @Test("While a batch is out on the thread, nothing else is asked for")
  func large() throws {
    work.waiting = [batch(1, bytes: NodeLimits.commitOfLoopBytes + 1), batch(2)]
    commits.commit()
    #expect(work.asked == 1)
    commits.commit()
    #expect(work.asked == 1 && work.completed.isEmpty)
    try awaitThread()
    #expect(work.completed == [1])
    commits.commit()
    try awaitThread()
    #expect(work.completed == [1, 2])
  }

  @Test("An error is told, and the next batch goes out")
  func error() throws {
    disk.fail()
    work.waiting = [batch(1)]
    commits.commit()
    try awaitThread()
    #expect(work.errors == [.noSpace])
    work.waiting = [batch(2)]
    commits.commit()
    try awaitThread()
    #expect(work.completed == [1, 2])
  }

  @Test("Work that only tidies up waits for a pause between commits, and a round comes for it")
  func settling() throws {
    time.pass(milliseconds: 10_000)
    work.isUnsettled = true
    // Something was settled just now: it may wait.
    work.waiting = [DiskBatch(token: 1, operations: [.sync(.reserve)])]
    commits.commit()
    try awaitThread()
    work.waiting = [batch(2)]
    commits.commit()
    try awaitThread()
    work.settlings = []
    commits.commit()
    #expect(work.settlings == [false])
    let due = try #require(loop.nextDeadline)
    #expect(due <= loop.now + NodeLimits.settleAfterMilliseconds + 1)
    time.pass(milliseconds: NodeLimits.settleAfterMilliseconds + 1)
    commits.commit()
    #expect(work.settlings == [false, true])
  }

  @Test("A stop executes the batch that is out, and takes no other")
  func stop() {
    work.waiting = [batch(1, bytes: NodeLimits.commitOfLoopBytes + 1), batch(2)]
    commits.commit()
    commits.stop()
    #expect(disk.count == 2)
    commits.commit()
    #expect(work.waiting.count == 1)
  }
}

private final class GivenWork: DiskWork {
  var waiting: [DiskBatch] = []
  var isUnsettled = false
  var settlings: [Bool] = []
  var completed: [UInt64] = []
  var errors: [DiskError] = []

  var asked: Int { settlings.count }

  func nextBatch(settling: Bool) -> DiskBatch? {
    settlings.append(settling)
    return waiting.isEmpty ? nil : waiting.removeFirst()
  }

  func completed(_ completion: DiskCompletion) {
    completed.append(completion.token)
    if let error = completion.error { errors.append(error) }
  }
}

/// Counts what it is to do, and fails once where it is told to.
private final class ListeningDisk: Disk, Sendable {
  private let state = Mutex<(count: Int, fails: Bool)>((0, false))

  var count: Int { state.withLock(\.count) }
  func fail() { state.withLock { $0.fails = true } }

  func execute(_ operation: DiskOperation) throws(DiskError) {
    let fails = state.withLock { state in
      defer { state.fails = false }
      state.count += 1
      return state.fails
    }
    if fails { throw .noSpace }
  }

  func read(_ file: StoreFile, at offset: UInt64, count: Int) throws(DiskError) -> [UInt8] { [] }
  func size(of file: StoreFile) throws(DiskError) -> UInt64? { nil }
  func allocatedBytes(of file: StoreFile) throws(DiskError) -> UInt64? { nil }
  func list(_ folder: StoreFolder) throws(DiskError) -> [String] { [] }
}
