import Testing

@testable import Replica

@Suite("What is taken of a log in a day")
struct DayBudgetTests {
  @Test("A day's budget begins anew at 00:00 UTC")
  func budget() {
    var budget = DayBudget()
    func hasRoom(for more: UInt64, on day: UInt64) -> Bool {
      DayBudget.hasRoom(for: more, beside: budget.taken(on: day), within: 100)
    }
    #expect(hasRoom(for: 100, on: 5) && !hasRoom(for: 101, on: 5))
    budget.take(60, on: 5)
    #expect(hasRoom(for: 40, on: 5) && !hasRoom(for: 41, on: 5))
    #expect(hasRoom(for: 100, on: 6))
    #expect(!DayBudget.hasRoom(for: .max, beside: 1, within: .max))
    budget.take(1, on: 6)
    #expect(budget.bytes == 1)
  }
}
