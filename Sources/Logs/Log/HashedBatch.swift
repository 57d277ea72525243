internal import Crypto
internal import Wire

/// A batch with the hashes of its headers, leaves and bodies. They are computed here and nowhere
/// else, each once.
public struct HashedBatch: Sendable {
  /// As it came: the hashes say what its bytes are, not that they are right.
  public let batch: EntryBatch
  /// 32 bytes an entry, of its 152 header bytes.
  let headerHashes: [UInt8]
  /// 32 bytes an entry.
  let leafHashes: [UInt8]
  /// The first entry whose body is present and not what its leaf says.
  let wrongBody: Int?

  /// Hashes all of it, bodies too.
  public init(_ batch: EntryBatch) {
    self.batch = batch
    headerHashes = EntryHeader.headerHashes(of: batch.leaves.span)
    leafHashes = EntryHeader.leafHashes(of: batch.leaves.span)
    wrongBody = batch.wrongBody()
  }

  /// Leaves as they travel, without what the receiver can derive: 96 bytes each, which are those of
  /// the header from the time to the audience tag, and the signature (Protocols/sync.md, 4).
  ///
  /// - Parameters:
  ///   - bodies: all of them, one behind the other.
  ///   - state: what the entries extend; their index, `previous` and body hash are made to fit.
  /// - Returns: nil when the lengths do not add up.
  public init?(compact: Span<UInt8>, bodies: [UInt8], extending state: LogState) {
    let (count, rest) = compact.count.quotientAndRemainder(dividingBy: CompactLeaf.byteCount)
    guard rest == 0, state.size <= EntryLayout.maxIndex + 1,
      UInt64(count) <= EntryLayout.maxIndex + 1 - state.size,
      let lengths = CompactLeaf.bodyLengths(compact, count, total: bodies.count)
    else { return nil }
    let bodyHashes = SHA256.hashes(of: bodies.span, lengths: lengths)
    var common = EntryLayout.domainText
    state.identity.id.append(to: &common)
    var leaves: [UInt8] = []
    leaves.reserveCapacity(count * EntryLayout.leafBytes)
    var headerHashes: [UInt8] = []
    headerHashes.reserveCapacity(count * 32)
    var leafHashes = headerHashes
    leafHashes.reserveCapacity(count * 32)
    var previous = state.lastHeaderHash
    for entry in 0..<count {
      let from = entry * CompactLeaf.byteCount
      leaves.append(contentsOf: common)
      leaves.appendInteger(state.size + UInt64(entry))
      leaves.append(compact.extracting(from..<(from + CompactLeaf.headerBytes)))
      previous.append(to: &leaves)
      leaves.append(bodyHashes.span.extracting((32 * entry)..<(32 * entry + 32)))
      leaves.append(
        compact.extracting(
          (from + CompactLeaf.headerBytes)..<(from + CompactLeaf.byteCount)))
      let start = entry * EntryLayout.leafBytes
      previous = EntryHeader.headerHash(of: leaves.span, at: start)
      previous.append(to: &headerHashes)
      EntryHeader.leafHash(of: leaves.span, at: start).append(to: &leafHashes)
    }
    batch = EntryBatch(trusted: state.size, leaves: leaves, bodies: bodies, bodyStates: nil)
    self.headerHashes = headerHashes
    self.leafHashes = leafHashes
    wrongBody = nil
  }

  /// The tree of `state` with these leaves behind it.
  public func tree(extending state: LogState) -> CompactTree {
    var tree = state.tree
    tree.append(leafHashes: leafHashes)
    return tree
  }

  func headerHash(at position: Int) -> Digest { Digest(headerHashes.span, at: 32 * position) }

  func leafHash(at position: Int) -> Digest { Digest(leafHashes.span, at: 32 * position) }
}

/// The 96 bytes of a leaf that travel where the rest can be derived.
public enum CompactLeaf {
  /// 32 bytes of the header and 64 of signature.
  public static let byteCount = headerBytes + EntryLayout.signatureBytes
  /// Bytes of the header's fields: time, kind, suite, expiry, body length, audience tag.
  static let headerBytes = EntryLayout.previous - EntryLayout.time

  /// Appends those of every leaf in `leaves`.
  public static func append(_ leaves: Span<UInt8>, to bytes: inout [UInt8]) {
    for start in stride(from: 0, to: leaves.count, by: EntryLayout.leafBytes) {
      bytes.append(
        leaves.extracting((start + EntryLayout.time)..<(start + EntryLayout.previous)))
      bytes.append(
        leaves.extracting((start + EntryLayout.signature)..<(start + EntryLayout.leafBytes)))
    }
  }

  /// - Returns: nil unless they are `total` together.
  static func bodyLengths(_ compact: Span<UInt8>, _ count: Int, total: Int) -> [UInt32]? {
    var lengths: [UInt32] = []
    lengths.reserveCapacity(count)
    var sum = 0
    for entry in 0..<count {
      let place = entry * byteCount + EntryLayout.bodyLength - EntryLayout.time
      let length = compact.u32(at: place)
      sum += Int(length)
      lengths.append(length)
    }
    return sum == total ? lengths : nil
  }
}

extension EntryBatch {
  /// The first present body that does not hash to what its leaf says.
  fileprivate func wrongBody() -> Int? {
    let present = (0..<count).filter { bodyState(at: $0) == .present }
    let hashes = SHA256.hashes(
      of: bodies.span, lengths: present.map { UInt32(claimedBodyBytes(at: $0)) })
    for (number, position) in present.enumerated()
    where Digest(hashes.span, at: 32 * number)
      != Digest(leaves.span, at: position * EntryLayout.leafBytes + EntryLayout.bodyHash)
    { return position }
    return nil
  }
}
