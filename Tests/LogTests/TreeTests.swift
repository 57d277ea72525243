import Crypto
import Log
import Testing

@Suite("Tree properties (LOG-1 to LOG-3)")
struct TreeTests {
  static let largest = 130
  static let tree = CachedTree(
    leafHashes: (0..<largest).map { SHA256.leaf([UInt8($0)].span) })

  static let roots: [Digest] = (0...largest).map { MemoryTree.naiveRoot(tree.leafHashes[..<$0]) }

  @Test("LOG-1: the compact tree has the root of the definition, at every size")
  func compactRoot() {
    var compact = CompactTree.empty
    #expect(compact.root() == SHA256.hash([]))
    for size in 1...Self.largest {
      compact.append(Self.tree.leafHashes[size - 1])
      #expect(compact.root() == Self.roots[size])
      #expect(compact == CompactTree(size: UInt64(size), reader: Self.tree))
      #expect(Tree.root(size: UInt64(size), reader: Self.tree) == Self.roots[size])
    }
  }

  @Test("LOG-1: leaf hashes appended together make the same tree as one by one")
  func compactTogether() {
    for first in 0...33 {
      for count in [0, 1, 2, 3, 7, 8, 31, 64, 97] {
        var alone = CompactTree.empty
        for hash in Self.tree.leafHashes[..<first] { alone.append(hash) }
        var together = alone
        let added = Self.tree.leafHashes[first..<(first + count)]
        for hash in added { alone.append(hash) }
        together.append(leafHashes: added.flatMap(\.array))
        #expect(together == alone)
      }
    }
  }

  @Test("LOG-2: every inclusion proof verifies, and no other leaf, index, size or root with it")
  func inclusion() {
    for size in 1...Self.largest {
      for index in 0..<size {
        let path = Tree.inclusionProof(
          index: UInt64(index), size: UInt64(size), reader: Self.tree)
        let leaf = Self.tree.leafHashes[index]
        func holds(
          _ leaf: Digest, _ index: Int, _ size: Int, _ path: [Digest], _ root: Digest
        ) -> Bool {
          Tree.verifyInclusion(
            leafHash: leaf, index: UInt64(index), size: UInt64(size), path: path, root: root)
        }
        #expect(holds(leaf, index, size, path, Self.roots[size]))
        #expect(!holds(path.first ?? .zero, index, size, path, Self.roots[size]))
        #expect(!holds(leaf, index, size, path, Self.roots[size - 1]))
        #expect(!holds(leaf, index, size, path + [.zero], Self.roots[size]))
        #expect(!holds(leaf, index + size, size, path, Self.roots[size]))
        if size > 1 {
          #expect(!holds(leaf, (index + 1) % size, size, path, Self.roots[size]))
          #expect(!holds(leaf, index, size, path.dropLast(), Self.roots[size]))
        }
        if size.isMultiple(of: 13) {
          for place in path.indices {
            var wrong = path
            wrong[place] = .zero
            #expect(!holds(leaf, index, size, wrong, Self.roots[size]))
          }
        }
      }
    }
  }

  @Test("LOG-3: every consistency proof verifies, and no mutated one")
  func consistency() {
    for to in 1...Self.largest {
      for from in 1...to {
        let proof = Tree.consistencyProof(
          from: UInt64(from), to: UInt64(to), reader: Self.tree)
        func holds(_ fromRoot: Digest, _ toRoot: Digest, _ proof: [Digest]) -> Bool {
          Tree.verifyConsistency(
            from: UInt64(from), to: UInt64(to), fromRoot: fromRoot, toRoot: toRoot, proof: proof)
        }
        #expect(holds(Self.roots[from], Self.roots[to], proof))
        #expect(!holds(.zero, Self.roots[to], proof))
        #expect(!holds(Self.roots[from], Self.roots[to], proof + [.zero]))
        #expect(!holds(Self.roots[from], .zero, proof))
        guard !proof.isEmpty, to.isMultiple(of: 11) else { continue }
        #expect(!holds(Self.roots[from], Self.roots[to], Array(proof.dropFirst())))
        #expect(!holds(Self.roots[from], Self.roots[to], proof.dropLast()))
        for place in proof.indices {
          var wrong = proof
          wrong[place] = .zero
          #expect(!holds(Self.roots[from], Self.roots[to], wrong))
        }
      }
    }
  }

  @Test("LOG-3: nothing is proven from the empty tree")
  func empty() {
    #expect(Tree.consistencyProof(from: 0, to: 5, reader: Self.tree).isEmpty)
    #expect(
      !Tree.verifyConsistency(
        from: 0, to: 5, fromRoot: Self.roots[0], toRoot: Self.roots[5], proof: []))
  }

  @Test("LOG-3: a longer log is no prefix of a shorter one")
  func backwards() {
    #expect(
      !Tree.verifyConsistency(
        from: 3, to: 2, fromRoot: Self.roots[3], toRoot: Self.roots[2], proof: []))
  }

  @Test("Sizes at the far end neither trap nor verify")
  func hugeSizes() {
    for size in [UInt64.max, UInt64(1) << 63, LogLimits.lastIndex + 1] {
      #expect(
        !Tree.verifyInclusion(
          leafHash: .zero, index: size - 1, size: size, path: [.zero], root: .zero))
      #expect(
        !Tree.verifyConsistency(
          from: size - 1, to: size, fromRoot: .zero, toRoot: .zero, proof: [.zero]))
    }
  }
}
