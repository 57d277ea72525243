/// The recovery copy of all keys of a node, under a passphrase: its secret keys and the rotations
/// since, what it keeps of its earlier epochs, and the keys that it shares or shared with peers'
/// operators
/// (Protocols/sealing.md, 10). `keys export` writes it and `restore` reads it.
public enum KeysExport {
  private static let firstLine = "liaison-keys-export/v1"
  /// Longest file: `open` refuses a larger text before anything is computed.
  public static let maxBytes = Limits.keysExportBytes
  /// Pre-shared keys that one file has room for.
  public static let maxPresharedKeys = Limits.keysExportPresharedKeys

  /// A key that was exchanged with a peer's operator.
  public struct PresharedKeyOfPeer: Sendable {
    /// 1 to 255 bytes.
    public let name: String
    /// 0 is the present one, 1 the one before it.
    public let rank: UInt8
    /// 32 bytes, as in the peer's `.psk` file.
    public let key: Held<PresharedKey>

    /// - Parameter name: the peer's, 1 to 255 bytes; `Contents` checks it.
    public init(name: String, rank: UInt8 = 0, key: Held<PresharedKey>) {
      self.name = name
      self.rank = rank
      self.key = key
    }

    fileprivate var order: (String, UInt8) { (name, rank) }
    fileprivate var encodedBytes: Int { 1 + name.utf8.count + 1 + 32 }
  }

  /// The content of an export, as the bytes that are sealed.
  public struct Contents: ~Copyable, Sendable {
    /// The node's log, for example `nl/1`.
    public let origin: String
    let bytes: GuardedBytes

    /// - Parameter presharedKeys: names have 1 to 255 bytes; at most `maxPresharedKeys`.
    public init(
      origin: String, secrets: NodeSecrets, rotated: RotatedKeys = RotatedKeys(),
      earlier: EarlierKeys = EarlierKeys(), presharedKeys: [PresharedKeyOfPeer]
    ) {
      precondition(presharedKeys.count <= maxPresharedKeys)
      self.origin = origin
      let sorted = presharedKeys.sorted { $0.order < $1.order }
      let earlierStart = NodeSecrets.encodedBytes + 1 + rotated.recordBytes
      let head = earlierStart + 2 + earlier.recordBytes
      let keyBytes = sorted.reduce(0) { $0 + $1.encodedBytes }
      bytes = GuardedBytes(count: head + keyBytes) { output in
        secrets.withEncoded { for index in $0.indices { output[index] = $0[index] } }
        output[NodeSecrets.encodedBytes] = UInt8(rotated.generations.count)
        rotated.writeRecords(to: &output, at: NodeSecrets.encodedBytes + 1)
        output[earlierStart] = UInt8(earlier.cards.count >> 8)
        output[earlierStart + 1] = UInt8(earlier.cards.count & 0xff)
        earlier.writeRecords(to: &output, at: earlierStart + 2)
        var next = head
        for item in sorted {
          let text = Array(item.name.utf8)
          precondition((1...255).contains(text.count))
          output[next] = UInt8(text.count)
          for index in text.indices { output[next + 1 + index] = text[index] }
          next += 1 + text.count
          output[next] = item.rank
          item.key.secret.withBytes { for index in 0..<32 { output[next + 1 + index] = $0[index] } }
          next += 33
        }
      }
    }

    fileprivate init(origin: String, bytes: consuming GuardedBytes) {
      self.origin = origin
      self.bytes = bytes
    }

    /// The keys of the epoch's first card.
    /// - Throws: as `NodeSecrets.load`.
    public func secrets() throws(NodeSecretsError) -> NodeSecrets {
      try NodeSecrets.load(from: bytes.prefix(NodeSecrets.encodedBytes))
    }

    /// The rotations since.
    public func rotated() throws(NodeSecretsError) -> RotatedKeys {
      try bytes.withBytes { bytes throws(NodeSecretsError) in
        var next = 0
        return try Contents.rotated(bytes, end: &next)
      }
    }

    private static func rotated(
      _ bytes: Span<UInt8>, end next: inout Int
    ) throws(NodeSecretsError) -> RotatedKeys {
      next = NodeSecrets.encodedBytes + 1
      guard bytes.count >= next else { throw .notASecretsFile }
      let count = Int(bytes[NodeSecrets.encodedBytes])
      return try RotatedKeys(records: bytes, from: &next, count: count)
    }

    /// The keys that the node keeps of its earlier epochs.
    public func earlier() throws(NodeSecretsError) -> EarlierKeys {
      let range = try earlierRange()
      return try bytes.withBytes { bytes throws(NodeSecretsError) in
        try EarlierKeys(records: bytes.extracting(range))
      }
    }

    private func earlierRange() throws(NodeSecretsError) -> Range<Int> {
      try bytes.withBytes { bytes throws(NodeSecretsError) in
        var next = 0
        _ = try Contents.rotated(bytes, end: &next)
        guard bytes.count >= next + 2 else { throw .notASecretsFile }
        let count = Int(bytes[next]) << 8 | Int(bytes[next + 1])
        let end = next + 2 + count * EarlierSecrets.encodedBytes
        guard end <= bytes.count else { throw .notASecretsFile }
        return next + 2..<end
      }
    }

    /// Each key with its peer's name, as they are in the file.
    /// - Returns: nil unless the bytes are exactly such a list.
    public func presharedKeys() -> [PresharedKeyOfPeer]? {
      guard let start = try? earlierRange().upperBound else { return nil }
      return bytes.withBytes { bytes in
        var found: [PresharedKeyOfPeer] = []
        var next = start
        while next < bytes.count {
          let length = Int(bytes[next])
          guard length > 0, next + 1 + length + 33 <= bytes.count else { return nil }
          let text = (0..<length).map { bytes[next + 1 + $0] }
          guard let name = String(validating: text, as: UTF8.self) else { return nil }
          next += 1 + length
          let item = PresharedKeyOfPeer(
            name: name, rank: bytes[next],
            key: Held(PresharedKey(copying: bytes.extracting((next + 1)..<(next + 33)))))
          guard found.last.map({ $0.order < item.order }) ?? true,
            found.count < KeysExport.maxPresharedKeys
          else { return nil }
          found.append(item)
          next += 33
        }
        return found
      }
    }

    /// In constant time.
    public func isEqual(to other: borrowing Contents) -> Bool {
      origin == other.origin && other.bytes.withBytes { bytes.isEqual(to: $0) }
    }
  }

  /// - Returns: the file's text, ending with a newline.
  public static func seal(
    _ contents: borrowing Contents, passphrase: borrowing GuardedBytes,
    cost: PassphraseCost = .moderate, using random: inout some RandomSource
  ) throws(PassphraseFileError) -> [UInt8] {
    let origin = contents.origin
    return try contents.bytes.withBytes { bytes throws(PassphraseFileError) in
      try PassphraseFile.seal(
        bytes, firstLine: firstLine, origin: origin, passphrase: passphrase, cost: cost,
        using: &random)
    }
  }

  /// Takes as long, and as much memory, as the file says: at most 12 passes over 1 GiB.
  public static func open(
    _ text: [UInt8], passphrase: borrowing GuardedBytes
  ) throws(PassphraseFileError) -> Contents {
    let file = try PassphraseFile(
      text, firstLine: firstLine, maxBytes: maxBytes,
      secretBytes: (NodeSecrets.encodedBytes + 3)...Limits.keysExportSecretBytes,
      passphrase: passphrase)
    return Contents(origin: file.origin, bytes: file.secret.prefix(file.secret.count))
  }
}
