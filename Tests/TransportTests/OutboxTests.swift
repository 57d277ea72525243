import Testing

@testable import Transport

@Suite("What waits to be sent on a session")
struct OutboxTests {
  private func message(_ bytes: Int) -> [UInt8] { [UInt8](repeating: UInt8(bytes), count: bytes) }

  @Test("Everything leaves together, in the order in which it came")
  func order() {
    var outbox = Outbox(Outbox.Bounds(congested: 100, relieved: 20))
    #expect(outbox.isEmpty)
    for bytes in [3, 1, 2] { _ = outbox.add(message(bytes), behind: 0) }
    #expect(!outbox.isEmpty && outbox.waiting(behind: 7) == 13)
    let taken = outbox.takeAll()
    #expect(taken == [message(3), message(1), message(2)])
    #expect(outbox.isEmpty && outbox.waiting(behind: 0) == 0)
  }

  @Test("The core is told once that too much waits, here and behind, and nothing is refused")
  func congested() {
    var outbox = Outbox(Outbox.Bounds(congested: 100, relieved: 20))
    let told = [
      outbox.add(message(60), behind: 40), outbox.add(message(1), behind: 40),
      outbox.add(message(50), behind: 90),
    ]
    #expect(told == [false, true, false])
    let taken = outbox.takeAll()
    #expect(taken.count == 3)
  }

  @Test("It is told to go on when little waits, and congested again after that")
  func relieved() {
    var outbox = Outbox(Outbox.Bounds(congested: 100, relieved: 20))
    let early = outbox.relieve(behind: 20)
    #expect(early == .room(wasCongested: false))
    let isCongested = outbox.add(message(101), behind: 0)
    let unsent = outbox.relieve(behind: 0)
    #expect(isCongested && unsent == .none)
    _ = outbox.takeAll()
    let (sending, sent) = (outbox.relieve(behind: 21), outbox.relieve(behind: 20))
    #expect(sending == .none && sent == .room(wasCongested: true))
    let isCongestedAgain = outbox.add(message(101), behind: 0)
    #expect(isCongestedAgain)
  }
}
