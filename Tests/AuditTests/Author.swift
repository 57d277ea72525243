import Crypto
import Log
import Secrets

/// A node that writes a log, rightly or not.
struct Author {
  let identity: LogIdentity
  private(set) var leaves: [[UInt8]] = []
  private(set) var bodies: [[UInt8]] = []
  private let seed: [UInt8]
  private let cosigningSeed: [UInt8]

  init(_ name: String, keyed label: String = "") throws {
    let seed = SHA256.hash(Array("audit test log key \(name)\(label)".utf8)).array
    self.seed = seed
    cosigningSeed = SHA256.hash(Array("audit test cosigning key \(name)\(label)".utf8)).array
    identity = LogIdentity(
      origin: try Origin("\(name)/1"), key: LogSecretKey(seed: seed.span).publicKey)
  }

  /// Records that a long log withdraws; a shorter one those of them that it has before its
  /// withdrawal.
  static let withdrawn: [UInt64] = [3, 4, 6, 300, 301, 302] + Array(310..<400) + [449]

  private static let chunkSuite = EntrySuite.sealedChunk.rawValue
  /// Records that are chunks of an attachment: one stays, one is withdrawn, one expires.
  private static let chunks: Set<Int> = [4, 5, 20]

  /// Where the withdrawal stands in a log of so many entries.
  static func withdrawal(of entries: Int) -> Int { entries >= 700 ? 450 : entries / 2 + 1 }

  /// Makes a log with a genesis entry, records, one withdrawal and a few other entries. Two records
  /// expire.
  init(_ name: String, entries: Int) throws {
    try self.init(name)
    let genesis = try Genesis(first: card())
    add(.genesis, genesis.encode())
    for index in 1..<entries {
      let body = [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: index % 400)
      if index == Author.withdrawal(of: entries) {
        let records = Author.withdrawn.filter { $0 < index }.map {
          Withdrawal.Record(origin: identity.origin, index: $0)
        }
        add(.withdrawal, try Withdrawal(records: records).encode())
      } else if index % 50 == 7 {
        add(.grant, Array("a grant, number \(index)".utf8))
      } else if index == 9 || index == 20 {
        add(.record, body) {
          $0[EntryLayout.expiry + 1] = 100
          if Author.chunks.contains(index) { $0[EntryLayout.suite] = Author.chunkSuite }
        }
      } else {
        add(.record, body) {
          if Author.chunks.contains(index) { $0[EntryLayout.suite] = Author.chunkSuite }
        }
      }
    }
  }

  /// - Parameter opening: which key the card commits to.
  func card(serial: UInt64 = 1, opening: UInt8 = 3) throws -> Card {
    func x25519(_ number: UInt8) -> Bytes32 {
      var bytes = SHA256.hash(seed + [number]).array
      bytes[31] &= 0x7f
      return Bytes32(bytes.span)
    }
    return try Card.make(
      serial: serial, origin: identity.origin, log: identity.key,
      cosigning: cosigning(serial).publicKey,
      sealing: SealingPublicKey(x25519(1)), transport: TransportPublicKey(x25519(2)),
      opening: OpeningKeyHash(SHA256.hash(seed + [opening]).bytes), address: nil, sign: sign)
  }

  /// - Parameter edit: changes the header's bytes before they are signed.
  mutating func add(
    _ kind: EntryKind, _ body: [UInt8], badSignature: Bool = false,
    edit: (inout [UInt8]) -> Void = { _ in }
  ) {
    let tag = kind == .record ? AudienceTag([UInt8](repeating: 3, count: 16)) : nil
    var header = EntryHeader(
      logID: identity.id, index: UInt64(leaves.count), time: 1_452_470_400_000,
      kind: kind.rawValue, suite: kind.suite.rawValue, expiryDay: 0, bodyBytes: UInt32(body.count),
      audienceTag: tag ?? .zero,
      previous: leaves.last.map { EntryHeader.headerHash(of: $0.span) } ?? .zero,
      bodyHash: SHA256.hash(body)
    ).encode()
    edit(&header)
    var signature = sign(header.span).array
    if badSignature { signature[3] ^= 1 }
    leaves.append(header + signature)
    bodies.append(body)
  }

  func batch(_ range: Range<Int>) throws -> EntryBatch {
    try EntryBatch(
      first: UInt64(range.lowerBound), leaves: range.flatMap { leaves[$0] },
      bodies: range.flatMap { bodies[$0] })
  }

  func root(_ size: Int) -> Digest {
    var tree = CompactTree.empty
    for leaf in leaves[..<size] { tree.append(EntryHeader.leafHash(of: leaf.span)) }
    return tree.root()
  }

  func checkpoint(_ size: Int, root: Digest? = nil) -> VerifiedCheckpoint {
    Checkpoint.make(
      identity: identity, size: UInt64(size), root: root ?? self.root(size), sign: sign)
  }

  /// A checkpoint of another log's tree, signed with this one's key.
  func checkpointOf(_ other: Author, _ size: Int) -> [UInt8] {
    checkpoint(size, root: other.root(size)).note
  }

  /// - Parameter serial: of the card whose key makes it.
  func cosignature(_ checkpoint: VerifiedCheckpoint, serial: UInt64 = 1) -> Cosignature {
    let secret = cosigning(serial)
    return Cosignature.make(
      checkpoint: checkpoint, name: identity.origin.name, key: secret.publicKey,
      time: 1_452_470_400
    ) { secret.sign($0) }
  }

  private func cosigning(_ serial: UInt64) -> CosigningSecretKey {
    let seed = serial == 1 ? cosigningSeed : SHA256.hash(cosigningSeed + bigEndian(serial)).array
    return CosigningSecretKey(seed: seed.span)
  }

  private func sign(_ message: Span<UInt8>) -> Signature {
    LogSecretKey(seed: seed.span).sign(message)
  }
}
