import Simulation
import Testing

/// Restores from older copies (docs/simulator.md).
struct RestoreCampaignTests {
  @Test func restoredNodesDoNotForkUnseen() {
    let outcome = RestoreCampaign(seed: 2, .first(12)).run()
    #expect(outcome.finding == nil)
    #expect(outcome.totals[.sameEpoch] + outcome.totals[.nextEpoch] == 12)
  }

  /// A run gives the same alone as among others.
  @Test func aRunCanBeDoneAlone() {
    let campaign = RestoreCampaign(seed: 4, .first(3))
    let digest = campaign.run().digest
    #expect(campaign.run().digest == digest)
    var lines = 0
    #expect(campaign.run(trace: { _ in lines += 1 }).digest == digest)
    let alone = campaign.alone(2).run()
    #expect(alone.finding == nil && alone.done == 1)
    #expect(lines > 50)
  }
}
