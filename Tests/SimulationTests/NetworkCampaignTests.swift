import Simulation
import Testing

/// Whole nodes on a network that fails (docs/simulator.md).
struct NetworkCampaignTests {
  private func campaign(seed: UInt64, runs: Int) -> NetworkCampaign {
    var campaign = NetworkCampaign(seed: seed, runs: runs)
    campaign.nodes = 4
    return campaign
  }

  @Test func honestNodesConverge() {
    let outcome = campaign(seed: 1, runs: 3).run()
    #expect(outcome.failure?.text == nil)
    #expect(outcome.tally[.converged] == 3 && outcome.entries > 20)
  }

  /// Watching changes nothing, and another seed gives something else.
  @Test func oneSeedGivesOneDigest() {
    var traced = campaign(seed: 5, runs: 1)
    let digest = traced.run().digest
    var lines = 0
    traced.trace = { _ in lines += 1 }
    #expect(traced.run().digest == digest)
    #expect(lines > 20)
    #expect(campaign(seed: 6, runs: 1).run().digest != digest)
  }

  /// Bugs that show in the first run; Tests/system/check-simulation.sh plants all of them, over
  /// some hundred seeds.
  @Test(arguments: [NetworkBug.answersEarly, .announcesLess])
  func aPlantedBugIsFound(bug: NetworkBug) throws {
    var campaign = campaign(seed: 1, runs: 8)
    campaign.bug = bug
    let failure = try #require(campaign.run().failure)
    var replay = self.campaign(seed: failure.seed, runs: 1)
    replay.bug = bug
    #expect(replay.run().failure?.text == failure.text)
  }
}
