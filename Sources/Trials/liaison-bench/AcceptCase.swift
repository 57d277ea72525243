import Crypto
import Log
import Secrets

/// Acceptance of a range under a checkpoint, in pieces as they travel, beside the bare verification
/// of as many signatures in the same run.
enum AcceptCase {
  /// Entries with 512-byte bodies that one chunk on the wire holds.
  static let entriesOfChunk = 360

  static func run(entries: Int) throws -> JSON {
    var random = SeededRandom(seed: 1)
    let secrets = NodeSecrets.generate()
    let genesis = try SignedLog.genesis(secrets)
    let identity = genesis.card.identity
    let start = try LogState(empty: identity).accept(genesis.batch).after
    let whole = SignedLog.batch(entries, after: start, secrets: secrets, random: &random)
    let tree = MemoryTree(start: genesis.batch, whole)
    let size = UInt64(entries) + 1
    let checkpoint = Checkpoint.make(
      identity: identity, size: size, root: Tree.root(size: size, reader: tree)
    ) { secrets.log.sign($0) }
    var pieces: [(batch: EntryBatch, proof: [Digest])] = []
    for first in stride(from: 0, to: entries, by: entriesOfChunk) {
      let batch = whole.slice(first..<min(entries, first + entriesOfChunk))
      pieces.append(
        (batch, Tree.consistencyProof(from: batch.end, to: size, reader: tree)))
    }

    var best = Double.infinity
    for _ in 0..<3 {
      var state = start
      let watch = Stopwatch()
      for piece in pieces {
        state =
          try state.accept(piece.batch, under: checkpoint, consistency: piece.proof).after
      }
      best = min(best, watch.seconds)
      guard state.size == size else { throw BenchError("not everything was accepted") }
    }
    let sample = min(entries, 4_000)
    let batch = whole.slice(0..<sample)
    var bestSingle = Double.infinity
    var bestRaw = Double.infinity
    for _ in 0..<3 {
      let single = Stopwatch()
      _ = try start.accept(batch)
      bestSingle = min(bestSingle, single.seconds)
      let raw = Stopwatch()
      let bad = identity.verifySignatures(batch)
      bestRaw = min(bestRaw, raw.seconds)
      guard bad.isEmpty else { throw BenchError("a signature does not verify") }
    }
    let underCheckpoint = Double(entries) / best
    let raw = Double(sample) / bestRaw
    return .object([
      ("entries", .count(entries)), ("bodyBytes", .count(SignedLog.bodyBytes)),
      ("entriesPerChunk", .count(entriesOfChunk)),
      ("underCheckpointPerSecond", .figure(underCheckpoint)),
      ("oneByOnePerSecond", .figure(Double(sample) / bestSingle)),
      ("rawVerificationsPerSecond", .figure(raw)),
      ("ratioToRawVerification", .figure(underCheckpoint / raw)),
      ("goalRatio", .figure(10)),
    ])
  }
}

/// All levels of a tree, in memory.
struct MemoryTree: HashReader {
  private var levels: [[Digest]]

  init(start: EntryBatch, _ batch: EntryBatch) {
    var leaves: [Digest] = []
    for part in [start, batch] {
      for position in 0..<part.count {
        leaves.append(
          EntryHeader.leafHash(of: part.leaves.span, at: position * EntryLayout.leafBytes))
      }
    }
    levels = [leaves]
    while let below = levels.last, below.count > 1 {
      levels.append(
        stride(from: 0, to: below.count - 1, by: 2).map { SHA256.node(below[$0], below[$0 + 1]) })
    }
  }

  func hash(level: Int, index: UInt64) -> Digest { levels[level][Int(index)] }
}
