public import Crypto
import Log
import Store

/// Runs drawn from a seed, one after the other, with the shipped replication core and the shipped
/// store.
public struct RunCampaign<Occurrence: CaseIterable & Hashable & RawRepresentable & Sendable>
where Occurrence.RawValue == String {
  /// Draws all runs, and the nodes that they begin with.
  public let seed: UInt64
  /// So many are done, unless one fails.
  public let runs: Int
  /// Nothing but this run.
  public var only: Int?
  /// Takes each line of what happens.
  public var trace: ((String) -> Void)?
  /// Takes the number of runs done, now and then.
  public var progress: ((Int) -> Void)?

  /// With fewer runs some cases do not occur, and none is asked for.
  let coveredFrom: Int
  let runsOfProgress: Int
  /// The nodes that a run begins with, drawn from these.
  let starts: (_ seed: UInt64) throws(Violation) -> [RunStart]
  let draw: (RunStart, SplitMix64, Chronicle) throws(Violation) -> any CampaignRun<Occurrence>

  init(
    seed: UInt64, runs: Int, coveredFrom: Int, runsOfProgress: Int,
    starts: @escaping (_ seed: UInt64) throws(Violation) -> [RunStart],
    draw:
      @escaping (RunStart, SplitMix64, Chronicle) throws(Violation) -> any CampaignRun<Occurrence>
  ) {
    self.seed = seed
    self.runs = runs
    self.coveredFrom = coveredFrom
    self.runsOfProgress = runsOfProgress
    self.starts = starts
    self.draw = draw
  }

  /// The findings of a campaign.
  public struct Outcome: Sendable {
    /// The campaign's.
    public let seed: UInt64
    /// Runs that were done whole.
    public let runs: Int
    /// Over all runs.
    public let tally: Tally<Occurrence>
    /// Covers all messages, effects on disks and final states.
    public let digest: Digest
    /// The first run that failed; nil: none did.
    public let failure: Failure?
    /// Cases that never occurred, where the runs were enough for all.
    public let missing: [String]

    /// A run that broke what must hold.
    public struct Failure: Sendable {
      /// Its number: `only` repeats it.
      public let run: Int
      /// The violation, in one line.
      public let text: String
    }
  }

  /// Ends with the first run that fails.
  public func run() -> Outcome {
    let chronicle = Chronicle()
    chronicle.trace = trace
    var tally = Tally<Occurrence>()
    var failure: Outcome.Failure?
    var number = only ?? 0
    let end = only.map { $0 + 1 } ?? runs
    do throws(Violation) {
      let starts = try starts(seed)
      while number < end {
        var random = SplitMix64(seed: seed, part: UInt64(number))
        let start = starts[random.below(starts.count)]
        let run = try draw(start, random, chronicle)
        try run.run()
        tally.add(run.tally)
        run.note(in: chronicle)
        run.world.end()
        number += 1
        if number % runsOfProgress == 0 { progress?(number) }
      }
    } catch {
      failure = Outcome.Failure(run: number, text: error.description)
    }
    let done = only == nil ? number : 1
    return Outcome(
      seed: seed, runs: done, tally: tally, digest: chronicle.digest, failure: failure,
      missing: done < coveredFrom ? [] : tally.missing)
  }
}

/// One run of a campaign.
protocol CampaignRun<Occurrence>: AnyObject {
  associatedtype Occurrence: CaseIterable & Hashable & RawRepresentable & Sendable
  where Occurrence.RawValue == String

  var world: World { get }
  var tally: Tally<Occurrence> { get }
  func run() throws(Violation)
  /// The outcome, for the digest.
  func note(in chronicle: Chronicle)
}

extension CampaignRun {
  func noteHeads(in chronicle: Chronicle) {
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
