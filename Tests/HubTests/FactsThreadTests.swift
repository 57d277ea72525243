import Foundation
import Log
import Runtime
import Testing

@testable import Hub
@testable import SQL

@Suite("The facts are written on a thread of their own, much at once")
struct FactsThreadTests {
  /// A thread on the facts of `host`, ended with `close`.
  private final class Running {
    let facts: FactsThread
    let told = Monitor([Bool]())
    private let thread: SystemThread

    init(_ place: SQLPlace) throws {
      let facts = FactsThread(place) { [told] event in
        if case .applied(let toldAll) = event { told.withLock { $0.append(toldAll) } }
      }
      self.facts = facts
      thread = try SystemThread(name: "facts") { facts.run() }
    }

    func close() {
      facts.close()
      thread.join()
    }
  }

  private func page(
    _ changes: [EntryChange], _ number: UInt64, next: [LogID: UInt64] = [:], complete: Bool = true
  ) -> FactsThread.Work {
    .page(
      PreparedPage(
        FeedPage(
          changes: changes, cursor: FeedCursor(journal: "j", number: number, next: next),
          isComplete: complete)))
  }

  @Test("Pages in one transaction give the rows of pages one by one", arguments: 1...20)
  func rows(seed: UInt64) throws {
    var random = FactsTests.Seeded(state: seed &* 977)
    var world = FactsTests.World()
    let (one, many) = (try FactsHost(), try FactsHost())
    var pages: [PreparedPage] = []
    for number in 0..<24 {
      let changes = (0..<Int.random(in: 1..<9, using: &random)).map { _ in world.change(&random) }
      try one.tell(changes, number: UInt64(number))
      pages.append(
        PreparedPage(
          FeedPage(
            changes: changes,
            cursor: FeedCursor(journal: "j", number: UInt64(number), next: [:]),
            isComplete: true)))
    }
    while !pages.isEmpty {
      let count = Int.random(in: 1...pages.count, using: &random)
      try many.tell(Array(pages.prefix(count)))
      pages.removeFirst(count)
    }
    #expect(try one.dump() == many.dump())
    #expect(one.index.count == many.index.count)
  }

  @Test("What was put is there when the thread has ended, and the cursor with it")
  func ends() throws {
    let host = try FactsHost()
    let running = try Running(host.place)
    #expect(try running.facts.begin() == nil)
    try running.facts.put(.beginComparison)
    let log = Told.log("nl").id
    for number in 1...50 {
      let change = Told.entry("nl", UInt64(number), Told.person("p\(number)", "Testo \(number)"))
      try running.facts.put(
        page([change], 7, next: [log: UInt64(number + 1)], complete: number == 50))
    }
    running.close()
    let again = try Running(host.place)
    let cursor = try again.facts.begin()
    #expect(cursor?.journal == "j")
    #expect(cursor?.next == [log: 51])
    #expect(again.facts.positions[log] == 51)
    again.close()
    #expect(running.told.withLock { $0.last } == true)
    #expect(try host.dump().count { $0.hasPrefix("entry") } == 50)
  }

  @Test("After a failure nothing is taken until who feeds it begins again, from the last commit")
  func failure() throws {
    let host = try FactsHost()
    try host.tell([Told.entry("nl", 1, Told.person("a", "Testo One"))], number: 3)
    let running = try Running(host.place)
    #expect(try running.facts.begin()?.number == 3)
    // A table is away for a while, as a disk might be.
    let other = try Database(host.place, .writing)
    try other.execute("ALTER TABLE tally RENAME TO away")
    try running.facts.put(page([Told.entry("nl", 2, Told.person("b", "Testo Two"))], 4))
    #expect(throws: FactsFailure.self) { try running.facts.settle() }
    #expect(throws: FactsFailure.self) {
      try running.facts.put(page([Told.entry("nl", 3, Told.person("c", "Testo Three"))], 5))
    }
    try other.execute("ALTER TABLE away RENAME TO tally")
    #expect(try running.facts.begin()?.number == 3)
    try running.facts.put(page([Told.entry("nl", 2, Told.person("b", "Testo Two"))], 4))
    try running.facts.settle()
    running.close()
    #expect(try host.dump().count { $0.hasPrefix("entry") } == 2)
  }

  @Test(
    "When a record went that has no name, the log is to be emptied as for any other (HUB-25)",
    .enabled(if: TestStorage.isFile))
  func emptyLog() throws {
    let host = try FactsHost()
    let running = try Running(host.place)
    _ = try running.facts.begin()
    #expect(running.facts.mustEmptyLog, "an earlier process may have left something")
    let secret = "Zyxwvutsrqponm"
    let record = Told.record(
      "document", "d", #""documentType":"P","number":"X1","country":"nl","notes":"\#(secret)""#)
    try running.facts.put(page([Told.entry("nl", 1, record)], 1))
    try running.facts.put(.emptyLog)
    try running.facts.settle()
    #expect(!running.facts.mustEmptyLog)
    try running.facts.put(page([Told.gone("nl", 1)], 2))
    try running.facts.settle()
    #expect(running.facts.mustEmptyLog)
    try running.facts.put(.emptyLog)
    try running.facts.settle()
    #expect(!running.facts.mustEmptyLog)
    #expect(Data(try host.raw()).range(of: Data(secret.utf8)) == nil)
    running.close()
  }

  @Test(
    "A file that went, or is another now, is not made anew under who reads it",
    .enabled(if: TestStorage.isFile), arguments: [true, false])
  func replaced(isGone: Bool) throws {
    let host = try FactsHost()
    let path = host.folder + "/facts.db"
    try host.tell([Told.entry("nl", 1, Told.person("a", "Testo One"))])
    for name in ["", "-wal", "-shm"] {
      try? FileManager.default.moveItem(
        atPath: path + name, toPath: path + ".away" + name)
    }
    if !isGone { try Data("no database at all".utf8).write(to: URL(fileURLWithPath: path)) }
    let running = try Running(host.place)
    #expect(throws: FactsFailure.self) { _ = try running.facts.begin() }
    let left = FileManager.default.contents(atPath: path)
    #expect(left == (isGone ? nil : Data("no database at all".utf8)))
    for name in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: path + name)
      try? FileManager.default.moveItem(
        atPath: path + ".away" + name, toPath: path + name)
    }
    #expect(try running.facts.begin()?.journal == "j")
    running.close()
  }

  @Test("Who feeds it waits while too much waits, and nothing is lost")
  func bounded() throws {
    let host = try FactsHost()
    let running = try Running(host.place)
    _ = try running.facts.begin()
    let notes = String(repeating: "long words of a note ", count: 1_000)
    for number in 0..<400 {
      let change = Told.entry(
        "nl", UInt64(number), Told.person("p\(number)", "Testo", more: #","notes":"\#(notes)""#))
      try running.facts.put(page([change], UInt64(number)))
    }
    try running.facts.settle()
    running.close()
    #expect(try host.dump().count { $0.hasPrefix("entry") } == 400)
  }
}
