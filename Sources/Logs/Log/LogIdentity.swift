public import Crypto

/// SHA-256("liaison-log/v1\n" ‖ origin ‖ "\n" ‖ 32 bytes of log public key): what names a log in
/// entries and on the wire (Protocols/entry.md, 2).
public struct LogID: FixedBytes32 {
  public let bytes: Bytes32
  public init(_ bytes: Bytes32) { self.bytes = bytes }
}

/// A log's name and the one key that signs it, for ever.
public struct LogIdentity: Hashable, Sendable {
  public let origin: Origin
  public let key: LogPublicKey
  public let id: LogID

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
