import Crypto
import Log
import Secrets

/// Nodes whose keys are the same in every run.
struct FuzzParty: Sendable {
  let name: NodeName
  let secrets: NodeSecrets
  /// The key in the recovery file of the next epoch.
  let openingKey: Held<OpeningSecretKey>

  static let nl = FuzzParty("nl", seed: 1)
  static let be = FuzzParty("be", seed: 2)
  /// A member of no audience, until history comes.
  static let fr = FuzzParty("fr", seed: 3)
  /// The salt of both journals.
  static let salt = SHA256.hash(Array("salt".utf8)).bytes

  private init(_ name: String, seed: UInt64) {
    self.name = sure { try NodeName(name) }
    var random = SeededRandom(seed: seed)
    secrets = .generate(using: &random)
    openingKey = Held(.generate(using: &random))
  }

  var identity: LogIdentity {
    LogIdentity(origin: Origin(name: name, epoch: 1), key: secrets.log.publicKey)
  }

  var card: Card {
    sure {
      try Card.make(
        serial: 1, origin: identity.origin, log: secrets.log.publicKey,
        cosigning: secrets.cosigning.publicKey, sealing: secrets.sealing.publicKey,
        transport: secrets.transport.publicKey, opening: openingKey.secret.publicKey.commitment,
        address: "127.0.0.1:4747", sign: { secrets.log.sign($0) })
    }
  }

  func genesis() -> [UInt8] {
    sure { try Genesis(first: card).encode() }
  }

  /// Signed entries that extend `state`.
  func entries(_ count: Int, after state: LogState, bodyBytes: Int = 24) -> VerifiedBatch {
    var builder = EntryBuilder(state: state)
    for position in 0..<count {
      let index = state.size + UInt64(position)
      let body = [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: bodyBytes)
      builder.append(
        kind: index == 0 ? .genesis : .record, time: index, body: index == 0 ? genesis() : body)
    }
    let batch = builder.finish { secrets.log.sign($0) }
    return sure { try state.accept(batch) }
  }

  /// One entry that withdraws records of the log.
  func withdrawal(of indices: [UInt64], after state: LogState) -> VerifiedBatch {
    var builder = EntryBuilder(state: state)
    let body = sure {
      try Withdrawal(
        records: indices.map { Withdrawal.Record(origin: identity.origin, index: $0) }
      ).encode()
    }
    builder.append(kind: .withdrawal, time: state.size, body: body)
    let batch = builder.finish { secrets.log.sign($0) }
    return sure { try state.accept(batch) }
  }

  func checkpoint(_ state: LogState) -> VerifiedCheckpoint {
    Checkpoint.make(
      identity: identity, size: state.size, root: state.tree.root(), sign: { secrets.log.sign($0) })
  }

  /// A note over any text, as only the holder of the log key can make it. A text ends with a
  /// newline.
  func note(_ text: [UInt8]) -> [UInt8] {
    let text = text.last == 0x0a ? text : text + [0x0a]
    let line = NoteSignature(
      name: identity.origin.text,
      keyID: NoteKeyType.ed25519.keyID(
        name: identity.origin.text, key: secrets.log.publicKey.bytes),
      signature: secrets.log.sign(text.span).array)
    return Note(text: text, signatures: [line]).encode()
  }
}

/// Runs a call of the harness itself, which must succeed.
func sure<Result>(_ body: () throws -> Result) -> Result {
  do { return try body() } catch { preconditionFailure("the harness: \(error)") }
}
