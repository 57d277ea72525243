import Crypto
import Log
import Secrets
import Testing

@testable import Replica

@Suite("CARD-33, 34: the card that a node believes of a log")
struct LogCardsTests {
  private let secrets: NodeSecrets
  private let origin: Origin

  init() throws {
    var random = SeededRandom(seed: 3)
    secrets = NodeSecrets.generate(using: &random)
    origin = try Origin("be/1")
  }

  /// - Parameter transport: which key it names; by default each serial has another.
  private func card(_ serial: UInt64, transport: UInt64? = nil) throws -> Card {
    var random = SeededRandom(seed: 100 + (transport ?? serial))
    let others = NodeSecrets.generate(using: &random)
    return try Card.make(
      serial: serial, origin: origin, log: secrets.log.publicKey,
      cosigning: others.cosigning.publicKey, sealing: others.sealing.publicKey,
      transport: others.transport.publicKey,
      opening: OpeningKeyHash(SHA256.hash([7]).bytes), address: nil
    ) { secrets.log.sign($0) }
  }

  private func cards(_ serials: [UInt64], standsBelow: UInt64 = .max) throws -> LogCards {
    var found = LogCards(genesis: try card(1), time: 5, standsBelow: standsBelow)
    for (position, serial) in serials.enumerated() {
      found.take(try card(serial), at: UInt64(position + 1), time: serial * 10)
    }
    return found
  }

  @Test("The newest that counts is in force, and the transport keys before it are known")
  func earlier() throws {
    var found = try cards([2, 3])
    #expect(found.card.serial == 3 && found.index == 2 && found.time == 30 && found.next == 3)
    let keys = try (1...4).map { try card($0).transport }
    #expect(found.earlier == [keys[1], keys[0]])
    #expect(found.had(keys[0]) && found.had(keys[2]) && !found.had(keys[3]))
    // One that does not count, and one with the same transport key.
    found.take(nil, at: 3, time: 40)
    found.take(try card(3), at: 4, time: 50)
    found.take(try card(4, transport: 3), at: 5, time: 60)
    #expect(found.card.serial == 4 && found.earlier.count == 2 && found.next == 6)
    // A key that comes back is no earlier one.
    found.take(try card(5, transport: 1), at: 6, time: 70)
    #expect(found.earlier == [keys[2], keys[1]])
  }

  @Test("Keys entries without number make no list that grows")
  func bound() throws {
    let found = try cards((2...100).map { $0 })
    #expect(found.earlier.count == ReplicaLimits.earlierTransportKeys)
    let last = try card(99).transport
    #expect(found.earlier.first == last)
  }

  @Test("The newer of the compared card and the one in force is believed; none goes back alone")
  func believed() throws {
    let (one, two, three) = (try card(1), try card(2), try card(3))
    let found = try cards([2])
    #expect(found.believed(instead: one, compared: one) == two)
    #expect(found.believed(instead: two, compared: one) == nil)
    #expect(found.believed(instead: one, compared: nil) == two)
    // By hand, before the entry came.
    #expect(found.believed(instead: three, compared: three) == nil)
    // Entries are missing here: the card that was taken stays.
    let none = try cards([])
    #expect(none.believed(instead: two, compared: one) == nil)
    // An entry counts no more.
    let cut = try cards([2, 3], standsBelow: 2)
    #expect(cut.believed(instead: three, compared: one) == two)
    let all = try cards([2, 3], standsBelow: 1)
    #expect(all.believed(instead: three, compared: one) == one)
    #expect(all.believed(instead: three, compared: three) == nil)
  }
}
