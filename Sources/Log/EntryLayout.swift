/// Offsets and lengths in a leaf, in bytes. Integers are big-endian (Protocols/entry.md, 1).
public enum EntryLayout {
  public static let domain = 0
  public static let logID = 16
  public static let index = 48
  public static let time = 56
  public static let kind = 64
  public static let suite = 65
  public static let expiry = 66
  public static let bodyLength = 68
  public static let audienceTag = 72
  public static let previous = 88
  public static let bodyHash = 120
  public static let signature = 152

  public static let domainBytes = 16
  public static let audienceTagBytes = 16
  /// What the body's encryption authenticates: everything before `previous`.
  public static let associatedDataBytes = 88
  /// What is signed, and what the next entry's `previous` is the hash of.
  public static let headerBytes = 152
  public static let signatureBytes = 64
  /// Header and signature.
  public static let leafBytes = 216

  public static let maxBodyBytes = LogLimits.bodyBytes
  public static let maxIndex = LogLimits.lastIndex

  /// "liaison-entry/v1": fixes signature, hash and stride.
  public static let domainText = Array("liaison-entry/v1".utf8)
}

/// What an entry is. Unknown kinds are verified, stored and carried, never interpreted.
public enum EntryKind: UInt8, Sendable, CaseIterable {
  case genesis = 1
  case keys = 2
  case withdrawal = 3
  case erasureReceipt = 4
  case forkReport = 5
  case anchor = 6
  case grant = 7
  case history = 8
  case record = 9
  /// Only in the local log of a hub: who looked at what.
  case consultation = 10

  /// The one suite that this kind's body may have (Protocols/entry.md, 3).
  public var suite: EntrySuite {
    switch self {
    case .genesis, .keys, .withdrawal, .erasureReceipt, .forkReport, .anchor, .consultation: .plain
    case .grant, .history: .grant
    case .record: .sealedRecord
    }
  }

  /// Whether the entry changes state: it takes effect only after its own signature was verified.
  public var isControl: Bool { self != .record }
}

/// The format of an entry's body.
public enum EntrySuite: UInt8, Sendable, CaseIterable {
  /// Public bytes; the design calls this suite 0, public.
  case plain = 0
  case sealedRecord = 1
  case grant = 2
}

/// The 16 bytes that tell members of an audience which key opens a record; zero for public bodies.
public struct AudienceTag: Hashable, Sendable {
  private let high: UInt64
  private let low: UInt64

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

  public var array: [UInt8] {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return bytes
  }

  public func append(to bytes: inout [UInt8]) {
    bytes.appendInteger(high)
    bytes.appendInteger(low)
  }
}
