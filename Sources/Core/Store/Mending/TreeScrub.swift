import Crypto
import Log

/// The nodes above level 8, computed again from those of level 8 in one run through `nodes`, some
/// at a time.
struct TreeScrub: Hashable, Sendable {
  /// Records that are done.
  private(set) var next: UInt64 = 0
  private var blocks: UInt64 = 0
  private(set) var peaks: [Digest] = []
  /// The nodes that are not as computed.
  private(set) var wrong: [WrongNode] = []

  struct WrongNode: Hashable, Sendable {
    let position: UInt64
    let node: Digest
  }

  /// Takes the file's next records, whole groups of what one block completes.
  mutating func append(_ records: [UInt8]) {
    let first = next
    func record(_ position: UInt64) -> Digest {
      Digest(records.span, at: Int(position - first) * Layout.hashBytes)
    }
    let end = first + UInt64(records.count / Layout.hashBytes)
    while next + UInt64((~blocks).trailingZeroBitCount) < end {
      var node = record(next)
      next += 1
      var bits = blocks
      while bits & 1 == 1 {
        node = SHA256.node(peaks.removeLast(), node)
        if record(next) != node, wrong.count < Limits.damageKept {
          wrong.append(WrongNode(position: next, node: node))
        }
        next += 1
        bits >>= 1
      }
      peaks.append(node)
      blocks += 1
    }
  }
}
