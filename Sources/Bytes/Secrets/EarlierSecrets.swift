/// The secrets that a node keeps of an earlier card of its own: of an earlier epoch, or of before a
/// rotation. With them it still reads grants
/// that were made to its sealing key, and its own grants; and it answers partners that know it by
/// the transport key of then. The keys that signed are not among them.
public struct EarlierSecrets: Sendable {
  /// The epoch that the keys were of, from 1.
  public let epoch: UInt32
  /// The serial of the first card that had them all.
  public let serial: UInt64
  /// Opens grants that partners made to the card of then.
  public let sealing: Held<SealingSecretKey>
  /// Answers partners that still dial by the card of then.
  public let transport: Held<TransportSecretKey>
  /// Opens this node's own slots in its grants of then (Protocols/sealing.md, SEAL-9).
  public let author: Held<AuthorSecret>

  static let encodedBytes = 4 + 8 + 3 * 32

  /// - Parameters:
  ///   - epoch: the one that these keys were of.
  ///   - serial: of their card.
  public init(_ secrets: NodeSecrets, of epoch: UInt32, serial: UInt64 = 1) {
    self.epoch = epoch
    self.serial = serial
    sealing = Held(secrets.sealing.withSeed { SealingSecretKey(seed: $0) })
    transport = Held(secrets.transport.withSeed { TransportSecretKey(seed: $0) })
    author = secrets.author
  }

  /// Another pair in the place of its own.
  func sealing(by pair: SealingPair) -> EarlierSecrets {
    EarlierSecrets(self, pair)
  }

  private init(_ other: EarlierSecrets, _ pair: SealingPair) {
    epoch = other.epoch
    serial = other.serial
    transport = other.transport
    sealing = pair.sealing
    author = pair.author
  }

  fileprivate init(_ bytes: Span<UInt8>) {
    epoch = (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[$1]) }
    serial = (4..<12).reduce(0) { $0 << 8 | UInt64(bytes[$1]) }
    sealing = Held(SealingSecretKey(seed: bytes.extracting(12..<44)))
    transport = Held(TransportSecretKey(seed: bytes.extracting(44..<76)))
    author = Held(AuthorSecret(copying: bytes.extracting(76..<108)))
  }

  fileprivate func write(to output: inout MutableSpan<UInt8>, at offset: Int) {
    for index in 0..<4 {
      output[offset + index] = UInt8(truncatingIfNeeded: epoch >> (24 - 8 * index))
    }
    for index in 0..<8 {
      output[offset + 4 + index] = UInt8(truncatingIfNeeded: serial >> UInt64(56 - 8 * index))
    }
    sealing.secret.withSeed { for index in 0..<32 { output[offset + 12 + index] = $0[index] } }
    transport.secret.withSeed { for index in 0..<32 { output[offset + 44 + index] = $0[index] } }
    author.secret.withBytes { for index in 0..<32 { output[offset + 76 + index] = $0[index] } }
  }
}

extension NodeSecrets {
  /// Each set of secrets that these keys and the rotations since made, the newest first.
  public func sets(after rotated: RotatedKeys, of epoch: UInt32) -> [EarlierSecrets] {
    var present = self
    var sets = [EarlierSecrets(self, of: epoch)]
    for generation in rotated.generations {
      present = present.replaced(by: generation)
      sets.append(EarlierSecrets(present, of: epoch, serial: generation.serial))
    }
    return sets.reversed()
  }
}

/// The secrets of a node's earlier epochs, the newest first, and their file form,
/// `secrets/earlier.keys`: "liaison-earlier/v1" padded with zeros to 32 bytes, then for each card,
/// descending, its epoch (u32) and serial (u64), the seeds of its sealing and transport keys, and
/// its author's secret, 32 bytes each.
public struct EarlierKeys: Sendable {
  /// A node that has more forgets the oldest.
  public static let most = Limits.earlierCards
  /// The longest file, `secrets/earlier.keys`.
  public static let maxBytes = SecretsHead.bytes + most * EarlierSecrets.encodedBytes

  /// The newest first, at most `most`.
  public private(set) var cards: [EarlierSecrets]

  /// A node in its first epoch.
  public init() { cards = [] }

  func replacing(_ change: (EarlierSecrets) -> EarlierSecrets) -> EarlierKeys {
    var changed = self
    changed.cards = cards.map(change)
    return changed
  }

  /// The keys with those of one more epoch, in the place of what was there of it. The oldest beyond
  /// `most` are left out.
  /// - Parameter sets: of one epoch, the newest first.
  public func adding(_ sets: [EarlierSecrets]) -> EarlierKeys {
    var added = self
    added.cards.removeAll { known in sets.contains { $0.epoch == known.epoch } }
    added.cards += sets
    added.cards.sort { ($0.epoch, $0.serial) > ($1.epoch, $1.serial) }
    added.cards.removeLast(max(0, added.cards.count - EarlierKeys.most))
    return added
  }

  /// - Throws: `notASecretsFile` unless the bytes are exactly such a file.
  public init(parsing file: borrowing GuardedBytes) throws(NodeSecretsError) {
    self = try file.withBytes { bytes throws(NodeSecretsError) in
      guard SecretsHead.earlier.begins(bytes) else { throw .notASecretsFile }
      return try EarlierKeys(records: bytes.extracting(SecretsHead.bytes..<bytes.count))
    }
  }

  /// - Parameter records: of the file, without its beginning.
  init(records bytes: Span<UInt8>) throws(NodeSecretsError) {
    let (count, remainder) = bytes.count.quotientAndRemainder(
      dividingBy: EarlierSecrets.encodedBytes)
    guard remainder == 0, count <= EarlierKeys.most else { throw .notASecretsFile }
    cards = []
    for number in 0..<count {
      let start = number * EarlierSecrets.encodedBytes
      let next = EarlierSecrets(bytes.extracting(start..<(start + EarlierSecrets.encodedBytes)))
      guard next.epoch > 0, next.serial > 0,
        cards.last.map({ ($0.epoch, $0.serial) > (next.epoch, next.serial) }) ?? true
      else { throw .notASecretsFile }
      cards.append(next)
    }
  }

  var recordBytes: Int { cards.count * EarlierSecrets.encodedBytes }

  func writeRecords(to output: inout MutableSpan<UInt8>, at offset: Int) {
    for (number, secrets) in cards.enumerated() {
      secrets.write(to: &output, at: offset + number * EarlierSecrets.encodedBytes)
    }
  }

  /// Lends the file's bytes, in guarded memory, to whoever writes them (mode 0600).
  public func withEncoded<R: ~Copyable, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    let encoded = GuardedBytes(count: SecretsHead.bytes + recordBytes) { bytes in
      SecretsHead.earlier.write(to: &bytes)
      writeRecords(to: &bytes, at: SecretsHead.bytes)
    }
    return try encoded.withBytes(body)
  }
}
