import Testing

@testable import Simulation

/// The frame that carries out every campaign (docs/simulator.md).
@Suite("The frame of campaigns")
struct CampaignTests {
  @Test("It stops at the first finding, which its piece shows alone")
  func findings() {
    var campaign = Counting(seed: 1, pieces: .first(9))
    campaign.wrong = 4
    var progress: [Int] = []
    let outcome = campaign.run(progress: { progress.append($0) })
    #expect(outcome.finding == Finding(piece: 4, text: "4 is wrong"))
    #expect(outcome.done == 5 && progress == [1, 2, 3, 4] && !outcome.isGood)
    let alone = campaign.alone(4).run()
    #expect(alone.finding == outcome.finding && alone.done == 1)
    #expect(campaign.alone(3).run().isGood)
  }

  @Test("What never occurred is asked for in a campaign that is long enough, and in no shorter one")
  func missing() {
    let short = Counting(seed: 1, pieces: .first(Counting.coveredFrom - 1)).run()
    #expect(short.missing.isEmpty && short.isGood)
    let long = Counting(seed: 1, pieces: .first(Counting.coveredFrom)).run()
    #expect(long.missing == ["above a hundred"] && !long.isGood && long.finding == nil)
  }

  @Test("The digest is of all pieces, and watching changes nothing")
  func digests() {
    let campaign = Counting(seed: 1, pieces: .first(5))
    var lines: [String] = []
    #expect(campaign.run().digest == campaign.run(trace: { lines.append($0) }).digest)
    #expect(lines == ["0", "1", "2", "3", "4"])
    #expect(campaign.run().digest != Counting(seed: 1, pieces: .first(6)).run().digest)
  }

  @Test("A planted bug is found, and found again alone; and it is that bug")
  func planted() {
    func result(
      _ bug: String, _ change: (inout Counting) -> Void = { _ in }
    ) -> PlantedBug<Counting>.Result {
      var campaign = Counting(seed: 1, pieces: .first(6))
      change(&campaign)
      return campaign.search(for: bug).result
    }
    guard case .found(let alone) = result("always") else { return #expect(Bool(false)) }
    #expect(alone.pieces == .only(2))
    guard case .missed = result("never") else { return #expect(Bool(false)) }
    guard case .notAgain = result("not-alone") else { return #expect(Bool(false)) }
    guard case .somethingElse = result("always", { $0.wrong = 2 }) else {
      return #expect(Bool(false))
    }
  }
}

/// Counts its pieces.
private struct Counting: Campaign {
  static let coveredFrom = 8
  static let bugs = ["always", "never", "not-alone"]

  let seed: UInt64
  var pieces: Pieces
  /// A piece that is wrong without any bug.
  var wrong: Int?
  var bug: String?

  func begin(_ chronicle: Chronicle) throws(Violation) -> any CampaignStage<CountingTotals> {
    CountingStage(self, chronicle)
  }

  func planting(_ bug: String?) -> Counting {
    var copy = self
    copy.bug = bug
    return copy
  }
}

private struct CountingTotals: CampaignTotals {
  var pieces = 0

  var occurred: [(name: String, count: Int)] { [("a piece", pieces), ("above a hundred", 0)] }
  var figures: [Figure] { [] }
}

private final class CountingStage: CampaignStage {
  private let campaign: Counting
  private let chronicle: Chronicle
  private(set) var totals = CountingTotals()
  private(set) var current: Int

  var done: Int { totals.pieces }

  init(_ campaign: Counting, _ chronicle: Chronicle) {
    self.campaign = campaign
    self.chronicle = chronicle
    current = campaign.pieces.start
  }

  func advance() throws(Violation) {
    if done > 0 { current += 1 }
    totals.pieces += 1
    chronicle.note(UInt64(current))
    chronicle.say("\(current)")
    let isPlanted =
      campaign.bug == "always" && current == 2
      || campaign.bug == "not-alone" && current == 2 && done == 3
    try expect(campaign.wrong != current && !isPlanted, "\(current) is wrong")
  }
}
