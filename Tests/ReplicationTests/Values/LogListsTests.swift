import Crypto
import Log
import Testing

@testable import Replication

@Suite("SYNC-7 to 10: lists of logs only grow, and name what both have")
struct LogListsTests {
  private let logs = (0..<6 as Range<UInt8>).map { LogID.sample($0) }
  private func salt(_ log: LogID) -> [UInt8] { Array(log.bytes.array.prefix(16)) }

  @Test("A log is shared once both listed it, in whatever order")
  func both() throws {
    var lists = LogLists()
    try lists.receive([salt(logs[3]), salt(logs[0])], from: 0)
    expect(lists.list(Array(logs[0..<3])) == 0)
    lists.recognise(logs, from: 0, salt: salt)
    expect(logs.filter(lists.isListedByBoth) == [logs[0]])
    expect(lists.theirPosition(of: logs[0]) == 1 && lists.position(of: logs[0]) == 0)
    expect(lists.log(at: 0) == logs[3], "known, and not listed by this side")
    expect(lists.list([logs[3]]) == 3)
    expect(logs.filter(lists.isListedByBoth) == [logs[0], logs[3]])
    expect(lists.theirKnownLogs.map(\.log) == [logs[3], logs[0]])
  }

  @Test("A gap, an empty second list, and one too many are malformed")
  func malformed() throws {
    var lists = LogLists()
    try lists.receive([], from: 0)
    #expect(throws: MalformedMessage.self) { try lists.receive([], from: 0) }
    #expect(throws: MalformedMessage.self) { try lists.receive([salt(logs[0])], from: 1) }
    for position in 0..<(Limits.listsOfSession - 1) {
      try lists.receive([[UInt8](repeating: UInt8(position & 255), count: 16)], from: position)
    }
    #expect(throws: MalformedMessage.self) {
      try lists.receive([salt(logs[0])], from: Limits.listsOfSession - 1)
    }
  }

  @Test("No log is listed twice, none that may not be, and no list beyond what the peer takes")
  func fresh() {
    var lists = LogLists()
    expect(lists.fresh(of: logs) { $0 != logs[1] }.count == 5)
    _ = lists.list([logs[0]])
    expect(!lists.fresh(of: logs) { _ in true }.contains(logs[0]))
    while lists.list([]) != nil {}
    expect(lists.list([logs[1]]) == nil)
    expect(lists.position(of: logs[1]) == nil)
  }
}
