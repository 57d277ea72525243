import Crypto
import Log
import Secrets

/// Rows that every contender is given to write: a 216-byte leaf and a body under a log's number and
/// an index.
struct Rows {
  let log: Int
  let first: UInt64
  let count: Int
  /// 216 bytes a row.
  let leaves: [UInt8]
  /// 512 bytes a row.
  let bodies: [UInt8]

  static let rowBytes = EntryLayout.leafBytes + SignedLog.bodyBytes
}

/// Signed entries of several logs, made once and cut into commits as they are needed.
struct StoreWorkload {
  private struct Source {
    let start: LogState
    let entries: EntryBatch
  }

  /// One durable commit: the same rows for the store, accepted beforehand, and for the others.
  struct Commit {
    let batches: [VerifiedBatch]
    let rows: [Rows]
  }

  let logs: [LogIdentity]
  let cards: [Card]
  /// Onto the empty logs.
  let geneses: [VerifiedBatch]
  private let secrets: [NodeSecrets]
  private let sources: [Source]

  /// About `entries` in all, the same number in each log.
  init(logs count: Int, entries: Int) throws {
    var random = SeededRandom(seed: 1)
    var cards: [Card] = []
    var geneses: [VerifiedBatch] = []
    var secrets: [NodeSecrets] = []
    var sources: [Source] = []
    for number in 0..<count {
      let own = NodeSecrets.generate()
      let (card, genesis) = try SignedLog.genesis(own, name: "bench-\(number)")
      let start = try LogState(empty: card.identity).accept(genesis)
      cards.append(card)
      geneses.append(start)
      secrets.append(own)
      sources.append(
        Source(
          start: start.after,
          entries: SignedLog.batch(
            entries / count, after: start.after, secrets: own, random: &random)))
    }
    self.cards = cards
    self.geneses = geneses
    self.secrets = secrets
    self.sources = sources
    logs = cards.map(\.identity)
  }

  /// Entries of each log after its genesis.
  var entriesOfLog: Int { sources[0].entries.count }

  /// Commits of `size` entries, at most `limit` of them: `size` logs one entry each in turns, or an
  /// equal number of entries of each log.
  func commits(of size: Int, atMost limit: Int) throws -> [Commit] {
    let touched = min(size, logs.count)
    let each = max(1, size / logs.count)
    let count = min(limit, entriesOfLog / each * logs.count / touched)
    // Cutting walks from the start: only what is needed.
    let needed = min(entriesOfLog, (count * touched + logs.count - 1) / logs.count * each)
    let entries = sources.map { $0.entries.slice(0..<needed) }
    var states = sources.map(\.start)
    var next = [Int](repeating: 0, count: logs.count)
    return try (0..<count).map { number in
      let chosen = (0..<touched).map { (number * touched + $0) % logs.count }
      var batches: [VerifiedBatch] = []
      for log in chosen {
        let batch = entries[log].slice(next[log]..<(next[log] + each))
        batches.append(try SignedLog.accept(batch, onto: states[log], secrets: secrets[log]))
        states[log] = batches[batches.count - 1].after
        next[log] += each
      }
      return Commit(
        batches: batches,
        rows: zip(chosen, batches).map { log, verified in
          let batch = verified.batch
          return Rows(
            log: log, first: batch.first, count: batch.count, leaves: batch.leaves,
            bodies: batch.bodies)
        })
    }
  }
}
