/// Ed25519: verifies entries and checkpoints of one log. A log has one for ever.
public struct LogPublicKey: FixedBytes32 {
  /// The encoded point of RFC 8032, 5.1.2.
  public let bytes: Bytes32
  /// Any 32 bytes: `isSound` says whether they are a key.
  public init(_ bytes: Bytes32) { self.bytes = bytes }
}

/// Ed25519: verifies a node's cosignatures. C2SP requires that it differs from any log key.
public struct CosigningPublicKey: FixedBytes32 {
  /// The encoded point of RFC 8032, 5.1.2.
  public let bytes: Bytes32
  /// Any 32 bytes: `isSound` says whether they are a key.
  public init(_ bytes: Bytes32) { self.bytes = bytes }
}

/// Ed25519: verifies the one opening of the epoch after a log's. Cards hold its SHA-256; itself it
/// is public only when that epoch is opened (Protocols/card.md, 4).
public struct OpeningPublicKey: FixedBytes32 {
  /// The encoded point of RFC 8032, 5.1.2.
  public let bytes: Bytes32
  /// Any 32 bytes: `isSound` says whether they are a key.
  public init(_ bytes: Bytes32) { self.bytes = bytes }

  /// The hash that the card of the log commits to.
  public var commitment: OpeningKeyHash { OpeningKeyHash(SHA256.hash(array).bytes) }
}

/// SHA-256 of an opening public key: who may open the epoch after a log's.
public struct OpeningKeyHash: FixedBytes32 {
  /// As it stands in cards.
  public let bytes: Bytes32
  /// Takes the bytes as such a hash; a card's is compared only when an epoch is opened.
  public init(_ bytes: Bytes32) { self.bytes = bytes }
}

/// X25519: records' audience keys are wrapped to it.
public struct SealingPublicKey: FixedBytes32 {
  /// The u-coordinate of RFC 7748, 5, little-endian.
  public let bytes: Bytes32
  /// Any 32 bytes: `isSound` says whether they are a key.
  public init(_ bytes: Bytes32) { self.bytes = bytes }
}

/// X25519: a node's static key in the Noise handshake.
public struct TransportPublicKey: FixedBytes32 {
  /// The u-coordinate of RFC 7748, 5, little-endian.
  public let bytes: Bytes32
  /// Any 32 bytes: `isSound` says whether they are a key.
  public init(_ bytes: Bytes32) { self.bytes = bytes }
}

/// 64 bytes of Ed25519 signature, R ‖ S.
public struct Signature: Hashable, Sendable {
  /// RFC 8032, 5.1.6.
  public static let byteCount = 64
  let r: Bytes32
  let s: Bytes32

  /// Reads the 64 bytes that start at `offset`, which are there (a precondition).
  public init(_ bytes: Span<UInt8>, at offset: Int) {
    r = Bytes32(bytes, at: offset)
    s = Bytes32(bytes, at: offset + 32)
  }

  /// - Returns: nil unless `bytes` holds exactly 64 bytes.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == Signature.byteCount else { return nil }
    self.init(bytes.span, at: 0)
  }

  /// The 64 bytes, R ‖ S.
  public var array: [UInt8] { r.array + s.array }
}
