/// Seeded restores of nodes from older copies.
public typealias RestoreCampaign = RunCampaign<RestoreOccurrence>

extension RunCampaign<RestoreOccurrence> {
  /// With fewer runs some things do not occur, and none is asked for.
  public static var coveredFrom: Int { 2_000 }

  /// - Parameter runs: drawn from one seed, each by its number.
  public init(seed: UInt64, runs: Int) {
    self.init(
      seed: seed, runs: runs, coveredFrom: Self.coveredFrom, runsOfProgress: 50,
      starts: { (seed) throws(Violation) in try RunStart.all(seed: seed) },
      draw: { (start, random, chronicle) throws(Violation) in
        try RestoreRun(start, random: random, chronicle: chronicle)
      })
  }
}

extension RestoreRun: CampaignRun {
  func note(in chronicle: Chronicle) {
    chronicle.note(world.now, UInt64(truth.evidence.proofs.count))
    noteHeads(in: chronicle)
  }
}
