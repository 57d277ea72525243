public import Crypto
internal import Wire

/// The body of an anchor entry: binds a local log, which no partner holds, to the log that it is in
/// (Protocols/entry.md, 8).
public struct Anchor: Hashable, Sendable {
  /// The local log's id.
  public let log: LogID
  /// SHA-256(nonce ‖ checkpoint).
  public let commitment: Digest
  /// Index of the entry that anchored the same local log last; nil: none did.
  public let previous: UInt64?

  /// - Precondition: `previous` is an index that an entry can have.
  public init(log: LogID, commitment: Digest, previous: UInt64?) {
    precondition(previous ?? 0 <= LogLimits.lastIndex, "no entry has this index")
    self.log = log
    self.commitment = commitment
    self.previous = previous
  }

  /// - Parameters:
  ///   - nonce: 32 random bytes, used once.
  ///   - checkpoint: the local log's signed note, with its log's signature line and no other.
  public static func commitment(nonce: Bytes32, checkpoint: [UInt8]) -> Digest {
    var hasher = SHA256()
    nonce.withBytes { hasher.update($0) }
    hasher.update(checkpoint.span)
    return hasher.finalize()
  }

  /// - Throws: for anything but the 90 bytes that `encode` gives.
  public static func parse(_ body: [UInt8]) throws(AnchorError) -> Anchor {
    guard body.count == LogLimits.anchorBytes else { throw .length }
    guard body.starts(with: domain) else { throw .domain }
    let start = domain.count
    let previous: UInt64 = body.span.bigEndian(at: start + 64)
    guard previous <= LogLimits.lastIndex || previous == none else { throw .previous }
    return Anchor(
      log: LogID(Bytes32(body.span, at: start)), commitment: Digest(body.span, at: start + 32),
      previous: previous == none ? nil : previous)
  }

  /// 90 bytes.
  public func encode() -> [UInt8] {
    var bytes = Anchor.domain
    log.append(to: &bytes)
    commitment.append(to: &bytes)
    bytes.append(bigEndian: previous ?? Anchor.none)
    return bytes
  }

  private static let domain = Array("liaison-anchor/v1\n".utf8)
  private static let none = UInt64.max
}

/// Why a body is no anchor. The entry is carried all the same.
public enum AnchorError: Error, Hashable, Sendable {
  /// Not 90 bytes.
  case length
  case domain
  /// An index that no entry has.
  case previous
}
