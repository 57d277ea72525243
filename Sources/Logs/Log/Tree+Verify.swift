public import Crypto

extension Tree {
  /// True when `path` leads from leaf `index` to `root` in a tree of `size` leaves.
  public static func verifyInclusion(
    leafHash: Digest, index: UInt64, size: UInt64, path: [Digest], root: Digest
  ) -> Bool {
    guard index < size else { return false }
    var node = leafHash
    var position = index
    var last = size - 1
    for sibling in path {
      guard last > 0 else { return false }
      if position & 1 == 1 || position == last {
        node = SHA256.node(sibling, node)
        while position & 1 == 0, position > 0 {
          position >>= 1
          last >>= 1
        }
      } else {
        node = SHA256.node(node, sibling)
      }
      position >>= 1
      last >>= 1
    }
    return last == 0 && node == root
  }

  /// True when `proof` shows that the tree of `from` leaves with `fromRoot` is a prefix of the tree
  /// of `to` leaves with `toRoot`. Equal sizes take an empty proof and equal roots. False for
  /// `from` 0: the empty tree is a prefix of every other, and a proof of it says nothing.
  public static func verifyConsistency(
    from: UInt64, to: UInt64, fromRoot: Digest, toRoot: Digest, proof: [Digest]
  ) -> Bool {
    guard from > 0, from <= to else { return false }
    if from == to { return proof.isEmpty && fromRoot == toRoot }
    var rest = proof[...]
    var position = from - 1
    var last = to - 1
    while position & 1 == 1 {
      position >>= 1
      last >>= 1
    }
    // A prefix that is one complete subtree is its own first node, and left out of the proof.
    guard let start = position == 0 ? fromRoot : rest.popFirst() else { return false }
    var older = start
    var newer = start
    for sibling in rest {
      guard last > 0 else { return false }
      if position & 1 == 1 || position == last {
        older = SHA256.node(sibling, older)
        newer = SHA256.node(sibling, newer)
        while position & 1 == 0, position > 0 {
          position >>= 1
          last >>= 1
        }
      } else {
        newer = SHA256.node(newer, sibling)
      }
      position >>= 1
      last >>= 1
    }
    return last == 0 && older == fromRoot && newer == toRoot
  }
}
