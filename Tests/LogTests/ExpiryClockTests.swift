import Crypto
import Log
import Testing

@Suite("The expiry clock (ENT-18)")
struct ExpiryClockTests {
  private let roster: Set<NodeName>

  init() throws { roster = Set(try ["nl", "be", "fr", "de", "lu"].map { try NodeName($0) }) }

  private func cosignature(_ name: String, _ time: UInt64) throws -> Cosignature {
    Cosignature(
      name: try NodeName(name), keyID: 1, time: time,
      signature: try #require(Signature([UInt8](repeating: 0, count: 64))))
  }

  private func seconds(_ pairs: (String, UInt64)...) throws -> UInt64 {
    let made = try pairs.map { try cosignature($0.0, $0.1) }
    let clock = ExpiryClock(cosignatures: made, of: roster)
    #expect(clock == ExpiryClock(cosignatures: made.reversed(), of: roster))
    return clock.seconds
  }

  @Test("Fewer than three nodes are no clock, however often they cosign")
  func tooFew() throws {
    #expect(try seconds() == 0)
    #expect(try seconds(("nl", 900), ("be", 800)) == 0)
    #expect(try seconds(("nl", 900), ("be", 800), ("be", 700), ("nl", 901)) == 0)
  }

  @Test("The third-highest of the nodes' newest times counts")
  func thirdHighest() throws {
    #expect(try seconds(("nl", 900), ("be", 800), ("fr", 700)) == 700)
    #expect(try seconds(("nl", 900), ("be", 800), ("fr", 700), ("de", 850)) == 800)
    #expect(try seconds(("nl", 1), ("nl", 900), ("be", 800), ("fr", 10), ("fr", 700)) == 700)
  }

  @Test("Two nodes that lie about the time move nothing")
  func liars() throws {
    let honest = try seconds(("nl", 900), ("be", 905), ("fr", 910))
    #expect(honest == 900)
    #expect(try seconds(("nl", 900), ("be", .max), ("fr", .max)) <= 910)
    #expect(try seconds(("nl", 900), ("be", 905), ("fr", 910), ("de", .max), ("lu", .max)) == 910)
    #expect(try seconds(("nl", 900), ("be", 905), ("fr", 910), ("de", 0), ("lu", 0)) == 900)
  }

  @Test("Nodes that are not on the roster do not count")
  func strangers() throws {
    #expect(try seconds(("nl", 900), ("be", 800), ("xx", 700)) == 0)
    #expect(try seconds(("nl", 900), ("be", 800), ("xx", 999), ("fr", 5)) == 5)
  }

  @Test("A day begins at 00:00 UTC; 0 is no day")
  func days() throws {
    let names = ["nl", "be", "fr"]
    func clock(_ time: UInt64) throws -> ExpiryClock {
      ExpiryClock(cosignatures: try names.map { try cosignature($0, time) }, of: roster)
    }
    #expect(try !clock(86_400 * 20_000 - 1).hasBegun(20_000))
    #expect(try clock(86_400 * 20_000).hasBegun(20_000))
    #expect(try clock(86_400 * 20_000).hasBegun(1))
    #expect(try !clock(86_400 * 20_000).hasBegun(20_001))
    #expect(try !clock(.max).hasBegun(0))
    #expect(try clock(.max).hasBegun(.max))
  }
}
