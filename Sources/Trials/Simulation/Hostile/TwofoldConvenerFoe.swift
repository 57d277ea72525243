import Groups
import Log
import Node
import Secrets

/// Convenes a group, and makes two records of one version, each for other members. Whoever reads
/// both has the convener's defect before it, and seals nothing under either.
final class TwofoldConvenerFoe: Foe {
  /// Versions, each made twice: the next one mends the one before.
  private static let most: UInt32 = 3
  private var number: UInt32 = 0
  private var previous: GroupRecord?

  override func act(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {
    guard number < TwofoldConvenerFoe.most, ways.random.oneIn(12), process.maySign,
      let group = GroupName(convener: process.site.name, id: "two")
    else { return }
    let all = process.site.folder.cards.map(\.name)
    let seat = GroupSeat(process)
    guard all.count > 1, (try? seat.refresh()) != nil else { return }
    let newest = seat.groups.groups.newest(of: group)
    var random = SeededRandom(seed: ways.random.next())
    number += 1
    let wanted = (newest?.version.number ?? 0) + 1
    for (title, names) in [("one", all), ("two", Array(all.dropFirst()))] {
      guard
        try process.convene(
          group, number: wanted, title: title, names, after: newest, at: GroupSeat(process),
          using: &random) != nil
      else { return }
    }
    ways.did(kind)
  }
}
