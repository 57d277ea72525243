/// A campaign of crash points under way, a case at a time.
final class StoreStage: CampaignStage {
  private let campaign: StoreCampaign
  private let chronicle: Chronicle
  private let starts: StoreStarts
  private let points: StorePoints
  /// The number of the next case.
  private var next: Int
  private var cases = 0

  init(_ campaign: StoreCampaign, _ chronicle: Chronicle) throws(Violation) {
    self.campaign = campaign
    self.chronicle = chronicle
    starts = try StoreStarts(seed: campaign.seed)
    var only: Int?
    if case .only(let point) = campaign.pieces { only = point }
    points = StorePoints(seed: campaign.seed, only: only, chronicle: chronicle)
    next = only.map { $0 / StorePoints.ofCase } ?? campaign.firstCase
  }

  var totals: StoreTotals {
    StoreTotals(
      cases: cases, recoveries: points.recoveries, wholeChecks: points.wholeChecks,
      tally: points.tally)
  }
  var done: Int { points.done }
  var current: Int { points.current }

  func advance() throws(Violation) {
    let number = next
    next += 1
    cases += 1
    points.beginCase(number)
    chronicle.note(UInt64(number))
    try runCase(number)
    starts.forget()
  }

  private func runCase(_ number: Int) throws(Violation) {
    var random = SplitMix64(seed: campaign.seed, part: UInt64(number) << 32)
    switch number % 8 {
    case 3: try sweep(&random)
    case 5:
      let history = StoreHistory(
        points: points, seed: SplitMix64(seed: random.next()), start: starts.empty(&random),
        forks: .everywhere, bug: campaign.bug)
      try history.create()
      try live(history, &random)
    default:
      let history = StoreHistory(
        points: points, seed: SplitMix64(seed: random.next()), start: try starts.filled(&random),
        forks: .everywhere, bug: campaign.bug)
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
  private func sweep(_ random: inout SplitMix64) throws(Violation) {
    let start = try starts.filled(&random)
    let seed = random.next()
    let steps = 8 + random.below(10)
    var number = 1
    var isOver = false
    while !isOver {
      for kind in FaultKind.allCases {
        let history = StoreHistory(
          points: points, seed: SplitMix64(seed: seed), start: start, forks: .behindFaults,
          bug: campaign.bug)
        let fired = try history.live(steps: steps, fault: PlannedFault(at: number, kind))
        // A full disk fires while anything is left that takes space.
        if kind == .errorNothingDone { isOver = !fired }
      }
      number += 1
    }
  }
}
