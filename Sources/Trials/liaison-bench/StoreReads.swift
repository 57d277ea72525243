import Crypto
import Log
import Secrets

/// Rows read back from one log by all contenders, out of the page cache.
enum StoreReads {
  private static let rounds = 5
  private static let randomReads = 20_000

  static func run(_ files: StoreAppend) throws -> JSON {
    let rows = Int(files.rowsOfLog) - 1
    var random = SeededRandom(seed: 2)
    let places = (0..<randomReads).map { _ in 1 + random.u64() % UInt64(rows) }
    let contenders: [(String, any Contender, Bool)] = [
      ("store", files.store, false), ("sqlite", files.sqlite, false),
      ("sqliteCompared", files.sqlite, true), ("lmdb", files.lmdb, false),
      ("lmdbCompared", files.lmdb, true),
    ]
    var scans = contenders.map { _ in [Double]() }
    var reads = contenders.map { _ in [Double]() }
    for round in 0..<rounds {
      for (number, contender) in contenders.enumerated() {
        scans[number].append(try scan(contender.1, contender.2))
        let share = places[(randomReads * round / rounds)..<(randomReads * (round + 1) / rounds)]
        reads[number].append(try read(contender.1, share, contender.2))
      }
    }
    func report(_ rates: [[Double]]) -> JSON {
      .object(
        zip(contenders, rates).map { ($0.0 + "PerSecond", .figure($1.quantile(0.5))) })
    }
    return .object([("rows", .count(rows)), ("scan", report(scans)), ("random", report(reads))])
  }

  private static func scan(_ contender: any Contender, _ compares: Bool) throws -> Double {
    var count = 0
    var sum = 0
    let watch = Stopwatch()
    try contender.scan { leaf, body in
      count += 1
      sum &+= take(leaf, body, compares)
    }
    let seconds = watch.seconds
    Sink.swallow(sum)
    return Double(count) / seconds
  }

  private static func read(
    _ contender: any Contender, _ places: ArraySlice<UInt64>, _ compares: Bool
  ) throws -> Double {
    var sum = 0
    let watch = Stopwatch()
    for place in places {
      try contender.read(log: 0, index: place) { leaf, body in sum &+= take(leaf, body, compares) }
    }
    let seconds = watch.seconds
    Sink.swallow(sum)
    return Double(places.count) / seconds
  }

  /// The store's checks of everything that it reads: the body is what the leaf says, the leaf what
  /// the tree says.
  private static func take(_ leaf: Span<UInt8>, _ body: Span<UInt8>, _ compares: Bool) -> Int {
    guard compares else { return Int(leaf[0]) + Int(body[body.count - 1]) }
    let isRight = SHA256.hash(body) == Digest(leaf, at: EntryLayout.bodyHash)
    precondition(isRight, "a body is not what was written")
    return EntryHeader.leafHash(of: leaf) == .zero ? 1 : 0
  }
}
