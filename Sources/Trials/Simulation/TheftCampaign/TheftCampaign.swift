/// Seeded thefts of a running key.
public struct TheftCampaign: Campaign {
  public static let coveredFrom = 50

  public let seed: UInt64
  public var pieces: Pieces

  public init(seed: UInt64, _ pieces: Pieces) {
    self.seed = seed
    self.pieces = pieces
  }

  public func begin(
    _ chronicle: Chronicle
  ) throws(Violation) -> any CampaignStage<Tally<TheftOccurrence>> {
    let starts = try RunStart.all(seed: seed).filter { $0.nodes.count > 3 }
    return WorldStage(pieces, seed: seed, from: starts, chronicle) {
      (start, random) throws(Violation) in
      try TheftRun(start, random: random, chronicle: chronicle)
    }
  }
}

extension TheftRun: WorldRun {
  func note(in chronicle: Chronicle) {
    chronicle.note(world.now)
    noteHeads(in: chronicle)
  }

  func add(to totals: inout Tally<TheftOccurrence>) { totals.add(tally) }
}
