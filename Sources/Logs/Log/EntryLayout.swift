/// Offsets and lengths in a leaf, in bytes. Integers are big-endian (Protocols/entry.md, 1).
public enum EntryLayout {
  /// Offset of 16 bytes, `domainText`.
  public static let domain = 0
  /// Offset of 32 bytes.
  public static let logID = 16
  /// Offset of a u64: the entry's place in its log.
  public static let index = 48
  /// Offset of a u64: milliseconds since 1970.
  public static let time = 56
  /// Offset of one byte, an `EntryKind`.
  public static let kind = 64
  /// Offset of one byte, an `EntrySuite`.
  public static let suite = 65
  /// Offset of a u16: days since 1970, 0 for none.
  public static let expiry = 66
  /// Offset of a u32: bytes of the body as stored.
  public static let bodyLength = 68
  /// Offset of 16 bytes, zero but on records.
  public static let audienceTag = 72
  /// Offset of 32 bytes: the hash of the header before.
  public static let previous = 88
  /// Offset of 32 bytes: SHA-256 of the body as stored.
  public static let bodyHash = 120
  /// Offset of 64 bytes, Ed25519 over all before it.
  public static let signature = 152

  /// A record's tag is the first half of 32 derived bytes; the body has the other.
  public static let audienceTagBytes = 16
  /// The part that the body's encryption authenticates: everything before `previous`.
  public static let associatedDataBytes = 88
  /// The part that is signed, and that the next entry's `previous` is the hash of.
  public static let headerBytes = 152
  /// R ‖ S (RFC 8032, 5.1.6).
  public static let signatureBytes = 64
  /// Header and signature.
  public static let leafBytes = 216

  /// The longest body: 1 MiB.
  public static let maxBodyBytes = LogLimits.bodyBytes
  /// The highest index: 2^63-2.
  public static let maxIndex = LogLimits.lastIndex

  /// "liaison-entry/v1": fixes signature, hash and stride.
  public static let domainText = Array("liaison-entry/v1".utf8)
}

/// The 16 bytes that tell members of an audience which key opens a record; zero for public bodies.
public struct AudienceTag: Hashable, Sendable {
  private let high: UInt64
  private let low: UInt64

  /// Stands on every entry that is no record.
  public static let zero = AudienceTag(high: 0, low: 0)

  private init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Reads the 16 bytes of `bytes` that start at `offset`.
  public init(_ bytes: Span<UInt8>, at offset: Int) {
    self.init(high: bytes.u64(at: offset), low: bytes.u64(at: offset + 8))
  }

  /// - Returns: nil unless `bytes` holds exactly 16 bytes.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == EntryLayout.audienceTagBytes else { return nil }
    self.init(bytes.span, at: 0)
  }

  /// The 16 bytes.
  public var array: [UInt8] {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return bytes
  }

  /// Appends the 16 bytes.
  public func append(to bytes: inout [UInt8]) {
    bytes.appendInteger(high)
    bytes.appendInteger(low)
  }
}
