import Log
import Store

/// Nodes that know each other, each with its first entry at all of them.
struct RunStart {
  static let names = ["be", "de", "fr", "nl", "uk"]

  let limits: StoreLimits
  let nodes: [(keys: NodeKeys, folder: Folder, token: RollbackToken)]

  /// Starts with three, four and five nodes; the fewer, the more often.
  static func all(seed: UInt64) throws(Violation) -> [RunStart] {
    var limits = StoreLimits()
    limits.journalBytes = 48 << 10
    limits.unappliedBytes = 6 << 10
    limits.segmentBytes = 8 << 10
    var keys: [NodeKeys] = []
    for (number, name) in names.enumerated() {
      keys.append(try NodeKeys(name, seed: seed &+ UInt64(number) &* 0x1_0001))
    }
    var starts: [RunStart] = []
    for count in 3...names.count {
      let start = try make(Array(keys.prefix(count)), limits)
      starts += repeatElement(start, count: names.count + 1 - count)
    }
    return starts
  }

  private static func make(
    _ keys: [NodeKeys], _ limits: StoreLimits
  ) throws(Violation) -> RunStart {
    var batches: [VerifiedBatch] = []
    var cards: [Card] = []
    for node in keys {
      batches.append(try node.genesis(1, follows: nil))
      cards.append(try node.card(1))
    }
    let image = try DiskImage.holding(batches, limits)
    let nodes = zip(keys, batches).map { node, genesis in
      let others = cards.filter { $0.name != node.name }
      return (node, Folder(image: image, epoch: 1, cards: others, closed: nil), genesis.token)
    }
    return RunStart(limits: limits, nodes: nodes)
  }
}
