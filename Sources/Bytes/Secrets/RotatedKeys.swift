/// The generations of keys that rotations made in the present epoch, and their file form,
/// `secrets/rotated.keys`: "liaison-rotated/v1" padded with zeros to 32 bytes, then the
/// generations, ascending by serial (Protocols/sealing.md, 10).
public struct RotatedKeys: Sendable {
  /// Rotations of one epoch whose keys are kept; there is no further one.
  public static let most = Limits.generations
  /// The longest file.
  public static let maxBytes = SecretsHead.bytes + maxRecordBytes
  static let maxRecordBytes = most * (KeyGeneration.headBytes + 4 * 32)

  /// The oldest first.
  public private(set) var generations: [KeyGeneration]

  /// Nothing was rotated in this epoch.
  public init() { generations = [] }

  /// True when there is no room for one more.
  public var isFull: Bool { generations.count >= RotatedKeys.most }

  /// Those of cards up to this serial.
  public func upTo(_ serial: UInt64) -> RotatedKeys {
    var part = self
    part.generations.removeAll { $0.serial > serial }
    return part
  }

  func replacing(_ change: (KeyGeneration) -> KeyGeneration) -> RotatedKeys {
    var changed = self
    changed.generations = generations.map(change)
    return changed
  }

  /// With one more, in the place of what was there of its serial.
  public func adding(_ generation: KeyGeneration) -> RotatedKeys {
    var added = self
    added.generations.removeAll { $0.serial >= generation.serial }
    precondition(!added.isFull)
    added.generations.append(generation)
    return added
  }

  /// - Throws: `notASecretsFile` unless the bytes are exactly such a file.
  public init(parsing file: borrowing GuardedBytes) throws(NodeSecretsError) {
    self = try file.withBytes { bytes throws(NodeSecretsError) in
      guard SecretsHead.rotated.begins(bytes) else { throw .notASecretsFile }
      var next = SecretsHead.bytes
      let keys = try RotatedKeys(records: bytes, from: &next, count: nil)
      return keys
    }
  }

  /// - Parameters:
  ///   - next: where the first generation begins; then behind the last.
  ///   - count: how many there are; nil: up to the end.
  init(
    records bytes: Span<UInt8>, from next: inout Int, count: Int?
  ) throws(NodeSecretsError) {
    generations = []
    while count.map({ generations.count < $0 }) ?? (next < bytes.count) {
      guard !isFull, next <= bytes.count else { throw .notASecretsFile }
      let generation = try KeyGeneration(beginning: bytes.extracting(next..<bytes.count))
      guard generations.last.map({ $0.serial < generation.serial }) ?? true else {
        throw .notASecretsFile
      }
      generations.append(generation)
      next += generation.encodedBytes
    }
  }

  var recordBytes: Int { generations.reduce(0) { $0 + $1.encodedBytes } }

  func writeRecords(to output: inout MutableSpan<UInt8>, at offset: Int) {
    var next = offset
    for generation in generations {
      generation.write(to: &output, at: next)
      next += generation.encodedBytes
    }
  }

  /// Lends the file's bytes, in guarded memory, to whoever writes them (mode 0600).
  public func withEncoded<R: ~Copyable, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    let encoded = GuardedBytes(count: SecretsHead.bytes + recordBytes) { bytes in
      SecretsHead.rotated.write(to: &bytes)
      writeRecords(to: &bytes, at: SecretsHead.bytes)
    }
    return try encoded.withBytes(body)
  }
}

/// A rotation that was begun, and its file form, `secrets/rotation.next`: "liaison-rotation/v1"
/// padded with zeros to 32 bytes, the generation, then the new card's exact bytes.
public struct BegunRotation: Sendable {
  /// The longest file: a card is at most 2,048 bytes.
  public static let maxBytes = SecretsHead.bytes + KeyGeneration.headBytes + 4 * 32 + 2_048

  public let generation: KeyGeneration
  /// The card with the new public keys, as it is signed.
  public let card: [UInt8]

  public init(generation: KeyGeneration, card: [UInt8]) {
    self.generation = generation
    self.card = card
  }

  /// - Throws: `notASecretsFile` unless the bytes begin as such a file; the card is not looked at.
  public init(parsing file: borrowing GuardedBytes) throws(NodeSecretsError) {
    self = try file.withBytes { bytes throws(NodeSecretsError) in
      guard SecretsHead.rotation.begins(bytes) else { throw .notASecretsFile }
      let rest = bytes.extracting(SecretsHead.bytes..<bytes.count)
      let generation = try KeyGeneration(beginning: rest)
      let card = (generation.encodedBytes..<rest.count).map { rest[$0] }
      return BegunRotation(generation: generation, card: card)
    }
  }

  /// Lends the file's bytes, in guarded memory, to whoever writes them (mode 0600).
  public func withEncoded<R: ~Copyable, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    let start = SecretsHead.bytes + generation.encodedBytes
    let encoded = GuardedBytes(count: start + card.count) { bytes in
      SecretsHead.rotation.write(to: &bytes)
      generation.write(to: &bytes, at: SecretsHead.bytes)
      for index in card.indices { bytes[start + index] = card[index] }
    }
    return try encoded.withBytes(body)
  }
}
