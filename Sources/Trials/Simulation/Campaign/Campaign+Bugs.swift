extension Campaign {
  /// Plants a mistake, and runs. The finding must come again in its piece alone, and must be of the
  /// mistake: without it nothing is found there.
  public func search(for bug: String, progress: ((Int) -> Void)? = nil) -> PlantedBug<Self> {
    let planted = planting(bug)
    guard let finding = planted.run(progress: progress).finding else {
      return PlantedBug(name: bug, result: .missed)
    }
    let alone = planted.alone(finding.piece)
    guard alone.run().finding?.text == finding.text else {
      return PlantedBug(name: bug, result: .notAgain(alone))
    }
    guard alone.planting(nil).run().finding == nil else {
      return PlantedBug(name: bug, result: .somethingElse(alone))
    }
    return PlantedBug(name: bug, result: .found(alone))
  }
}

/// A mistake that was planted, and what became of the search for it.
public struct PlantedBug<Searching: Campaign>: Sendable {
  public enum Result: Sendable {
    /// With the campaign that shows it.
    case found(Searching)
    case missed
    /// The piece alone does not show it.
    case notAgain(Searching)
    /// The piece finds something without the mistake, too.
    case somethingElse(Searching)
  }

  public let name: String
  public let result: Result
}
