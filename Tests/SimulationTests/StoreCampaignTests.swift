import Simulation
import Testing

/// A campaign finds what is there, and finds the same again (docs/simulator.md).
struct StoreCampaignTests {
  @Test func aSoundStoreIsFoundSound() {
    let outcome = StoreCampaign(seed: 3, .first(300)).run()
    #expect(outcome.finding == nil)
    #expect(outcome.done >= 300 && outcome.totals.wholeChecks >= outcome.done / 17)
    #expect(outcome.totals.recoveries >= outcome.done)
  }

  /// One that a crash shows and one that a failing call does; all of them
  /// Tests/system/check-simulation.sh plants.
  @Test(arguments: [StoreBug.acknowledgesEarly, .hidesErrors])
  func aPlantedBugIsFound(bug: StoreBug) {
    var campaign = StoreCampaign(seed: 1, .first(3_000))
    if bug == .hidesErrors { campaign.firstCase = 3 }
    let search = campaign.search(for: bug.rawValue)
    guard case .found(let alone) = search.result else {
      Issue.record("\(search.result)")
      return
    }
    #expect(alone.run().done == 1)
  }

  @Test func oneSeedGivesOneDigest() {
    let campaign = StoreCampaign(seed: 5, .first(100))
    let digest = campaign.run().digest
    #expect(campaign.run().digest == digest)
    #expect(StoreCampaign(seed: 6, .first(100)).run().digest != digest)
  }

  /// Watching changes nothing.
  @Test func aTracedRunHasTheSameDigest() {
    let campaign = StoreCampaign(seed: 5, .first(100))
    let digest = campaign.run().digest
    var lines = 0
    #expect(campaign.run(trace: { _ in lines += 1 }).digest == digest)
    #expect(lines > 500)
  }

  /// A campaign that is too short to have seen everything does not claim to; a long one that missed
  /// something fails.
  @Test func whatNeverOccurredIsNamed() {
    let outcome = StoreCampaign(seed: 5, .first(50)).run()
    #expect(outcome.missing.isEmpty && outcome.isGood)
    #expect(!outcome.totals.missing.isEmpty)
  }
}
