/// The choices of a seed for groups, from numbers of their own: runs without groups stay what they
/// are.
struct GroupDraw {
  let isDrawn: Bool
  /// A foe of groups in the place of the last foe of the run.
  let foe: FoeKind?
  private(set) var random: SplitMix64

  private static let oneRunIn = 2

  init(seed: UInt64) {
    var random = SplitMix64(seed: seed, part: 7)
    let isWanted = random.oneIn(GroupDraw.oneRunIn)
    let kind = FoeKind.ofGroups[random.below(FoeKind.ofGroups.count)]
    let hasFoe = random.below(4) > 0
    // One run has one truth of what goes.
    isDrawn = isWanted && !NetworkRemovals.isDrawn(seed)
    foe = isDrawn && hasFoe ? kind : nil
    self.random = random
  }
}
