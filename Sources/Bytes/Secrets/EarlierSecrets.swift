/// The secrets that a node keeps of an earlier epoch of its own. With them it still reads grants
/// that were made to its sealing key, and its own grants; and it answers partners that know it by
/// the transport key of then. The keys that signed are not among them.
public struct EarlierSecrets: Sendable {
  /// The epoch that the keys were of, from 1.
  public let epoch: UInt32
  /// Opens grants that partners made to the card of then.
  public let sealing: Held<SealingSecretKey>
  /// Answers partners that still dial by the card of then.
  public let transport: Held<TransportSecretKey>
  /// Opens this node's own slots in its grants of then (Protocols/sealing.md, SEAL-9).
  public let author: Held<AuthorSecret>

  static let encodedBytes = 4 + 3 * 32

  /// - Parameter epoch: the one that these keys were of.
  public init(_ secrets: NodeSecrets, of epoch: UInt32) {
    self.epoch = epoch
    sealing = Held(secrets.sealing.withSeed { SealingSecretKey(seed: $0) })
    transport = Held(secrets.transport.withSeed { TransportSecretKey(seed: $0) })
    author = secrets.author
  }

  fileprivate init(_ bytes: Span<UInt8>) {
    epoch = (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[$1]) }
    sealing = Held(SealingSecretKey(seed: bytes.extracting(4..<36)))
    transport = Held(TransportSecretKey(seed: bytes.extracting(36..<68)))
    author = Held(AuthorSecret(copying: bytes.extracting(68..<100)))
  }

  fileprivate func write(to output: inout MutableSpan<UInt8>, at offset: Int) {
    for index in 0..<4 {
      output[offset + index] = UInt8(truncatingIfNeeded: epoch >> (24 - 8 * index))
    }
    sealing.secret.withSeed { for index in 0..<32 { output[offset + 4 + index] = $0[index] } }
    transport.secret.withSeed { for index in 0..<32 { output[offset + 36 + index] = $0[index] } }
    author.secret.withBytes { for index in 0..<32 { output[offset + 68 + index] = $0[index] } }
  }
}

/// The earlier epochs' secrets of a node, the newest first, and their file form,
/// `secrets/earlier.keys`: "liaison-earlier/v1" padded with zeros to 32 bytes, then for each epoch,
/// descending, its number (u32), and the seeds of its sealing and transport keys and its author's
/// secret, 32 bytes each.
public struct EarlierKeys: Sendable {
  /// A node that opens more epochs forgets the oldest.
  public static let maxEpochs = Limits.earlierEpochs
  /// The longest file, `secrets/earlier.keys`.
  public static let maxBytes = headBytes + maxEpochs * EarlierSecrets.encodedBytes
  static let headBytes = 32

  /// The newest first, at most `maxEpochs`.
  public private(set) var epochs: [EarlierSecrets]

  /// A node in its first epoch.
  public init() { epochs = [] }

  /// The keys with those of one more epoch, in the place of what was there of it. The oldest beyond
  /// `maxEpochs` are left out.
  public func adding(_ secrets: EarlierSecrets) -> EarlierKeys {
    var added = self
    added.epochs.removeAll { $0.epoch == secrets.epoch }
    added.epochs.append(secrets)
    added.epochs.sort { $0.epoch > $1.epoch }
    added.epochs.removeLast(max(0, added.epochs.count - EarlierKeys.maxEpochs))
    return added
  }

  /// - Throws: `notASecretsFile` unless the bytes are exactly such a file.
  public init(parsing file: borrowing GuardedBytes) throws(NodeSecretsError) {
    self = try file.withBytes { bytes throws(NodeSecretsError) in
      guard bytes.count >= EarlierKeys.headBytes else { throw .notASecretsFile }
      for index in 0..<EarlierKeys.headBytes where bytes[index] != EarlierKeys.magic(index) {
        throw .notASecretsFile
      }
      return try EarlierKeys(records: bytes.extracting(EarlierKeys.headBytes..<bytes.count))
    }
  }

  /// - Parameter records: of the file, without its beginning.
  init(records bytes: Span<UInt8>) throws(NodeSecretsError) {
    let (count, remainder) = bytes.count.quotientAndRemainder(
      dividingBy: EarlierSecrets.encodedBytes)
    guard remainder == 0, count <= EarlierKeys.maxEpochs else { throw .notASecretsFile }
    epochs = []
    for number in 0..<count {
      let start = number * EarlierSecrets.encodedBytes
      let next = EarlierSecrets(bytes.extracting(start..<(start + EarlierSecrets.encodedBytes)))
      guard next.epoch > 0, epochs.last.map({ $0.epoch > next.epoch }) ?? true else {
        throw .notASecretsFile
      }
      epochs.append(next)
    }
  }

  var recordBytes: Int { epochs.count * EarlierSecrets.encodedBytes }

  func writeRecords(to output: inout MutableSpan<UInt8>, at offset: Int) {
    for (number, secrets) in epochs.enumerated() {
      secrets.write(to: &output, at: offset + number * EarlierSecrets.encodedBytes)
    }
  }

  /// Lends the file's bytes, in guarded memory, to whoever writes them (mode 0600).
  public func withEncoded<R: ~Copyable, E: Error>(
    _ body: (Span<UInt8>) throws(E) -> R
  ) throws(E) -> R {
    let encoded = GuardedBytes(count: EarlierKeys.headBytes + recordBytes) { bytes in
      for index in 0..<EarlierKeys.headBytes { bytes[index] = EarlierKeys.magic(index) }
      writeRecords(to: &bytes, at: EarlierKeys.headBytes)
    }
    return try encoded.withBytes(body)
  }

  private static func magic(_ index: Int) -> UInt8 {
    let text: StaticString = "liaison-earlier/v1"
    return index < text.utf8CodeUnitCount ? unsafe text.utf8Start[index] : 0
  }
}
