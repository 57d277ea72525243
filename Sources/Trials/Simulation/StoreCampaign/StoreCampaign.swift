public import Crypto
import Store

/// Crash points of the shipped store on a simulated disk, from one seed.
public struct StoreCampaign {
  /// With fewer points some kinds of fault do not occur, and none is asked for.
  public static let coveredFrom = 20_000

  static let salt = Bytes32([UInt8](repeating: 0x5a, count: 32))!

  /// Draws all cases.
  public let seed: UInt64
  /// How many are done at least: the last case is done to its end.
  public let points: Int
  /// Nothing but this point.
  public var only: Int?
  /// Planted, to show that the campaign would find it.
  public var bug: PlantedBug?
  /// Cases have numbers, and a campaign begins with this one: every eighth, from 3 on, lets each
  /// call of one life fail in turn; every eighth, from 5 on, begins without a store.
  public var firstCase = 0
  /// Takes each line of what happens.
  public var trace: ((String) -> Void)?
  /// Takes the number of points done, now and then.
  public var progress: ((Int) -> Void)?

  /// - Parameter points: at least so many are done.
  public init(seed: UInt64, points: Int) {
    self.seed = seed
    self.points = points
  }

  /// The result of a campaign.
  public struct Outcome: Sendable {
    /// The campaign's.
    public let seed: UInt64
    /// Crash points that were done.
    public let points: Int
    /// Stores with their lives, each from its own number.
    public let cases: Int
    /// Starts after a crash, which all had to end well.
    public let recoveries: Int
    /// Points at which everything was checked.
    public let wholeChecks: Int
    /// Over all cases.
    public let tally: Tally<StoreOccurrence>
    /// The digest covers all inputs, disk operations and outcomes.
    public let digest: Digest
    /// The first point at which something was wrong.
    public let failure: Failure?

    /// A point at which something was wrong.
    public struct Failure: Sendable {
      /// Its number: `only` repeats it.
      public let point: Int
      /// The violation, in one line.
      public let text: String
    }

    /// Occurrences that never came about and should have; none if too few points were asked for.
    public var missing: [String] {
      points < StoreCampaign.coveredFrom ? [] : tally.missing
    }

    /// Nothing failed, and all that must occur did.
    public var isGood: Bool { failure == nil && missing.isEmpty }
  }

  /// Ends with the first point that fails.
  public func run() -> Outcome {
    let chronicle = Chronicle()
    let points = StorePoints(seed: seed, only: only, chronicle: chronicle)
    let first = only.map { $0 / StorePoints.ofCase } ?? firstCase
    var number = first
    var failure: Outcome.Failure?
    do throws(Violation) {
      let starts = try StoreStarts(seed: seed)
      chronicle.trace = trace
      repeat {
        points.beginCase(number)
        chronicle.note(UInt64(number))
        try runCase(number, starts, points)
        starts.forget()
        number += 1
        progress?(points.done)
      } while points.done < self.points && only == nil
    } catch {
      failure = Outcome.Failure(point: points.current, text: error.description)
      number += 1
    }
    return Outcome(
      seed: seed, points: points.done, cases: number - first,
      recoveries: points.recoveries, wholeChecks: points.wholeChecks, tally: points.tally,
      digest: chronicle.digest, failure: failure)
  }

  private func runCase(
    _ number: Int, _ starts: StoreStarts, _ points: StorePoints
  ) throws(Violation) {
    var random = SplitMix64(seed: seed, part: UInt64(number) << 32)
    switch number % 8 {
    case 3: try sweep(starts, points, &random)
    case 5:
      let history = StoreHistory(
        points: points, seed: SplitMix64(seed: random.next()), start: starts.empty(&random),
        forks: .everywhere, bug: bug)
      try history.create()
      try live(history, &random)
    default:
      let history = StoreHistory(
        points: points, seed: SplitMix64(seed: random.next()), start: try starts.filled(&random),
        forks: .everywhere, bug: bug)
      try live(history, &random)
    }
  }

  private func live(_ history: StoreHistory, _ random: inout SplitMix64) throws(Violation) {
    for _ in 0..<(3 + random.below(3)) {
      var fault: PlannedFault?
      if random.oneIn(2) {
        fault = PlannedFault(
          at: 1 + random.below(80), FaultKind.allCases[random.below(FaultKind.allCases.count)])
      }
      try history.live(steps: 6 + random.below(20), fault: fault)
    }
  }

  /// Each call of one short life fails in turn, in each way.
  private func sweep(
    _ starts: StoreStarts, _ points: StorePoints, _ random: inout SplitMix64
  ) throws(Violation) {
    let start = try starts.filled(&random)
    let seed = random.next()
    let steps = 8 + random.below(10)
    var number = 1
    var isOver = false
    while !isOver {
      for kind in FaultKind.allCases {
        let history = StoreHistory(
          points: points, seed: SplitMix64(seed: seed), start: start, forks: .behindFaults,
          bug: bug)
        let fired = try history.live(steps: steps, fault: PlannedFault(at: number, kind))
        // A full disk fires while anything is left that takes space.
        if kind == .errorNothingDone { isOver = !fired }
      }
      number += 1
    }
  }
}
