public import Crypto
import Log
import Store

/// Seeded restores of nodes from older copies, with the shipped replication core and the shipped store.
public struct RestoreCampaign {
  /// With fewer runs some cases do not occur, and none is asked for.
  public static let coveredFrom = 2_000

  public let seed: UInt64
  public let runs: Int
  /// Nothing but this run.
  public var only: Int?
  /// Takes each line of what happens.
  public var trace: ((String) -> Void)?
  /// Takes the number of runs done, now and then.
  public var progress: ((Int) -> Void)?

  public init(seed: UInt64, runs: Int) {
    self.seed = seed
    self.runs = runs
  }

  /// What a campaign found.
  public struct Outcome: Sendable {
    public let seed: UInt64
    public let runs: Int
    public let tally: Tally<RestoreOccurrence>
    public let digest: Digest
    public let failure: Failure?

    public struct Failure: Sendable {
      public let run: Int
      public let text: String
    }

    public var missing: [String] {
      runs < RestoreCampaign.coveredFrom ? [] : tally.missing
    }

    public var isGood: Bool { failure == nil && missing.isEmpty }
  }

  public func run() -> Outcome {
    let chronicle = Chronicle()
    chronicle.trace = trace
    var tally = Tally<RestoreOccurrence>()
    var failure: Outcome.Failure?
    var number = only ?? 0
    let end = only.map { $0 + 1 } ?? runs
    do throws(Violation) {
      let starts = try RestoreStart.all(seed: seed)
      while number < end {
        var random = SplitMix64(seed: seed, part: UInt64(number))
        let start = starts[random.below(starts.count)]
        let run = try RestoreRun(start, random: random, chronicle: chronicle)
        try run.run()
        tally.add(run.tally)
        run.note(in: chronicle)
        run.world.end()
        number += 1
        if number % 50 == 0 { progress?(number) }
      }
    } catch {
      failure = Outcome.Failure(run: number, text: error.description)
    }
    return Outcome(
      seed: seed, runs: only == nil ? number : 1, tally: tally, digest: chronicle.digest,
      failure: failure)
  }
}

extension RestoreRun {
  /// The outcome, for the digest.
  func note(in chronicle: Chronicle) {
    chronicle.note(world.now, UInt64(proofs.count))
    for site in world.sites {
      for log in site.process?.store.logs ?? [] {
        chronicle.note(log.origin.text)
        let head = site.process?.store.durableHead(log.id) ?? .empty
        chronicle.note(head.size)
        chronicle.note(head.leafHash.array)
      }
    }
  }
}

extension Tally {
  mutating func add(_ other: Tally) {
    for kind in Kind.allCases { add(kind, other[kind]) }
  }
}

/// Nodes that know each other, each with its first entry at all of them.
struct RestoreStart {
  static let names = ["be", "de", "fr", "nl", "uk"]

  let limits: StoreLimits
  let nodes: [(keys: NodeKeys, folder: Folder, token: RollbackToken)]

  /// Of three, four and five nodes; the fewer, the more often.
  static func all(seed: UInt64) throws(Violation) -> [RestoreStart] {
    var limits = StoreLimits()
    limits.journalBytes = 48 << 10
    limits.unappliedBytes = 6 << 10
    limits.segmentBytes = 8 << 10
    var keys: [NodeKeys] = []
    for (number, name) in names.enumerated() {
      keys.append(try NodeKeys(name, seed: seed &+ UInt64(number) &* 0x1_0001))
    }
    var starts: [RestoreStart] = []
    for count in 3...names.count {
      let start = try make(Array(keys.prefix(count)), limits)
      starts += repeatElement(start, count: names.count + 1 - count)
    }
    return starts
  }

  private static func make(
    _ keys: [NodeKeys], _ limits: StoreLimits
  ) throws(Violation) -> RestoreStart {
    var batches: [VerifiedBatch] = []
    var cards: [Card] = []
    for node in keys {
      batches.append(try node.genesis(1, follows: nil))
      cards.append(try node.card(1))
    }
    let disk = SimulatedDisk()
    try must("a store to begin with") { () throws in
      try Store.create(on: disk, salt: StoreCampaign.salt, limits: limits)
      let store = try Store.open(on: disk, limits: limits)
      for batch in batches {
        try store.addLog(batch.after.identity)
        try store.append(batch)
      }
      try store.flush()
    }
    var nodes: [(keys: NodeKeys, folder: Folder, token: RollbackToken)] = []
    for (number, node) in keys.enumerated() {
      let head = batches[number].after.head
      nodes.append(
        (
          node,
          Folder(
            image: disk.image, epoch: 1, cards: cards.filter { $0.name != node.name }, closed: nil),
          RollbackToken(
            origin: batches[number].after.identity.origin, size: head.size,
            leafHash: head.leafHash)
        ))
    }
    return RestoreStart(limits: limits, nodes: nodes)
  }
}
