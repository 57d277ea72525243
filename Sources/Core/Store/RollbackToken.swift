public import Crypto
public import Log

/// The token outside the data folder: how far this node's own log was when it last signed
/// (Protocols/store.md, 10). A data folder that is behind its token was restored from a copy, and
/// must not sign. A value; whoever keeps it does the reading and writing.
public struct RollbackToken: Hashable, Sendable {
  /// The own log's.
  public let origin: Origin
  /// Entries of the log, at least 1 in a token that counts.
  public let size: UInt64
  /// The leaf hash of entry `size - 1`.
  public let leafHash: Digest

  /// The longest token that is parsed.
  public static let maxBytes = 256

  /// A token that says how far the own log is.
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
    guard size <= EntryLayout.maxIndex + 1 else { return nil }
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
  /// It is the token of a later epoch of this node.
  case laterEpoch(Origin)
  /// The folder's entry at this index is damaged: it cannot be compared before it is mended.
  case damaged(index: UInt64)
  /// It names this entry, which the folder lacks.
  case ahead(index: UInt64)
  /// The folder has another entry at this index.
  case otherHistory(index: UInt64)

  /// True when it says that another folder signed after this one. Else nothing is known of the
  /// folder: the log is closed for this run, and a start with the right token opens it (STO-42).
  public var isLasting: Bool {
    switch self {
    case .missing, .malformed, .otherLog, .damaged: false
    case .laterEpoch, .ahead, .otherHistory: true
    }
  }
}

extension RollbackToken {
  /// - Parameter token: what was found outside the folder; nil: nothing.
  /// - Returns: why the own log is closed here; nil when the token names an entry of it.
  /// - Throws: `.disk` when the disk does not give the entry: nothing is known then.
  public static func refusal(
    of token: RollbackToken?, _ identity: LogIdentity, _ store: Store
  ) throws(StoreError) -> TokenRefusal? {
    guard let token else { return .missing }
    guard token.origin == identity.origin else {
      let isLater =
        token.origin.name == identity.origin.name && token.origin.epoch > identity.origin.epoch
      return isLater ? .laterEpoch(token.origin) : .otherLog(token.origin)
    }
    guard token.size > 0 else { return .malformed }
    let index = token.size - 1
    guard let head = store.durableHead(identity.id), token.size <= head.size else {
      return .ahead(index: index)
    }
    guard let here = try leafHash(at: index, head, identity.id, store) else {
      return .damaged(index: index)
    }
    return here == token.leafHash ? nil : .otherHistory(index: index)
  }

  /// - Returns: nil for damage; what a disk refuses to give is thrown.
  private static func leafHash(
    at index: UInt64, _ head: LogHead, _ id: LogID, _ store: Store
  ) throws(StoreError) -> Digest? {
    // The head is journaled: the newest entry needs no file of the log.
    if index == head.size - 1 { return head.leafHash }
    do throws(StoreError) {
      return try store.leafHash(id, index)
    } catch {
      guard case .damaged = error else { throw error }
    }
    do throws(StoreError) {
      _ = try store.leafHashes(id, index..<(index + 1))
    } catch {
      guard case .damaged = error else { throw error }
    }
    return nil
  }
}
