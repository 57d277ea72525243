public import Crypto

extension Campaign {
  /// Does the pieces, one after the other, until one of them finds something.
  /// - Parameters:
  ///   - trace: takes each line of what happens.
  ///   - progress: takes the number of pieces done.
  public func run(
    trace: ((String) -> Void)? = nil, progress: ((Int) -> Void)? = nil
  ) -> Outcome<Totals> {
    let chronicle = Chronicle(trace)
    var stage: (any CampaignStage<Totals>)?
    var finding: Finding?
    do throws(Violation) {
      let begun = try begin(chronicle)
      stage = begun
      repeat {
        try begun.advance()
        progress?(begun.done)
      } while !pieces.isOver(begun.done)
    } catch {
      finding = Finding(piece: stage?.current ?? pieces.start, text: error.description)
    }
    let totals = stage?.totals ?? Totals()
    let done = stage?.done ?? 0
    return Outcome(
      done: done, totals: totals, digest: chronicle.digest, finding: finding,
      missing: done < Self.coveredFrom ? [] : totals.missing)
  }
}

/// The result of a campaign.
public struct Outcome<Totals: CampaignTotals>: Sendable {
  /// Pieces that were done.
  public let done: Int
  public let totals: Totals
  /// The digest covers all inputs, effects and outcomes.
  public let digest: Digest
  public let finding: Finding?
  /// Everything that should have occurred and never did; nothing if too few pieces were done.
  public let missing: [String]

  public var isGood: Bool { finding == nil && missing.isEmpty }
}

/// Something that must never happen, and happened.
public struct Finding: Hashable, Sendable {
  /// The number of the piece in which it happened.
  public let piece: Int
  public let text: String
}
