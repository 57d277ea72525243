import Crypto
import Log

/// A log whose author writes whatever a test wants, and signs it.
struct RawLog {
  let signer: TestSigner
  let identity: LogIdentity
  private(set) var leaves: [[UInt8]] = []
  private(set) var bodies: [[UInt8]] = []
  private(set) var tree = MemoryTree()

  /// Empty.
  init(_ origin: String = "nl/1") throws {
    signer = TestSigner("\(origin) log")
    identity = LogIdentity(origin: try Origin(origin), key: LogPublicKey(signer.publicKey))
  }

  /// With a genesis entry and records behind it: `size` entries.
  init(size: Int, origin: String = "nl/1") throws {
    try self.init(origin)
    guard size > 0 else { return }
    add(.genesis, body: try genesis().encode())
    for _ in 1..<max(size, 1) { addRecord() }
  }

  var size: Int { leaves.count }

  mutating func addRecord() {
    add(
      .record, body: Array("body \(size)".utf8), tag: AudienceTag([UInt8](repeating: 7, count: 16)))
  }

  /// - Parameter edit: changes the header's bytes before they are signed.
  mutating func add(
    _ kind: EntryKind, body: [UInt8], tag: AudienceTag? = nil, badSignature: Bool = false,
    edit: (inout [UInt8]) -> Void = { _ in }
  ) {
    let previous = leaves.last.map { EntryHeader.headerHash(of: $0.span) } ?? .zero
    var header = EntryHeader(
      logID: identity.id, index: UInt64(size), time: 1_452_470_400_000 + UInt64(size),
      kind: kind.rawValue, suite: kind.suite.rawValue, expiryDay: 0, bodyBytes: UInt32(body.count),
      audienceTag: tag ?? .zero, previous: previous, bodyHash: SHA256.hash(body)
    ).encode()
    edit(&header)
    var signature = signer.sign(header.span).array
    if badSignature { signature[40] ^= 1 }
    leaves.append(header + signature)
    bodies.append(body)
    tree.leafHashes.append(EntryHeader.leafHash(of: (header + signature).span))
  }

  func batch(_ range: Range<Int>, states: [BodyState]? = nil) throws -> EntryBatch {
    let present = range.filter { states?[$0 - range.lowerBound] ?? .present == .present }
    return try EntryBatch(
      first: UInt64(range.lowerBound), leaves: range.flatMap { leaves[$0] },
      bodies: present.flatMap { bodies[$0] }, bodyStates: states)
  }

  /// The state of a store that holds the first `size` entries, whatever they are.
  func state(_ size: Int) -> LogState {
    LogState(
      identity: identity, tree: CompactTree(size: UInt64(size), reader: tree),
      lastLeaf: size == 0 ? [] : leaves[size - 1])
  }

  func checkpoint(_ size: Int) -> VerifiedCheckpoint {
    let root = MemoryTree.naiveRoot(tree.leafHashes[..<size])
    return Checkpoint.make(identity: identity, size: UInt64(size), root: root, sign: signer.sign)
  }

  func consistency(_ from: Int, _ to: Int) -> [Digest] {
    Tree.consistencyProof(from: UInt64(from), to: UInt64(to), reader: tree)
  }

  func included(_ index: Int, size: Int) -> IncludedLeaf {
    IncludedLeaf(
      leaf: leaves[index], position: UInt64(index),
      path: Tree.inclusionProof(index: UInt64(index), size: UInt64(size), reader: tree),
      checkpoint: checkpoint(size).note)
  }

  func card(
    serial: UInt64 = 1, address: String? = nil, opener: TestSigner? = nil
  ) throws -> Card {
    let name = identity.origin.name.text
    return try Card.make(
      serial: serial, origin: identity.origin, log: identity.key,
      cosigning: CosigningPublicKey(TestSigner("\(name) cosign").publicKey),
      sealing: SealingPublicKey(RawLog.x25519("\(name) seal")),
      transport: TransportPublicKey(RawLog.x25519("\(name) transport")),
      opening: OpeningPublicKey((opener ?? self.opener).publicKey).commitment,
      address: address, sign: signer.sign)
  }

  /// A canonical point that nobody knows the scalar of.
  static func x25519(_ name: String) -> Bytes32 {
    var bytes = SHA256.hash(Array(name.utf8)).array
    bytes[31] &= 0x7f
    return Bytes32(bytes.span)
  }

  /// Opens the epoch after this one.
  var opener: TestSigner { TestSigner("\(identity.origin.text) opening") }

  /// - Parameter by: the key that opens an epoch above 1; that of the epoch which it follows if
  ///   nil.
  func genesis(follows: Genesis.Predecessor? = nil, by key: TestSigner? = nil) throws -> Genesis {
    guard let follows else { return try Genesis(first: try card()) }
    let key = try key ?? RawLog(follows.origin.text).opener
    return try Genesis(
      card: try card(), follows: follows, key: OpeningPublicKey(key.publicKey), sign: key.sign)
  }
}

/// Writes bytes over others.
func patch(_ bytes: inout [UInt8], at offset: Int, _ new: [UInt8]) {
  bytes.replaceSubrange(offset..<(offset + new.count), with: new)
}

func rejectedFailure(_ body: () throws(Rejection) -> VerifiedBatch) -> AcceptanceFailure? {
  do { _ = try body() } catch { if case .failure(let failure) = error { return failure } }
  return nil
}

func rejectedFault(_ body: () throws(Rejection) -> VerifiedBatch) -> AuthorFault? {
  do { _ = try body() } catch { if case .fault(let fault) = error { return fault } }
  return nil
}
