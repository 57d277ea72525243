/// The recovery copy of all keys of a node, under a passphrase: its four secret keys and the keys that it shares
/// with peers' operators (Protocols/sealing.md, 10). `keys export` writes it and `restore` reads it.
public enum KeysExport {
  private static let firstLine = "liaison-keys-export/v1"
  public static let maxBytes = Limits.keysExportBytes
  /// Pre-shared keys that one file has room for.
  public static let maxPresharedKeys = Limits.keysExportPresharedKeys

  /// What an export holds, as the bytes that are sealed.
  public struct Contents: ~Copyable, Sendable {
    /// The node's log, for example `nl/1`.
    public let origin: String
    let bytes: GuardedBytes

    /// - Parameter presharedKeys: by the names of the peers, 1 to 255 bytes each; at most `maxPresharedKeys`.
    public init(
      origin: String, secrets: NodeSecrets,
      presharedKeys: [(name: String, key: Held<PresharedKey>)]
    ) {
      precondition(presharedKeys.count <= maxPresharedKeys)
      self.origin = origin
      let sorted = presharedKeys.sorted { $0.name < $1.name }
      let keyBytes = sorted.reduce(0) { $0 + 1 + $1.name.utf8.count + 32 }
      bytes = GuardedBytes(count: NodeSecrets.encodedBytes + keyBytes) { output in
        var next = 0
        func put(_ span: Span<UInt8>, _ output: inout MutableSpan<UInt8>) {
          for index in span.indices { output[next + index] = span[index] }
          next += span.count
        }
        secrets.withEncoded { put($0, &output) }
        for (name, key) in sorted {
          let text = Array(name.utf8)
          precondition((1...255).contains(text.count))
          output[next] = UInt8(text.count)
          next += 1
          put(text.span, &output)
          key.secret.withBytes { put($0, &output) }
        }
      }
    }

    fileprivate init(origin: String, bytes: consuming GuardedBytes) {
      self.origin = origin
      self.bytes = bytes
    }

    public func secrets() throws(NodeSecretsError) -> NodeSecrets {
      try NodeSecrets.load(from: bytes.prefix(NodeSecrets.encodedBytes))
    }

    /// The peers' names, each with its key, as they are in the file.
    /// - Returns: nil unless the bytes are exactly such a list.
    public func presharedKeys() -> [(name: String, key: Held<PresharedKey>)]? {
      bytes.withBytes { bytes in
        var found: [(name: String, key: Held<PresharedKey>)] = []
        var next = NodeSecrets.encodedBytes
        while next < bytes.count {
          let length = Int(bytes[next])
          guard length > 0, next + 1 + length + 32 <= bytes.count else { return nil }
          let text = (0..<length).map { bytes[next + 1 + $0] }
          guard let name = String(validating: text, as: UTF8.self),
            found.last.map({ $0.name < name }) ?? true
          else { return nil }
          next += 1 + length
          found.append(
            (name, Held(PresharedKey(copying: bytes.extracting(next..<(next + 32))))))
          next += 32
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

  public static func open(
    _ text: [UInt8], passphrase: borrowing GuardedBytes
  ) throws(PassphraseFileError) -> Contents {
    let file = try PassphraseFile(
      text, firstLine: firstLine, maxBytes: maxBytes,
      secretBytes: NodeSecrets.encodedBytes...Limits.keysExportSecretBytes, passphrase: passphrase)
    return Contents(origin: file.origin, bytes: file.secret.prefix(file.secret.count))
  }
}
