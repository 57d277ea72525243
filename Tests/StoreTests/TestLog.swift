import Crypto
import Log
import Secrets
import Simulation

/// A log with all its entries made beforehand, from which a test appends piece by piece.
final class TestLog: Sendable {
  let identity: LogIdentity
  let all: EntryBatch
  let roots: [Digest]
  /// Accepted one entry at a time: any run of entries can be accepted again cheaply.
  let states: [LogState]
  private let seed: [UInt8]

  init(_ name: String, entries: Int, bodyBytes: ClosedRange<Int> = 0...700) throws {
    seed = SHA256.hash(Array("store test key \(name)".utf8)).array
    let seed = self.seed
    let secret = LogSecretKey(seed: seed.span)
    identity = LogIdentity(origin: try Origin("\(name)/1"), key: secret.publicKey)
    var random = SplitMix64(seed: UInt64(name.utf8.first ?? 0))
    var builder = EntryBuilder(state: LogState(empty: identity))
    for index in 0..<entries {
      let count = bodyBytes.lowerBound + random.below(bodyBytes.count)
      let body = (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      let kind: EntryKind = index == 0 ? .genesis : index % 37 == 5 ? .grant : .record
      builder.append(kind: kind, time: UInt64(index), body: body)
    }
    all = builder.finish { secret.sign($0) }
    var tree = CompactTree.empty
    var roots = [tree.root()]
    var states = [LogState(empty: identity)]
    for position in 0..<all.count {
      let leaf = Array(all.leaf(at: position))
      tree.append(EntryHeader.leafHash(of: leaf.span))
      roots.append(tree.root())
      states.append(LogState(identity: identity, tree: tree, lastLeaf: leaf))
    }
    self.roots = roots
    self.states = states
  }

  var size: UInt64 { UInt64(all.count) }

  func verified(_ range: Range<UInt64>) throws -> VerifiedBatch {
    try states[Int(range.lowerBound)].accept(
      all.slice(Int(range.lowerBound)..<Int(range.upperBound)))
  }

  func checkpoint(_ size: UInt64) -> VerifiedCheckpoint {
    Checkpoint.make(identity: identity, size: size, root: roots[Int(size)]) { sign($0) }
  }

  func falseCheckpoint(_ size: UInt64) -> VerifiedCheckpoint {
    Checkpoint.make(identity: identity, size: size, root: SHA256.hash([1])) { sign($0) }
  }

  func sign(_ message: Span<UInt8>) -> Signature {
    let seed = self.seed
    return LogSecretKey(seed: seed.span).sign(message)
  }
}
