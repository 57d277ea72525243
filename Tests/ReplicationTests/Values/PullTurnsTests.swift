import Crypto
import Log
import Testing

@testable import Replication

@Suite("Logs that lack something have their turns")
struct PullTurnsTests {
  private let logs = (0..<4 as Range<UInt8>).map { LogID.sample($0) }

  @Test("In the order in which they came, the own log first, one after its turn last")
  func order() {
    var turns = PullTurns()
    for log in logs[0..<3] { turns.want(log, isFirst: false) }
    turns.want(logs[3], isFirst: true)
    turns.want(logs[0], isFirst: true)
    expect(turns.wanting == [logs[3], logs[0], logs[1], logs[2]])
    turns.hadTurn(logs[0])
    expect(turns.wanting == [logs[3], logs[1], logs[2], logs[0]])
    turns.unwant(logs[1])
    expect(!turns.isWanting(logs[1]) && turns.wanting == [logs[3], logs[2], logs[0]])
  }

  @Test("Repairs go on behind the log that had its turn")
  func repairs() {
    var turns = PullTurns()
    for log in [logs[0], logs[2], logs[3]] { turns.setDamaged(log, true) }
    expect(turns.repairs(in: logs) == [logs[0], logs[2], logs[3]])
    turns.repaired(at: 2)
    expect(turns.repairs(in: logs) == [logs[3], logs[0], logs[2]])
    turns.setDamaged(logs[3], false)
    turns.repaired(at: 3)
    expect(turns.repairs(in: logs) == [logs[0], logs[2]])
  }

  @Test("SYNC-33: a pull is in order, within what was asked, and within what was lent")
  func pull() {
    var pull = OpenPull(
      session: SessionID(1), request: 7, range: 10..<20, form: .full, credit: 100, 1_000)
    expect(pull.hasCredit && pull.came.isEmpty && pull.end == 20)
    expect(pull.lendAgain(window: 100) == 0)
    pull.lend(-100)
    expect(!pull.hasCredit, "nothing is lent")
    expect(pull.lendAgain(window: 100) == 100)
    pull.finish()
    expect(pull.isOver && pull.end == 10, "nothing came")
  }
}
