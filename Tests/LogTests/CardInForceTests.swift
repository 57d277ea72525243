import Log
import Testing

@Suite("CARD-31 to 33: which card of a log counts, by its own entries")
struct CardInForceTests {
  @Test("CARD-32: a higher serial takes the place of a lower one, by a step that is bounded")
  func serials() throws {
    let log = try RawLog()
    var force = CardInForce(genesis: try log.card())
    #expect(force.take(try log.card(serial: 3), at: 4, standsBelow: .max) == .taken)
    #expect(force.take(try log.card(serial: 3), at: 5, standsBelow: .max) == .serial)
    #expect(force.take(try log.card(serial: 2), at: 6, standsBelow: .max) == .serial)
    // A stolen key cannot make the last card that there will ever be.
    for serial in [UInt64.max, 3 + LogLimits.serialGrowth + 1] {
      #expect(force.take(try log.card(serial: serial), at: 7, standsBelow: .max) == .serial)
    }
    #expect(
      force.take(try log.card(serial: 3 + LogLimits.serialGrowth), at: 8, standsBelow: .max)
        == .taken)
    #expect(force.card.serial == 3 + LogLimits.serialGrowth)
  }

  @Test("CARD-31: a card with another commitment, or of another log, is a defect")
  func defects() throws {
    let log = try RawLog()
    let genesis = try log.card()
    var force = CardInForce(genesis: genesis)
    let other = try log.card(serial: 2, opener: TestSigner("a thief"))
    #expect(force.take(other, at: 1, standsBelow: .max) == .defect)
    #expect(force.card == genesis)
  }

  @Test(
    "CARD-33: what is late, or at a freeze or above it, changes nothing, whenever that is learnt")
  func standing() throws {
    let log = try RawLog()
    let entries = [(UInt64(3), try log.card(serial: 2)), (7, try log.card(serial: 3))]
    for (standsBelow, serial) in [(UInt64(0), UInt64(1)), (3, 1), (4, 2), (7, 2), (8, 3)] {
      var force = CardInForce(genesis: try log.card())
      for (index, card) in entries { _ = force.take(card, at: index, standsBelow: standsBelow) }
      #expect(force.card.serial == serial, "\(standsBelow)")
    }
  }
}
