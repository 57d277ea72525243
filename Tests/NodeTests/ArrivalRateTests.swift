import Testing

@testable import Node

@Suite("What can wait while many entries come")
struct ArrivalRateTests {
  @Test("Entries a second are known a second after the first look, and again each second")
  func rate() {
    var rate = ArrivalRate()
    rate.note(1_000, at: 5_000)
    #expect(rate.perSecond == 0)
    rate.note(9_000, at: 5_999)
    #expect(rate.perSecond == 0)
    rate.note(11_000, at: 7_000)
    #expect(rate.perSecond == 5_000)
    rate.note(11_000, at: 8_000)
    #expect(rate.perSecond == 0)
  }

  @Test("A log that became shorter, and a clock that stands, are no rate")
  func backwards() {
    var rate = ArrivalRate()
    rate.note(1_000, at: 5_000)
    rate.note(10, at: 5_000)
    rate.note(10, at: 4_000)
    rate.note(10, at: 6_000)
    #expect(rate.perSecond == 0)
  }
}
