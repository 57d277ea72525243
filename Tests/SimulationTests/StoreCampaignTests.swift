import Simulation
import Testing

/// A campaign finds what is there, and finds the same again (docs/simulator.md).
struct StoreCampaignTests {
  @Test func aSoundStoreIsFoundSound() {
    let outcome = StoreCampaign(seed: 3, points: 300).run()
    #expect(outcome.failure?.text == nil)
    #expect(outcome.points >= 300 && outcome.wholeChecks >= outcome.points / 17)
    #expect(outcome.recoveries >= outcome.points)
  }

  /// One that a crash shows and one that a failing call does; all of them
  /// Tests/system/check-simulation.sh plants.
  @Test(arguments: [PlantedBug.acknowledgesEarly, .hidesErrors])
  func aPlantedBugIsFound(bug: PlantedBug) throws {
    var campaign = StoreCampaign(seed: 1, points: 3_000)
    campaign.bug = bug
    if bug == .hidesErrors { campaign.firstCase = 3 }
    let failure = try #require(campaign.run().failure)
    campaign.only = failure.point
    let again = campaign.run()
    #expect(again.failure?.text == failure.text && again.failure?.point == failure.point)
    #expect(again.points <= 1)
    // It is the bug that was found, and nothing else.
    campaign.bug = nil
    #expect(campaign.run().failure?.text == nil)
  }

  @Test func oneSeedGivesOneDigest() {
    let campaign = StoreCampaign(seed: 5, points: 100)
    let digest = campaign.run().digest
    #expect(campaign.run().digest == digest)
    #expect(StoreCampaign(seed: 6, points: 100).run().digest != digest)
  }

  /// Watching changes nothing.
  @Test func aTracedRunHasTheSameDigest() {
    var campaign = StoreCampaign(seed: 5, points: 100)
    let digest = campaign.run().digest
    var lines = 0
    campaign.trace = { _ in lines += 1 }
    #expect(campaign.run().digest == digest)
    #expect(lines > 500)
  }

  /// A campaign that is too short to have seen everything does not claim to; a long one that missed
  /// something fails.
  @Test func whatNeverOccurredIsNamed() {
    let outcome = StoreCampaign(seed: 5, points: 50).run()
    #expect(outcome.missing.isEmpty && outcome.isGood)
    #expect(!outcome.tally.missing.isEmpty)
  }
}
