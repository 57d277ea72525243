import Crypto
import Foundation
import Log
import Secrets

/// Entries of a log whose bodies are random bytes, as sealed bodies look to everybody but their
/// readers.
enum SignedLog {
  static let bodyBytes = 512

  /// Continues `state` by `count` record entries, signed on all processors.
  static func batch(
    _ count: Int, after state: LogState, secrets: NodeSecrets, random: inout SeededRandom
  ) -> EntryBatch {
    var builder = EntryBuilder(state: state)
    let time = UInt64(Date().timeIntervalSince1970 * 1_000)
    for _ in 0..<count {
      let tag = random.bytes(EntryLayout.audienceTagBytes)
      builder.append(
        kind: .record, time: time, audienceTag: AudienceTag(tag.span, at: 0),
        body: random.bytes(bodyBytes))
    }
    return builder.finish(signatures: sign(builder, with: secrets))
  }

  private static func sign(_ builder: EntryBuilder, with secrets: NodeSecrets) -> [Signature] {
    let slices = ProcessInfo.processInfo.activeProcessorCount
    let stride = (builder.count + slices - 1) / slices
    let results = Results(slices)
    DispatchQueue.concurrentPerform(iterations: slices) { slice in
      let start = min(slice * stride, builder.count)
      let end = min(start + stride, builder.count)
      results.set(
        slice,
        (start..<end).map { builder.withHeader(at: $0) { secrets.log.sign($0) } })
    }
    return results.all()
  }

  /// Accepts entries of one's own in bulk, under a checkpoint made at their end.
  static func accept(
    _ batch: EntryBatch, onto state: LogState, secrets: NodeSecrets
  ) throws -> VerifiedBatch {
    try state.accept(
      batch, under: checkpoint(at: batch, onto: state, secrets: secrets), consistency: [])
  }

  static func checkpoint(
    at batch: EntryBatch, onto state: LogState, secrets: NodeSecrets
  ) -> VerifiedCheckpoint {
    var tree = state.tree
    for position in 0..<batch.count {
      tree.append(
        EntryHeader.leafHash(of: batch.leaves.span, at: position * EntryLayout.leafBytes))
    }
    return Checkpoint.make(identity: state.identity, size: tree.size, root: tree.root()) {
      secrets.log.sign($0)
    }
  }

  /// A fresh log with only its genesis entry, for measurements without a data folder.
  static func genesis(
    _ secrets: NodeSecrets, name: String = "bench"
  ) throws -> (card: Card, batch: EntryBatch) {
    let card = try Card.make(
      serial: 1, origin: Origin("\(name)/1"), log: secrets.log.publicKey,
      cosigning: secrets.cosigning.publicKey, sealing: secrets.sealing.publicKey,
      transport: secrets.transport.publicKey, opening: OpeningKeyHash(.zero), address: nil
    ) { secrets.log.sign($0) }
    var builder = EntryBuilder(state: LogState(empty: card.identity))
    let genesis = try Genesis(first: card)
    builder.append(kind: .genesis, time: 1, body: genesis.encode())
    return (card, builder.finish { secrets.log.sign($0) })
  }
}

/// Signatures from several threads.
private final class Results: @unchecked Sendable {
  // Sendable: every access holds the lock.
  private let lock = NSLock()
  private var slices: [[Signature]]

  init(_ count: Int) { slices = Array(repeating: [], count: count) }

  func set(_ slice: Int, _ signatures: [Signature]) {
    lock.withLock { slices[slice] = signatures }
  }

  func all() -> [Signature] { lock.withLock { slices.flatMap { $0 } } }
}
