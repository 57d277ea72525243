/// Publishes in a random graph of nodes that run the shipped core and store: how far the bodies
/// travel, how fast they are everywhere, and what else is said about them.
public struct SpreadCampaign: Campaign {
  public static let coveredFrom = 1

  public let seed: UInt64
  /// It is one run.
  public var pieces = Pieces.first(1)
  public let nodes: Int
  public let degree: Int
  /// Publishes of a phase, and the milliseconds over which they are spread.
  public var publishes: Int
  public var span: UInt64 = 10_000
  /// True when each link has a delay of its own.
  public var hasDrawnDelays = false
  /// True when links and nodes go down between two measured phases.
  public var hasTrouble = false

  /// The delay of all links, in milliseconds; the mean of those that are drawn.
  public static let linkMilliseconds: UInt64 = 50
  static let drawnMilliseconds: ClosedRange<UInt64> = 10...90
  /// Nodes that publish: with more logs than these a node of a large graph takes too long.
  static let authors = 50
  static let authorsOfLarge = 8
  public static let largeNodes = 100
  /// Bytes of a sealed body of a record of 512 bytes; a node stores it with its leaf for each
  /// entry.
  static let bodyBytes = 600
  static let leafBytes = 216

  public init(seed: UInt64, nodes: Int, degree: Int) {
    self.seed = seed
    self.nodes = nodes
    self.degree = degree
    publishes = nodes >= SpreadCampaign.largeNodes ? 80 : 1_000
  }

  var authorCount: Int {
    nodes >= SpreadCampaign.largeNodes
      ? SpreadCampaign.authorsOfLarge : min(nodes, SpreadCampaign.authors)
  }

  /// Copies of each body that a node may receive, and link delays that p99 of the deliveries may
  /// take.
  public static let goalCopies = 1.1
  public static let goalTotalCopies = 1.3
  public var goalDelays: Double { nodes >= SpreadCampaign.largeNodes ? 6 : 4 }

  public func begin(_ chronicle: Chronicle) throws(Violation) -> any CampaignStage<SpreadTotals> {
    WorldStage(pieces, chronicle) { (_) throws(Violation) in try SpreadRun(self, chronicle) }
  }

  public func alone(_ number: Int) -> SpreadCampaign { self }
}

/// The figures of all phases, and what they are to keep to.
public struct SpreadTotals: CampaignTotals {
  public var nodes = 0
  public var phases: [SpreadPhase] = []
  public var goalDelays = 0.0

  public init() {}

  public var occurred: [(name: String, count: Int)] { [] }

  public var figures: [Figure] {
    [Figure("nodes", nodes)] + phases.flatMap(\.figures)
      + [Figure("goal-delays-p99", goalDelays, places: 1)]
  }
}

extension SpreadRun: WorldRun {
  /// Each arrival was noted as it came.
  func note(in chronicle: Chronicle) {}

  func add(to totals: inout SpreadTotals) {
    totals.nodes = campaign.nodes
    totals.phases = phases
    totals.goalDelays = campaign.goalDelays
  }
}
