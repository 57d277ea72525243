import Crypto

/// Crash points of the shipped store on a simulated disk, from one seed.
public struct StoreCampaign: Campaign {
  public static let coveredFrom = 20_000
  public static let bugs = StoreBug.allCases.map(\.rawValue)

  static let salt = Bytes32([UInt8](repeating: 0x5a, count: 32))!

  public let seed: UInt64
  /// Points. The last case is done to its end.
  public var pieces: Pieces
  public var bug: StoreBug?
  /// Cases have numbers, and a campaign begins with this one: every eighth, from 3 on, lets each
  /// call of one life fail in turn; every eighth, from 5 on, begins without a store.
  public var firstCase = 0

  public init(seed: UInt64, _ pieces: Pieces) {
    self.seed = seed
    self.pieces = pieces
  }

  public func begin(_ chronicle: Chronicle) throws(Violation) -> any CampaignStage<StoreTotals> {
    try StoreStage(self, chronicle)
  }

  public func planting(_ bug: String?) -> StoreCampaign {
    var copy = self
    copy.bug = bug.flatMap(StoreBug.init)
    return copy
  }
}

/// The totals of all points.
public struct StoreTotals: CampaignTotals {
  public let cases: Int
  public let recoveries: Int
  /// Points at which everything was checked.
  public let wholeChecks: Int
  public let tally: Tally<StoreOccurrence>

  public init() { self.init(cases: 0) }

  init(
    cases: Int, recoveries: Int = 0, wholeChecks: Int = 0, tally: Tally<StoreOccurrence> = Tally()
  ) {
    self.cases = cases
    self.recoveries = recoveries
    self.wholeChecks = wholeChecks
    self.tally = tally
  }

  public var occurred: [(name: String, count: Int)] { tally.occurred }

  public var figures: [Figure] {
    [
      Figure("cases", cases), Figure("recoveries", recoveries),
      Figure("whole-checks", wholeChecks),
    ]
  }
}
