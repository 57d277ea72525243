import Simulation
import Testing

/// Thefts of a running key (docs/simulator.md).
struct TheftCampaignTests {
  @Test(
    "What the thief of a running key signed takes nothing back: all conclude the same, in whatever order it came"
  )
  func thefts() {
    let outcome = TheftCampaign(seed: 1, .first(12)).run()
    #expect(outcome.finding == nil)
    #expect(outcome.done == 12)
    // It can fail: what the thief does is done, and reaches somebody.
    for kind in [
      TheftOccurrence.forkedAtFirst, .withdrewAll, .wroteKeys, .hidden, .openedAgain, .cosigned,
    ] {
      #expect(outcome.totals[kind] > 0, "\(kind.rawValue)")
    }
    #expect(
      TheftCampaign(seed: 1, .first(2)).run().digest
        == TheftCampaign(seed: 1, .first(2)).run().digest)
  }
}
