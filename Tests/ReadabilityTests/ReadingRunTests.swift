import Testing

@testable import Readability

@Suite struct ReadingRunTests {
  @Test(
    "READ-3: after anything, readers hold what is readable: nothing is lost over crashes and copies put back",
    arguments: 0..<12)
  func readersHoldWhatIsReadable(_ part: Int) throws {
    var counts: [String: Int] = [:]
    for seed in 0..<12 {
      var run = ReadingRun(seed: UInt64(part * 1_000 + seed))
      try run.play(steps: 400)
      for reader in run.readers {
        #expect(!reader.isComparing, "seed \(part * 1_000 + seed) never came to an end")
        #expect(reader.told == run.world.truth, "seed \(part * 1_000 + seed)")
      }
      counts.merge(run.counts) { $0 + $1 }
    }
    // Nothing of it is proven by runs in which it did not happen.
    for what in ["crashes", "copies put back", "unknown numbers", "late grants", "mends", "pages"] {
      #expect(counts[what, default: 0] > 0, "no \(what)")
    }
  }
}
