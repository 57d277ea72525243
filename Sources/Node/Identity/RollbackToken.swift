public import Crypto
public import Log
internal import Runtime

/// The token outside the data folder: how far this node's own log was when it last signed. A data
/// folder that is behind its token was restored from a copy, and must not sign (design 10).
public struct RollbackToken: Hashable, Sendable {
  public let origin: Origin
  public let size: UInt64
  public let leafHash: Digest

  static let maxBytes = 256

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

  /// - Returns: nil when there is no such file.
  public static func load(_ path: String) throws(IdentityError) -> RollbackToken? {
    let bytes: [UInt8]
    do throws(SystemError) {
      bytes = try FileSystem.read(path, maxBytes: maxBytes)
    } catch {
      if error.isNotFound { return nil }
      throw IdentityError(error)
    }
    guard let token = RollbackToken(parsing: bytes) else {
      throw IdentityError(
        .malformed, "the token \(path) is damaged",
        hint: "treat this node as restored: read Protocols/store.md before you remove the file")
    }
    return token
  }

  /// Synced and renamed into place; blocks for the disk.
  public func save(_ path: String) throws(IdentityError) {
    try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.atomicWrite(path, encode(), mode: 0o600)
    }
  }
}
