import Log
import Store

/// Nodes that runs begin with: their keys, and a store with their own first entry. Made once,
/// however many runs there are.
final class NetworkStarts {
  /// Journals so small that they turn all the time; larger ones where they must hold the heads of
  /// many logs; and roomy ones, which do not turn in a run and so keep all that was written.
  enum Size: Int, CaseIterable {
    case small, large, roomy

    private var journalBytes: UInt64 {
      switch self {
      case .small: 48 << 10
      case .large: 160 << 10
      case .roomy: 1 << 20
      }
    }

    var limits: StoreLimits {
      var limits = StoreLimits()
      limits.journalBytes = journalBytes
      limits.commitBytes = 16 << 10
      limits.bulkSyncBytes = 24 << 10
      limits.unappliedBytes = 6 << 10
      limits.segmentBytes = 24 << 10
      return limits
    }

    /// The number of logs, with the epochs that may follow.
    var logs: Int { self == .small ? 24 : 100 }
  }

  struct Node {
    let keys: NodeKeys
    let card: Card
    let token: RollbackToken
    let images: [DiskImage]
  }

  private var nodes: [Node] = []

  /// The same node in every run.
  func node(_ number: Int) throws(Violation) -> Node {
    while nodes.count <= number { nodes.append(try NetworkStarts.make(nodes.count)) }
    return nodes[number]
  }

  private static func make(_ number: Int) throws(Violation) -> Node {
    let keys = try NodeKeys("n\(number)", seed: UInt64(number) &* 0x1_0001)
    let genesis = try keys.genesis(1, follows: nil)
    return Node(
      keys: keys, card: try keys.card(1), token: genesis.token,
      images: try Size.allCases.map { (size) throws(Violation) in
        try DiskImage.holding([genesis], size.limits)
      })
  }
}
