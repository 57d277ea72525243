import Log
import Testing

@testable import Runtime
@testable import Store

@Suite struct ThreadTests {
  @Test func messagesOfEachSenderKeepTheirOrder() throws {
    let loop = try EventLoop()
    let last = Box<[Int: Int]>([:])
    let total = Box(0)
    let mailbox = loop.makeMailbox(of: (sender: Int, number: Int).self) { message in
      #expect(message.number == last.value[message.sender, default: -1] + 1)
      last.value[message.sender] = message.number
      total.value += 1
    }
    let threads = try (0..<4).map { sender in
      try SystemThread(name: "sender") {
        for number in 0..<2_000 { mailbox.post((sender, number)) }
      }
    }
    #expect(try loop.turn { total.value == 8_000 })
    for thread in threads { thread.join() }
  }

  @Test func poolReturnsEveryResultAndRefusesWhenFull() throws {
    let loop = try EventLoop()
    let results = Box<Set<Int>>([])
    let mailbox = loop.makeMailbox(of: Int.self) { results.value.insert($0) }
    let gate = Monitor(false)
    let pool = try WorkerPool(name: "worker", threads: 2, queueLimit: 8, results: mailbox)
    var taken: Set<Int> = []
    for number in 0..<100 {
      let isTaken = pool.submit {
        gate.wait { $0 ? true : nil } ? number : -1
      }
      if isTaken { taken.insert(number) }
    }
    // Eight wait; the two threads may have begun one each.
    #expect((8...10).contains(taken.count))
    gate.withLock { $0 = true }
    gate.signalAll()
    #expect(try loop.turn { results.value.count == taken.count })
    #expect(results.value == taken)
    pool.stop()
    #expect(!pool.submit { 1 })
  }

  @Test func theLoopKnowsThatAThreadHasWorkOfIt() throws {
    let loop = try EventLoop()
    let results = Box<[Int]>([])
    let gate = Monitor(false)
    let pool = try WorkerPool(
      name: "worker", threads: 1, queueLimit: 1,
      results: loop.makeMailbox(of: Int.self) { results.value.append($0) })
    #expect(!loop.awaitsThreads)
    #expect(pool.submit { gate.wait { $0 ? 7 : nil } })
    #expect(loop.awaitsThreads)
    gate.withLock { $0 = true }
    gate.signalAll()
    #expect(try loop.turn { results.value == [7] })
    #expect(!loop.awaitsThreads)
    pool.stop()
  }

  @Test func diskThreadAnswersInOrderAndStopsABatchAtItsFirstError() throws {
    let folder = TemporaryFolder()
    let loop = try EventLoop()
    let answers = Box<[DiskCompletion]>([])
    let mailbox = loop.makeMailbox(of: DiskCompletion.self) { answers.value.append($0) }
    let disk = try FileDisk(folder: folder.path)
    let thread = try DiskThread(disk: disk, completions: mailbox)
    thread.submit(
      DiskBatch(
        token: 1,
        operations: [
          .create(.journal(0)), .write(.journal(0), offset: 0, bytes: [1, 2, 3]),
          .sync(.journal(0)),
        ]))
    thread.submit(
      DiskBatch(
        token: 2,
        operations: [
          .write(.journal(1), offset: 0, bytes: [9]), .write(.journal(0), offset: 0, bytes: [9]),
        ]))
    thread.submit(DiskBatch(token: 3, operations: []))
    thread.stop()
    #expect(try loop.turn { answers.value.count == 3 })
    #expect(answers.value.map(\.token) == [1, 2, 3])
    #expect(answers.value.map(\.error) == [nil, .notFound, nil])
    #expect(try disk.read(.journal(0), at: 0, count: 10) == [1, 2, 3])
  }
}
