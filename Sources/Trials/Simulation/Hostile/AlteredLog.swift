import Crypto
import Log
import Secrets
import Store

/// Another history of a log, entry for entry beside the one that is stored: what its author might
/// have signed in its place, or what a carrier made up.
final class AlteredLog {
  enum Change {
    case none
    /// Another time, signed: a fork.
    case header
    /// A bit of the signature: a defect under a checkpoint, nothing at all without.
    case signature
    /// It does not extend the entry before, and is signed: a fault under a checkpoint.
    case previous
    /// Another index, signed: a fault under a checkpoint.
    case index
  }

  let identity: LogIdentity
  private let change: (UInt64) -> Change
  private let key: NodeSecrets
  private var leaves: [UInt8] = []
  private var bodies: [[UInt8]] = []
  private var hashes: [Digest] = []
  private var checkpoints: [UInt64: VerifiedCheckpoint] = [:]
  /// The first entry that is another than the stored one.
  private(set) var differsFrom: UInt64?
  /// True when headers differ from there on, and not a signature alone.
  private var isForked = false

  /// - Parameter key: signs what is altered; the author's own, unless a carrier makes it up.
  init(_ identity: LogIdentity, key: NodeSecrets, change: @escaping (UInt64) -> Change) {
    self.identity = identity
    self.key = key
    self.change = change
  }

  var size: UInt64 { UInt64(hashes.count) }

  /// - Returns: whether there are `size` entries now.
  func extend(to size: UInt64, from store: Store) -> Bool {
    while self.size < size {
      guard let batch = try? store.read(identity.id, self.size..<size, maxBytes: 256 << 10),
        batch.count > 0, batch.bodyStates?.contains(where: { $0 != .present }) != true
      else { return false }
      let bodies = batch.bodyRanges().map { Array(batch.bodies[$0]) }
      for position in 0..<batch.count {
        append(Array(batch.leaf(at: position)), batch.header(at: position), bodies[position])
      }
    }
    return true
  }

  private func append(_ stored: [UInt8], _ header: EntryHeader, _ body: [UInt8]) {
    let index = size
    let change = change(index)
    var leaf = stored
    if change == .signature, !isForked {
      leaf[EntryLayout.signature + Int(index % 64)] ^= 1
    } else if isForked || change != .none {
      leaf = signed(header, change)
    }
    if leaf != stored, differsFrom == nil { differsFrom = index }
    hashes.append(EntryHeader.leafHash(of: leaf.span))
    leaves += leaf
    bodies.append(body)
  }

  private func signed(_ stored: EntryHeader, _ change: Change) -> [UInt8] {
    var header = stored
    if isForked { header.previous = EntryHeader.headerHash(of: leaf(at: size - 1).span) }
    isForked = true
    switch change {
    case .none, .signature: break
    case .header: header.time ^= 1
    case .previous: header.previous = SHA256.hash(header.previous.array)
    case .index: header.index += 1
    }
    let bytes = header.encode()
    var signature = key.log.sign(bytes.span).array
    if change == .signature { signature[0] ^= 1 }
    return bytes + signature
  }

  func isAltered(_ index: UInt64) -> Bool { change(index) != .none }

  func leaf(at index: UInt64) -> [UInt8] {
    let start = Int(index) * EntryLayout.leafBytes
    return Array(leaves[start..<(start + EntryLayout.leafBytes)])
  }

  func leafHash(at index: UInt64) -> [UInt8] { hashes[Int(index)].array }

  func batch(_ range: Range<UInt64>) -> EntryBatch? {
    let stride = EntryLayout.leafBytes
    let positions = Int(range.lowerBound)..<Int(range.upperBound)
    return try? EntryBatch(
      first: range.lowerBound,
      leaves: Array(leaves[(positions.lowerBound * stride)..<(positions.upperBound * stride)]),
      bodies: bodies[positions].flatMap { $0 })
  }

  /// - Parameter size: at most that of this history.
  func checkpoint(at size: UInt64) -> VerifiedCheckpoint {
    if let made = checkpoints[size] { return made }
    let root = Tree.root(size: size, reader: LeafHashes(hashes: hashes))
    let made = Checkpoint.make(identity: identity, size: size, root: root) { key.log.sign($0) }
    checkpoints[size] = made
    return made
  }

  /// The roots of the complete subtrees of the first `size` entries.
  func subtrees(below size: UInt64) -> [Digest] {
    CompactTree(size: size, reader: LeafHashes(hashes: hashes)).nodes
  }

  func consistencyProof(from: UInt64, to: UInt64) -> [Digest] {
    Tree.consistencyProof(from: from, to: to, reader: LeafHashes(hashes: hashes))
  }
}

/// A tree of few leaves.
private struct LeafHashes: HashReader {
  typealias Failure = Never

  let hashes: [Digest]

  func hash(level: Int, index: UInt64) -> Digest {
    guard level > 0 else { return hashes[Int(index)] }
    return SHA256.node(
      hash(level: level - 1, index: 2 * index), hash(level: level - 1, index: 2 * index + 1))
  }
}
