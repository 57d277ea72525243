public import Crypto
import Log
import Store

/// Seeded thefts of a running key, with the shipped replication core and the shipped store.
public struct TheftCampaign {
  /// With fewer runs some cases do not occur, and none is asked for.
  public static let coveredFrom = 50

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
    public let tally: Tally<TheftOccurrence>
    public let digest: Digest
    /// Of the run that failed.
    public let failure: (run: Int, text: String)?

    public var missing: [String] { runs < TheftCampaign.coveredFrom ? [] : tally.missing }
  }

  public func run() -> Outcome {
    let chronicle = Chronicle()
    chronicle.trace = trace
    var tally = Tally<TheftOccurrence>()
    var failure: (run: Int, text: String)?
    var number = only ?? 0
    let end = only.map { $0 + 1 } ?? runs
    do throws(Violation) {
      let starts = try RestoreStart.all(seed: seed).filter { $0.nodes.count > 3 }
      while number < end {
        var random = SplitMix64(seed: seed, part: UInt64(number))
        let start = starts[random.below(starts.count)]
        let run = try TheftRun(start, random: random, chronicle: chronicle)
        try run.run()
        tally.add(run.tally)
        run.note(in: chronicle)
        run.world.end()
        number += 1
        if number % 10 == 0 { progress?(number) }
      }
    } catch {
      failure = (number, error.description)
    }
    return Outcome(
      seed: seed, runs: only == nil ? number : 1, tally: tally, digest: chronicle.digest,
      failure: failure)
  }
}

extension TheftRun {
  /// The outcome, for the digest.
  func note(in chronicle: Chronicle) {
    chronicle.note(world.now)
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
