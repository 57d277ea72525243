import Log

/// Seeded runs of whole nodes on a network that fails, with the shipped replication core, store and
/// transport.
public struct NetworkCampaign: Campaign {
  public static let coveredFrom = 150
  public static let bugs = NetworkBug.allCases.map(\.rawValue)

  /// The first run's; each run has the next.
  public private(set) var seed: UInt64
  public var pieces: Pieces
  /// So many nodes in each run, whatever the seed says.
  public var nodes: Int?
  public var bug: NetworkBug?
  /// One foe of this kind in each run.
  public var foe: FoeKind?

  public init(seed: UInt64, _ pieces: Pieces) {
    self.seed = seed
    self.pieces = pieces
  }

  public func begin(_ chronicle: Chronicle) throws(Violation) -> any CampaignStage<NetworkTotals> {
    let starts = NetworkStarts()
    return WorldStage(pieces, chronicle) { (number) throws(Violation) in
      try NetworkRun(
        seed: seed &+ UInt64(number), nodes: nodes, foe: foe, starts: starts,
        chronicle: chronicle, bug: bug)
    }
  }

  /// A run is found again by its own seed.
  public func alone(_ number: Int) -> NetworkCampaign {
    var copy = self
    copy.seed = seed &+ UInt64(number)
    copy.pieces = .first(1)
    return copy
  }

  public func planting(_ bug: String?) -> NetworkCampaign {
    var copy = self
    copy.bug = bug.flatMap(NetworkBug.init)
    copy.foe = foe ?? copy.bug?.foe
    return copy
  }
}

/// The totals of all runs.
public struct NetworkTotals: CampaignTotals {
  public var nodes = 0
  public var entries = 0
  public var messages = 0
  public var bytes = 0
  /// On the clock of the worlds.
  public var milliseconds: UInt64 = 0
  public var tally = Tally<NetworkOccurrence>()
  /// How often foes did what they are there for.
  public var misdeeds = Tally<FoeKind>()

  public init() {}

  public var occurred: [(name: String, count: Int)] { tally.occurred + misdeeds.occurred }

  public var figures: [Figure] {
    [
      Figure("nodes", nodes), Figure("entries", entries), Figure("messages", messages),
      Figure("bytes", bytes), Figure("virtual-seconds", Int(milliseconds / 1_000)),
    ]
  }
}

extension NetworkRun: WorldRun {
  func note(in chronicle: Chronicle) {
    chronicle.note(world.now, UInt64(messages), UInt64(wires?.bytesSent ?? 0))
    noteHeads(in: chronicle)
  }

  func add(to totals: inout NetworkTotals) {
    totals.nodes += plan.nodes
    totals.entries += truth.order.reduce(0) { $0 + (truth.logs[$1]?.leaves.count ?? 0) }
    totals.messages += messages
    totals.bytes += wires?.bytesSent ?? 0
    totals.milliseconds += world.now
    totals.tally.add(tally)
    totals.misdeeds.add(misdeeds)
  }
}
