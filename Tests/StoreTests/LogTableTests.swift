import Log
import Testing

@testable import Store

@Suite("The logs of a store, by their origins")
struct LogTableTests {
  private let logs: [StoredLog]
  private var table: LogTable

  init() throws {
    logs = try ["fr", "be", "nl"].map { storedLog(try TestLog($0, entries: 1)) }
    table = LogTable(Array(logs.prefix(2)), unloaded: [])
  }

  @Test("A pass begins with one log, and the others follow in their order")
  mutating func order() {
    table.insert(logs[2])
    #expect(table.inOrder.map(\.identity.origin.name.text) == ["be", "fr", "nl"])
    let first = logs[0].id
    var passed: [LogID] = []
    var log = table.next(after: nil, first: first)
    while let next = log, passed.count < 9 {
      passed.append(next.id)
      log = table.next(after: next, first: first)
    }
    #expect(passed == [logs[0].id, logs[1].id, logs[2].id])
  }

  @Test("A journal begins with the heads of logs that are durable, and of those not loaded")
  mutating func heads() throws {
    let unloaded = HeadRecord(id: try TestLog("de", entries: 1).identity.id)
    table = LogTable(logs, unloaded: [unloaded])
    logs[0].isDurable = false
    #expect(Set(table.heads.map(\.id)) == [logs[1].id, logs[2].id, unloaded.id])
    #expect(table.count == 4)
  }
}
