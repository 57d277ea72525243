import Crypto
import Log
import Runtime
import Store

/// The token outside the data folder: own size and head, so that a data folder brought back from a backup does not
/// sign what it signed before. design: docs/decisions and Protocols/store.md.
///
///     liaison-token/v1
///     origin nl/1
///     size 1185
///     head <base64>
struct TokenKeeper {
  let path: String
  var isDue = false
  var isScheduled = false

  static func text(_ origin: Origin, _ head: LogHead) -> [UInt8] {
    Array(
      """
      liaison-token/v1
      origin \(origin.text)
      size \(head.size)
      head \(Base64.encode(head.leafHash.array))

      """.utf8)
  }

  /// - Returns: why the log is closed here; nil when the token names an entry of it.
  func verify(_ identity: LogIdentity, _ store: Store) -> String? {
    let help = "Nothing is signed in this epoch any more."
    guard let bytes = try? FileSystem.read(path, limitBytes: 1_024) else {
      return "the token \(path) is missing: this may be an old copy of the data folder. \(help)"
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 5, lines[0] == "liaison-token/v1", lines[1] == "origin \(identity.origin.text)",
      lines[2].hasPrefix("size "), let size = UInt64(lines[2].dropFirst(5)), size > 0,
      lines[3].hasPrefix("head "), let hash = Base64.decode(lines[3].dropFirst(5)).flatMap({ Digest($0) })
    else { return "the token \(path) is not this log's. \(help)" }
    guard size <= store.durableHead(identity.id)?.size ?? 0 else {
      return "the token names entry \(size - 1), which this data folder does not have: it is an old copy. \(help)"
    }
    guard (try? store.leafHash(identity.id, size - 1)) == hash else {
      return "entry \(size - 1) is not the one the token names: this is another history. \(help)"
    }
    return nil
  }
}

extension Node {
  /// At most once a second.
  func scheduleToken() {
    guard token.isDue, !token.isScheduled, author.closedBecause == nil else { return }
    token.isScheduled = true
    loop.schedule(afterMilliseconds: NodeLimits.tokenEveryMilliseconds) { [weak self] in
      self?.token.isScheduled = false
      self?.writeToken()
    }
  }

  func writeToken() {
    guard token.isDue, author.closedBecause == nil,
      let head = store.durableHead(identity.id), head.size > 0
    else { return }
    token.isDue = false
    attempt("the token could not be written") {
      try FileSystem.atomicWrite(
        token.path, TokenKeeper.text(identity.origin, head), mode: 0o600)
    }
  }
}
