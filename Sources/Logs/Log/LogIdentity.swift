public import Crypto

/// SHA-256("liaison-log/v1\n" ‖ origin ‖ "\n" ‖ 32 bytes of log public key): what names a log in
/// entries and on the wire (Protocols/entry.md, 2).
public struct LogID: FixedBytes32 {
  /// The hash, as it stands in entries.
  public let bytes: Bytes32
  /// Takes a hash that came; `LogIdentity` computes it.
  public init(_ bytes: Bytes32) { self.bytes = bytes }
}

/// A log's name and the one key that signs it, for ever.
public struct LogIdentity: Hashable, Sendable {
  /// Binds the log to a node's name and epoch.
  public let origin: Origin
  /// Verifies entries and checkpoints.
  public let key: LogPublicKey
  /// Computed once, from both.
  public let id: LogID

  /// Hashes; it does not look whether the key is sound.
  public init(origin: Origin, key: LogPublicKey) {
    self.origin = origin
    self.key = key
    var hasher = SHA256()
    hasher.update("liaison-log/v1\n")
    hasher.update(Array((origin.text + "\n").utf8).span)
    key.withBytes { hasher.update($0) }
    id = LogID(hasher.finalize().bytes)
  }
}
