public import Crypto
public import Log

/// The token outside the data folder: how far this node's own log was when it last signed
/// (Protocols/store.md, 10). A data folder that is behind its token was restored from a copy, and must not
/// sign. A value; whoever keeps it does the reading and writing.
public struct RollbackToken: Hashable, Sendable {
  public let origin: Origin
  public let size: UInt64
  public let leafHash: Digest

  public static let maxBytes = 256

  public init(origin: Origin, size: UInt64, leafHash: Digest) {
    self.origin = origin
    self.size = size
    self.leafHash = leafHash
  }

  /// `liaison-token/v1`, `origin nl/1`, `size 17`, `head BASE64`, each line ended.
  public func encode() -> [UInt8] {
    Array(
      """
      liaison-token/v1
      origin \(origin.text)
      size \(size)
      head \(Base64.encode(leafHash.array))

      """.utf8)
  }

  /// - Returns: nil unless `bytes` are exactly what `encode` writes.
  public init?(parsing bytes: [UInt8]) {
    guard bytes.count <= RollbackToken.maxBytes else { return nil }
    let lines = String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 5, lines[1].hasPrefix("origin "), lines[2].hasPrefix("size "),
      lines[3].hasPrefix("head "), let origin = try? Origin(String(lines[1].dropFirst(7))),
      let size = UInt64(lines[2].dropFirst(5)),
      let leafHash = Base64.decode(lines[3].dropFirst(5)).flatMap({ Digest($0) })
    else { return nil }
    self.init(origin: origin, size: size, leafHash: leafHash)
    guard encode() == bytes else { return nil }
  }
}

/// Why a token does not let the node sign: what is in the folder is not what signed last.
public enum TokenRefusal: Hashable, Sendable {
  /// There is no token.
  case missing
  /// There is a file, and no token in it.
  case malformed
  /// It is the token of another log.
  case otherLog(Origin)
  /// It names this entry, which the folder lacks.
  case ahead(index: UInt64)
  /// The folder has another entry at this index.
  case otherHistory(index: UInt64)
}

extension RollbackToken {
  /// - Parameter token: what was found outside the folder; nil: nothing.
  /// - Returns: why the own log is closed here; nil when the token names an entry of it.
  public static func refusal(
    of token: RollbackToken?, _ identity: LogIdentity, _ store: Store
  ) -> TokenRefusal? {
    guard let token else { return .missing }
    guard token.origin == identity.origin, token.size > 0 else { return .otherLog(token.origin) }
    guard token.size <= store.durableHead(identity.id)?.size ?? 0 else {
      return .ahead(index: token.size - 1)
    }
    guard (try? store.leafHash(identity.id, token.size - 1)) == token.leafHash else {
      return .otherHistory(index: token.size - 1)
    }
    return nil
  }
}
