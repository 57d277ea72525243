public import Crypto

/// The 152 signed bytes of an entry, as values. Kind and suite stay numbers, so that unknown ones
/// are carried (Protocols/entry.md, 1).
public struct EntryHeader: Hashable, Sendable {
  /// The log that the entry is in: SHA-256 of origin and log key.
  public var logID: LogID
  /// 0 to 2^63-2.
  public var index: UInt64
  /// Milliseconds since 1970, the author's claim; nothing is ever ordered by it.
  public var time: UInt64
  /// `EntryKind` by number; `knownKind` reads it.
  public var kind: UInt8
  /// `EntrySuite` by number; `knownSuite` reads it.
  public var suite: UInt8
  /// Days since 1970-01-01; due from 00:00 UTC. 0: none.
  public var expiryDay: UInt16
  /// The length of the body as stored.
  public var bodyBytes: UInt32
  /// Zero but on records.
  public var audienceTag: AudienceTag
  /// SHA-256 of the 152 header bytes of the entry before; zeros at index 0.
  public var previous: Digest
  /// SHA-256 of the body as stored.
  public var bodyHash: Digest

  /// Checks nothing: `EntryBuilder` makes headers that keep the rules.
  public init(
    logID: LogID, index: UInt64, time: UInt64, kind: UInt8, suite: UInt8, expiryDay: UInt16,
    bodyBytes: UInt32, audienceTag: AudienceTag, previous: Digest, bodyHash: Digest
  ) {
    self.logID = logID
    self.index = index
    self.time = time
    self.kind = kind
    self.suite = suite
    self.expiryDay = expiryDay
    self.bodyBytes = bodyBytes
    self.audienceTag = audienceTag
    self.previous = previous
    self.bodyHash = bodyHash
  }

  /// Reads the fields of the leaf (or header) that starts at `offset`. It checks nothing: not even
  /// the domain, which `LogState.accept` does.
  /// - Precondition: 152 bytes are there.
  public init(parsing leaf: Span<UInt8>, at offset: Int = 0) {
    logID = LogID(leaf, at: offset + EntryLayout.logID)
    index = leaf.u64(at: offset + EntryLayout.index)
    time = leaf.u64(at: offset + EntryLayout.time)
    kind = leaf[offset + EntryLayout.kind]
    suite = leaf[offset + EntryLayout.suite]
    expiryDay = leaf.u16(at: offset + EntryLayout.expiry)
    bodyBytes = leaf.u32(at: offset + EntryLayout.bodyLength)
    audienceTag = AudienceTag(leaf, at: offset + EntryLayout.audienceTag)
    previous = Digest(leaf, at: offset + EntryLayout.previous)
    bodyHash = Digest(leaf, at: offset + EntryLayout.bodyHash)
  }

  /// The known kind, or nil.
  public var knownKind: EntryKind? { EntryKind(rawValue: kind) }

  /// True for a chunk of an attachment: a record to whoever carries it, and none to whoever reads.
  public var isChunk: Bool { knownKind == .record && knownSuite == .sealedChunk }

  /// The known suite, or nil.
  public var knownSuite: EntrySuite? { EntrySuite(rawValue: suite) }

  /// The 152 header bytes, domain first.
  public func encode() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(EntryLayout.headerBytes)
    append(to: &bytes)
    return bytes
  }

  /// Appends the 152 header bytes.
  public func append(to bytes: inout [UInt8]) {
    appendAssociatedData(to: &bytes)
    previous.append(to: &bytes)
    bodyHash.append(to: &bytes)
  }

  /// The first 88 bytes: what the encryption of the body authenticates. `previous` and `bodyHash`
  /// are not part of it and need not be known yet.
  public func associatedData() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(EntryLayout.associatedDataBytes)
    appendAssociatedData(to: &bytes)
    return bytes
  }

  private func appendAssociatedData(to bytes: inout [UInt8]) {
    bytes.append(contentsOf: EntryLayout.domainText)
    logID.append(to: &bytes)
    bytes.appendInteger(index)
    bytes.appendInteger(time)
    bytes.append(kind)
    bytes.append(suite)
    bytes.appendInteger(expiryDay)
    bytes.appendInteger(bodyBytes)
    audienceTag.append(to: &bytes)
  }

  /// The next entry's `previous`: SHA-256 of the 152 bytes from `offset`.
  public static func headerHash(of leaf: Span<UInt8>, at offset: Int = 0) -> Digest {
    SHA256.hash(leaf.extracting(offset..<(offset + EntryLayout.headerBytes)))
  }

  /// SHA-256(0x00 ‖ leaf) of the 216 bytes from `offset`.
  public static func leafHash(of leaf: Span<UInt8>, at offset: Int = 0) -> Digest {
    SHA256.leaf(leaf.extracting(offset..<(offset + EntryLayout.leafBytes)))
  }

  /// The hashes of the headers of leaves that lie one behind the other, 32 bytes each.
  static func headerHashes(of leaves: Span<UInt8>) -> [UInt8] {
    var hashes: [UInt8] = []
    hashes.reserveCapacity(32 * (leaves.count / EntryLayout.leafBytes))
    for start in stride(from: 0, to: leaves.count, by: EntryLayout.leafBytes) {
      headerHash(of: leaves, at: start).append(to: &hashes)
    }
    return hashes
  }

  /// The leaf hashes of leaves that lie one behind the other, 32 bytes each.
  public static func leafHashes(of leaves: Span<UInt8>) -> [UInt8] {
    SHA256.leaves(leaves, length: EntryLayout.leafBytes)
  }
}
