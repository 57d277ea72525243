import Crypto
import Log
import Runtime
import Secrets
import Store

/// Group commit through the store on a real folder, beside a bare `pwrite` and `fdatasync` of the same bytes on a
/// file whose blocks are there.
enum AppendCase {
  static func run(scratch: Scratch) throws -> JSON {
    var results: [(String, JSON)] = []
    for (size, commits) in [(1, 400), (10, 300), (100, 100), (1_000, 30)] {
      results.append(("batch\(size)", try run(size, commits, scratch)))
    }
    return .object(results)
  }

  private static func run(_ size: Int, _ commits: Int, _ scratch: Scratch) throws -> JSON {
    var random = SeededRandom(seed: 1)
    let secrets = NodeSecrets.generate()
    let genesis = try SignedLog.genesis(secrets)
    let folder = try scratch.folder("append-\(size)")
    let disk = try FileDisk(folder: folder)
    guard let salt = Bytes32(random.bytes(32)) else { throw BenchError("32 bytes") }
    try Store.create(on: disk, salt: salt)
    let store = try Store.open(on: disk)
    let empty = LogState(empty: genesis.identity)
    try store.addLog(genesis.identity)
    try store.append(try empty.accept(genesis.batch))
    try store.flush()

    var batches: [VerifiedBatch] = []
    guard var state = store.state(genesis.identity.id) else { throw BenchError("no log") }
    let all = SignedLog.batch(size * commits, after: state, secrets: secrets, random: &random)
    for commit in 0..<commits {
      let batch = all.slice((commit * size)..<((commit + 1) * size))
      batches.append(try state.accept(batch))
      state = batches[commit].after
    }
    let bytes = all.leaves.count + all.bodies.count
    let file = try BareFile(scratch.file("bare-\(size)"), preallocatedBytes: bytes)
    let piece = random.bytes(bytes / commits)

    // In turns, so that whatever else the machine does meets both.
    var latencies: [Double] = []
    var bare: [Double] = []
    for (commit, batch) in batches.enumerated() {
      var watch = Stopwatch()
      try store.append(batch)
      try work(store, disk) { $0 >= batch.after.size }
      latencies.append(watch.seconds * 1e3)
      watch = Stopwatch()
      try file.write(piece, at: commit * piece.count)
      try file.sync()
      bare.append(watch.seconds * 1e3)
    }
    // What lies in the journal goes to the log's files: part of the price.
    let rest = Stopwatch()
    while let batch = store.takeBatch() {
      if let error = execute(batch, disk) { throw BenchError("disk: \(error)") }
      _ = store.completed(token: batch.token, error: nil)
    }
    let seconds = latencies.reduce(0, +) / 1e3 + rest.seconds
    let bareSeconds = bare.reduce(0, +) / 1e3
    let entries = Double(size * commits)
    return .object([
      ("commits", .count(commits)), ("entriesPerSecond", .figure(entries / seconds)),
      ("commitP50Milliseconds", .figure(latencies.quantile(0.5))),
      ("commitP99Milliseconds", .figure(latencies.quantile(0.99))),
      ("bareEntriesPerSecond", .figure(entries / bareSeconds)),
      ("bareP50Milliseconds", .figure(bare.quantile(0.5))),
      ("ratioToBare", .figure(bareSeconds / seconds)),
    ])
  }

  /// Executes what the store hands out, as the loop does, until the head is durable.
  private static func work(
    _ store: Store, _ disk: FileDisk, until isReached: (UInt64) -> Bool
  ) throws {
    while let batch = store.takeBatch() {
      let error = execute(batch, disk)
      if let error { throw BenchError("disk: \(error)") }
      let durable = store.completed(token: batch.token, error: nil)
      if durable.contains(where: { isReached($0.head.size) }) { return }
    }
    throw BenchError("the store has nothing to do and the entries are not durable")
  }

  private static func execute(_ batch: DiskBatch, _ disk: FileDisk) -> DiskError? {
    do throws(DiskError) {
      for operation in batch.operations { try disk.execute(operation) }
      return nil
    } catch { return error }
  }
}
