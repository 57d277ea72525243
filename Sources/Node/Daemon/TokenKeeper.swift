import Crypto
import Log
import Runtime
import Store

/// Keeps the token outside the data folder up to date, at most once a second. It names durable entries only, so that it is
/// never ahead of the log; it may be a second behind it.
struct TokenKeeper {
  let path: String
  var isDue = false
  var isScheduled = false

  /// One process at a time signs under one token. Nil where there is no token: nothing is signed then.
  func lock() throws -> LockFile? {
    try FileSystem.status(path) == nil ? nil : LockFile(path + ".lock")
  }

  /// - Returns: why the log is closed here; nil when the token names an entry of it.
  func reasonToClose(_ identity: LogIdentity, _ store: Store) -> String? {
    let token: RollbackToken
    do throws(IdentityError) {
      guard let found = try RollbackToken.load(path) else {
        return "the token \(path) is missing, so this may be an old copy of the data folder"
      }
      token = found
    } catch {
      return error.reason
    }
    guard token.origin == identity.origin, token.size > 0 else {
      return "the token \(path) is not that of \(identity.origin)"
    }
    guard token.size <= store.durableHead(identity.id)?.size ?? 0 else {
      return
        "the token names entry \(token.size - 1), which this data folder lacks: it is an old copy"
    }
    guard (try? store.leafHash(identity.id, token.size - 1)) == token.leafHash else {
      return "entry \(token.size - 1) is not the one that the token names: this is another history"
    }
    return nil
  }
}

extension Node {
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
      try RollbackToken(origin: identity.origin, size: head.size, leafHash: head.leafHash)
        .save(token.path)
    }
  }
}
