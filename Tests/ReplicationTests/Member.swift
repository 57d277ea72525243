import Crypto
import Log
import Secrets

@testable import Replication

/// One node of a `Cluster`: its keys, its logs, its core. A second copy of a node has the same
/// keys.
final class Member {
  let name: NodeName
  /// The keys of epoch 1; cosigning, sealing and transport keys stay.
  let secrets: NodeSecrets
  /// The keys of the epoch that is written, and which.
  var epochSecrets: NodeSecrets
  /// Has another cosigning key from now on.
  var rotated: NodeSecrets?
  var identity: LogIdentity
  var logs = MemoryLogs()
  var core: Replicator
  var roster: [String] = []
  /// The epochs of each peer that are known: by cards, and by what was followed.
  var knownLogs: [NodeName: [LogIdentity]] = [:]
  /// The opening keys of the cards that it ever held; and the card that its operator compared last
  /// for each peer, if another than that of epoch 1.
  var openingKeys: [LogID: OpeningKeyHash] = [:]
  var compared: [NodeName: LogIdentity] = [:]
  var events: [Event] = []
  var evidence = 0
  var proofs: [ForkProof] = []
  var openings: [HeldOpening] = []
  var counters: [Counter: Int] = [:]
  var runNumber: UInt8 = 0
  var bytesSent = 0
  var ticks = 0

  init(_ name: String, copy: UInt8 = 0) {
    self.name = try! NodeName(name)
    secrets = Member.secrets(of: name, epoch: 1)
    epochSecrets = secrets
    identity = LogIdentity(
      origin: Origin(name: self.name, epoch: 1), key: secrets.log.publicKey)
    logs.add(identity)
    knownLogs[self.name] = [identity]
    runNumber = copy &* 100
    core = Replicator(
      ownName: self.name, ownLog: identity.id, runID: [UInt8](repeating: runNumber, count: 16),
      logs: [identity], reader: logs, start: .ready)
    hold(epoch: 1, of: name)
  }

  /// The keys that the node cosigns with, as its card says.
  var cosigner: NodeSecrets { rotated ?? secrets }

  /// Takes the card of an epoch of `name`, as it stands in everybody's files.
  func hold(epoch: UInt32, of name: String) {
    let identity = LogIdentity(
      origin: Origin(name: try! NodeName(name), epoch: epoch),
      key: Member.secrets(of: name, epoch: epoch).log.publicKey)
    openingKeys[identity.id] =
      Member.openingKey(of: name, epoch: epoch + 1).publicKey.commitment
  }

  /// The same for every copy of a node.
  static func secrets(of name: String, epoch: UInt32) -> NodeSecrets {
    var random = SeededRandom(
      seed: name.utf8.reduce(UInt64(epoch) &* 7) { $0 &* 31 &+ UInt64($1) })
    return NodeSecrets.generate(using: &random)
  }

  var ownState: LogState { logs.state(of: identity.id)! }

  /// The key in the recovery file that opens `epoch`.
  static func openingKey(of name: String, epoch: UInt32) -> OpeningSecretKey {
    var random = SeededRandom(
      seed: name.utf8.reduce(UInt64(epoch) &* 11) { $0 &* 31 &+ UInt64($1) })
    return OpeningSecretKey.generate(using: &random)
  }

  /// The card of an epoch of this node.
  func card(epoch: UInt32, key: NodeSecrets, serial: UInt64 = 1) -> Card {
    let next = Member.openingKey(of: name.text, epoch: epoch + 1).publicKey
    return try! Card.make(
      serial: serial, origin: Origin(name: name, epoch: epoch), log: key.log.publicKey,
      cosigning: secrets.cosigning.publicKey, sealing: secrets.sealing.publicKey,
      transport: secrets.transport.publicKey, opening: next.commitment, address: nil,
      sign: { key.log.sign($0) })
  }

  /// The body of entry 0 of an epoch of this node.
  /// - Parameter opener: what opens it, if not the key that the epoch before committed to.
  func genesisBody(
    epoch: UInt32, key: NodeSecrets, follows: Genesis.Predecessor?, serial: UInt64 = 1,
    opener: UInt32? = nil
  ) -> [UInt8] {
    let card = card(epoch: epoch, key: key, serial: serial)
    guard let follows else { return try! Genesis(first: card).encode() }
    let opening = Member.openingKey(of: name.text, epoch: opener ?? follows.origin.epoch + 1)
    return try! Genesis(card: card, follows: follows, key: opening.publicKey) { opening.sign($0) }
      .encode()
  }

  /// `count` entries that extend `state`, signed.
  func sign(
    _ count: Int, after state: LogState, bodyBytes: Int, time: UInt64
  ) -> VerifiedBatch {
    var builder = EntryBuilder(state: state)
    for position in 0..<count {
      let index = state.size + UInt64(position)
      let body =
        index == 0
        ? genesisBody(epoch: identity.origin.epoch, key: epochSecrets, follows: nil)
        : [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: bodyBytes)
      builder.append(kind: index == 0 ? .genesis : .record, time: time, body: body)
    }
    return try! state.accept(builder.finish { epochSecrets.log.sign($0) })
  }

  func makeCheckpoint() -> VerifiedCheckpoint {
    Checkpoint.make(
      identity: identity, size: ownState.size, root: ownState.tree.root(),
      sign: { epochSecrets.log.sign($0) })
  }
}
