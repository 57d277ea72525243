import Simulation
import Testing

/// Restores from older copies (docs/simulator.md).
struct RestoreCampaignTests {
  @Test func restoredNodesDoNotForkUnseen() {
    let outcome = RestoreCampaign(seed: 2, runs: 12).run()
    #expect(outcome.failure?.text == nil)
    #expect(outcome.tally[.sameEpoch] + outcome.tally[.nextEpoch] == 12)
  }

  /// A run gives the same alone as among others.
  @Test func aRunCanBeDoneAlone() {
    var campaign = RestoreCampaign(seed: 4, runs: 3)
    let digest = campaign.run().digest
    #expect(campaign.run().digest == digest)
    var lines = 0
    campaign.trace = { _ in lines += 1 }
    #expect(campaign.run().digest == digest)
    campaign.only = 2
    let alone = campaign.run()
    #expect(alone.failure?.text == nil && alone.runs == 1)
    #expect(lines > 50)
  }
}
