import Simulation
import Testing

/// Whole nodes on a network that fails (docs/simulator.md).
struct NetworkCampaignTests {
  private func campaign(seed: UInt64, runs: Int) -> NetworkCampaign {
    var campaign = NetworkCampaign(seed: seed, .first(runs))
    campaign.nodes = 4
    return campaign
  }

  @Test func honestNodesConverge() {
    let outcome = campaign(seed: 1, runs: 3).run()
    #expect(outcome.finding == nil)
    #expect(outcome.totals.tally[.converged] == 3 && outcome.totals.entries > 20)
  }

  /// Members open what is sealed to their group, and others what history gives them alone.
  @Test func groupsOpenForTheirMembers() {
    let outcome = campaign(seed: 6, runs: 1).run()
    #expect(outcome.finding == nil)
    for occurrence in [NetworkOccurrence.convened, .sealedToGroup, .groupOpened, .groupClosed] {
      #expect(outcome.totals.tally[occurrence] > 0, "\(occurrence.rawValue)")
    }
  }

  /// Watching changes nothing, and another seed gives something else.
  @Test func oneSeedGivesOneDigest() {
    let traced = campaign(seed: 5, runs: 1)
    let digest = traced.run().digest
    var lines = 0
    #expect(traced.run(trace: { _ in lines += 1 }).digest == digest)
    #expect(lines > 20)
    #expect(campaign(seed: 6, runs: 1).run().digest != digest)
  }

  /// Bugs that show in the first run; Tests/system/check-simulation.sh plants all of them, over
  /// some hundred seeds.
  @Test(arguments: [
    NetworkBug.answersEarly, .announcesLess, .sealsToRemoved, .opensWrongHistory,
  ])
  func aPlantedBugIsFound(bug: NetworkBug) {
    let search = campaign(seed: 1, runs: 8).search(for: bug.rawValue)
    guard case .found(let alone) = search.result else {
      Issue.record("\(search.result)")
      return
    }
    #expect(alone.bug == bug && alone.pieces == .first(1))
  }
}
