/// Seeded restores of nodes from older copies.
public struct RestoreCampaign: Campaign {
  public static let coveredFrom = 2_000

  public let seed: UInt64
  public var pieces: Pieces

  public init(seed: UInt64, _ pieces: Pieces) {
    self.seed = seed
    self.pieces = pieces
  }

  public func begin(
    _ chronicle: Chronicle
  ) throws(Violation) -> any CampaignStage<Tally<RestoreOccurrence>> {
    let starts = try RunStart.all(seed: seed)
    return WorldStage(pieces, seed: seed, from: starts, chronicle) {
      (start, random) throws(Violation) in
      try RestoreRun(start, random: random, chronicle: chronicle)
    }
  }
}

extension RestoreRun: WorldRun {
  func note(in chronicle: Chronicle) {
    chronicle.note(world.now, UInt64(truth.evidence.proofs.count))
    noteHeads(in: chronicle)
  }

  func add(to totals: inout Tally<RestoreOccurrence>) { totals.add(tally) }
}
