/// Seeded thefts of a running key.
public typealias TheftCampaign = RunCampaign<TheftOccurrence>

extension RunCampaign<TheftOccurrence> {
  /// With fewer runs some things do not occur, and none is asked for.
  public static var coveredFrom: Int { 50 }

  /// - Parameter runs: drawn from one seed, each by its number.
  public init(seed: UInt64, runs: Int) {
    self.init(
      seed: seed, runs: runs, coveredFrom: Self.coveredFrom, runsOfProgress: 10,
      starts: { (seed) throws(Violation) in
        try RunStart.all(seed: seed).filter { $0.nodes.count > 3 }
      },
      draw: { (start, random, chronicle) throws(Violation) in
        try TheftRun(start, random: random, chronicle: chronicle)
      })
  }
}

extension TheftRun: CampaignRun {
  func note(in chronicle: Chronicle) {
    chronicle.note(world.now)
    noteHeads(in: chronicle)
  }
}
