/// Seeded thefts of a running key.
public typealias TheftCampaign = RunCampaign<TheftOccurrence>

extension RunCampaign<TheftOccurrence> {
  public static var coveredFrom: Int { 50 }

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
