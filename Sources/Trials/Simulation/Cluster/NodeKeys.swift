import Crypto
import Log
import Secrets

/// Which card of a node.
struct CardNumber: Hashable {
  let epoch: UInt32
  let serial: UInt64
}

/// All keys of one node, of every epoch: what its operator keeps in safes. Copies of the node share
/// them.
final class NodeKeys {
  let name: NodeName
  private let seed: UInt64
  private var epochs: [UInt32: NodeSecrets] = [:]
  private var presents: [CardNumber: NodeSecrets] = [:]
  private var transports: Set<TransportPublicKey> = []
  private var openings: [UInt32: Held<OpeningSecretKey>] = [:]

  init(_ name: String, seed: UInt64) throws(Violation) {
    self.name = try must("a name") { try NodeName(name) }
    self.seed = seed
  }

  /// The secrets of a node whose log key is that of `epoch`.
  func secrets(_ epoch: UInt32) -> NodeSecrets {
    if let known = epochs[epoch] { return known }
    var random = SeededRandom(seed: seed &+ UInt64(epoch) &* 0x1_0000_0001)
    let made = NodeSecrets.generate(using: &random)
    epochs[epoch] = made
    return made
  }

  /// The key in the recovery file that opens `epoch`.
  func openingKey(_ epoch: UInt32) -> Held<OpeningSecretKey> {
    if let known = openings[epoch] { return known }
    var random = SeededRandom(seed: ~seed &+ UInt64(epoch) &* 0x1_0000_0001)
    let made = Held(OpeningSecretKey.generate(using: &random))
    openings[epoch] = made
    return made
  }

  /// Sealing and transport keys of first cards stay from epoch to epoch here; log and cosigning key
  /// are fresh in each.
  var lasting: NodeSecrets { secrets(1) }

  /// The keys that a card names.
  func present(_ number: CardNumber) -> NodeSecrets {
    if let known = presents[number] { return known }
    let made: NodeSecrets
    if number.serial == 1 {
      let fresh = secrets(number.epoch)
      made = NodeSecrets(
        log: fresh.log.withSeed { LogSecretKey(seed: $0) },
        cosigning: fresh.cosigning.withSeed { CosigningSecretKey(seed: $0) },
        sealing: lasting.sealing.withSeed { SealingSecretKey(seed: $0) },
        transport: lasting.transport.withSeed { TransportSecretKey(seed: $0) },
        author: lasting.author)
    } else {
      var draw = SplitMix64(seed: seed &* 31 &+ UInt64(number.epoch) &* 1_009 &+ number.serial)
      var random = SeededRandom(seed: draw.next())
      let kinds = RotatedKinds(rawValue: UInt8(1 + draw.below(7)))
      made = present(CardNumber(epoch: number.epoch, serial: number.serial - 1))
        .replaced(
          by: .generate(kinds, serial: number.serial, day: 0, using: &random))
    }
    presents[number] = made
    transports.insert(made.transport.publicKey)
    return made
  }

  /// True for every transport key that a card of this node ever had.
  func had(_ key: TransportPublicKey) -> Bool { transports.contains(key) }

  func identity(_ epoch: UInt32) -> LogIdentity {
    LogIdentity(
      origin: Origin(name: name, epoch: epoch), key: secrets(epoch).log.publicKey)
  }

  func card(_ epoch: UInt32, serial: UInt64 = 1) throws(Violation) -> Card {
    let key = present(CardNumber(epoch: epoch, serial: serial))
    return try must("a card of \(name)") {
      try Card.make(
        serial: serial, origin: Origin(name: name, epoch: epoch), log: key.log.publicKey,
        cosigning: key.cosigning.publicKey, sealing: key.sealing.publicKey,
        transport: key.transport.publicKey,
        opening: openingKey(epoch + 1).secret.publicKey.commitment, address: nil
      ) { key.log.sign($0) }
    }
  }

  /// The first entry of an epoch. The recovery file of the next one is in its safe already.
  /// - Parameter stolen: opens it, in the place of the key in the own recovery file.
  func genesis(
    _ epoch: UInt32, follows: Genesis.Predecessor?, by stolen: Held<OpeningSecretKey>? = nil
  ) throws(Violation) -> VerifiedBatch {
    let card = try card(epoch)
    let body = try must("a genesis of \(name)") {
      guard let follows else { return try Genesis(first: card).encode() }
      let key = stolen ?? openingKey(epoch)
      return try Genesis(card: card, follows: follows, key: key.secret.publicKey) {
        key.secret.sign($0)
      }.encode()
    }
    let state = LogState(empty: card.identity)
    var builder = EntryBuilder(state: state)
    builder.append(kind: .genesis, time: 0, body: body)
    let batch = builder.finish { secrets(epoch).log.sign($0) }
    return try must("a genesis of \(name)") { try state.accept(batch) }
  }
}
