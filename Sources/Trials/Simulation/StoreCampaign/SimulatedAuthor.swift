import Crypto
import Log
import Secrets

/// The author of one log. Asked the same it answers the same, and signs only once for it.
final class SimulatedAuthor {
  private struct Question: Hashable {
    let after: Digest
    /// Signatures may be others under the same headers.
    let root: Digest
    let size: UInt64
    let count: Int
    let draw: UInt64
    var withdraws: [UInt64] = []
  }

  let identity: LogIdentity
  private let secrets: NodeSecrets
  private let genesis: [UInt8]
  private var answers: [Question: VerifiedBatch] = [:]

  init(name: String, seed: UInt64) throws(Violation) {
    var random = SeededRandom(seed: seed)
    let secrets = NodeSecrets.generate(using: &random)
    self.secrets = secrets
    let made = try must("a card") {
      let origin = try Origin("\(name)/1")
      let card = try Card.make(
        serial: 1, origin: origin, log: secrets.log.publicKey,
        cosigning: secrets.cosigning.publicKey, sealing: secrets.sealing.publicKey,
        transport: secrets.transport.publicKey, opening: OpeningKeyHash(.zero), address: nil
      ) { secrets.log.sign($0) }
      return (card, try Genesis(first: card).encode())
    }
    identity = made.0.identity
    genesis = made.1
  }

  /// Entries that follow `state`, drawn from `draw`: other draws give other entries.
  func entries(
    after state: LogState, count: Int, draw: UInt64, bodyBytes: Int
  ) throws(Violation) -> VerifiedBatch {
    let question = Question(
      after: state.lastHeaderHash, root: state.tree.root(), size: state.size, count: count,
      draw: draw)
    if let answer = answers[question] { return answer }
    var random = SplitMix64(seed: draw)
    var builder = EntryBuilder(state: state)
    for _ in 0..<count {
      let isFirst = builder.nextIndex == 0
      let kind: EntryKind = isFirst ? .genesis : random.oneIn(12) ? .grant : .record
      let body = isFirst ? genesis : random.bytes(random.below(bodyBytes + 1))
      builder.append(kind: kind, time: draw >> 20, body: body)
    }
    let batch = builder.finish { secrets.log.sign($0) }
    let checkpoint = checkpoint(over: batch, after: state)
    let answer = try must("entries are accepted") {
      try state.accept(batch, under: checkpoint, consistency: [])
    }
    answers[question] = answer
    return answer
  }

  /// One entry that follows `state` and withdraws records of the log.
  func withdrawal(
    after state: LogState, of indices: [UInt64], draw: UInt64
  ) throws(Violation) -> VerifiedBatch {
    let question = Question(
      after: state.lastHeaderHash, root: state.tree.root(), size: state.size, count: 1,
      draw: draw, withdraws: indices)
    if let answer = answers[question] { return answer }
    let origin = identity.origin
    let body = try must("a withdrawal") {
      try Withdrawal(
        records: indices.map { Withdrawal.Record(origin: origin, index: $0) }
      ).encode()
    }
    var builder = EntryBuilder(state: state)
    builder.append(kind: .withdrawal, time: draw >> 20, body: body)
    let batch = builder.finish { secrets.log.sign($0) }
    let answer = try must("a withdrawal is accepted") { try state.accept(batch) }
    answers[question] = answer
    return answer
  }

  func checkpoint(size: UInt64, root: Digest) -> VerifiedCheckpoint {
    Checkpoint.make(identity: identity, size: size, root: root) { secrets.log.sign($0) }
  }

  /// The next case asks other things.
  func forget() { answers = [:] }

  private func checkpoint(over batch: EntryBatch, after state: LogState) -> VerifiedCheckpoint {
    var tree = state.tree
    for position in 0..<batch.count {
      tree.append(
        EntryHeader.leafHash(of: batch.leaves.span, at: position * EntryLayout.leafBytes))
    }
    return checkpoint(size: tree.size, root: tree.root())
  }
}
