import Testing

@testable import Transport

@Suite("When a peer is dialled again")
struct RedialTests {
  @Test("Ever later, up to half a minute, and soon when something is new")
  func pauses() {
    var redial = Redial()
    let waits = (0..<9).map { _ in redial.next { _ in 0 } }
    #expect(waits == [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000])
    redial.begin()
    let soon = redial.next { _ in 0 }
    #expect(soon == 500)
  }

  @Test("A quarter of the pause is drawn")
  func drawn() {
    var redial = Redial()
    let waits = (0..<2).map { _ in redial.next { $0 - 1 } }
    #expect(waits == [625, 1_250])
  }

  @Test("Only a session that lasted lets the next dial come soon")
  func sessions() {
    var redial = Redial()
    for _ in 0..<3 { _ = redial.next { _ in 0 } }
    _ = redial.ended(after: TransportLimits.steadySessionMilliseconds - 1)
    let afterShort = redial.next { _ in 0 }
    _ = redial.ended(after: TransportLimits.steadySessionMilliseconds)
    let afterSteady = redial.next { _ in 0 }
    #expect(afterShort == 4_000 && afterSteady == 500)
  }

  @Test("A peer that ends each session at once is reported once, until a session has lasted")
  func unwanted() {
    var redial = Redial()
    func ended(_ lasted: UInt64, _ times: Int) -> [Bool] {
      (0..<times).map { _ in redial.ended(after: lasted) }
    }
    #expect(ended(5, 5) == [false, false, true, false, false])
    // Another address alone shows nothing.
    redial.begin()
    #expect(ended(5, 3) == [false, false, false])
    #expect(ended(60_000, 1) == [false])
    #expect(ended(5, 3) == [false, false, true])
  }
}
