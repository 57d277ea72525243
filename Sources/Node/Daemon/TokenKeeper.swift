import Crypto
import Log
import Runtime
import Store

/// Keeps the token outside the data folder up to date, at most once a second. It names durable entries only, so that it is
/// never ahead of the log; it may be a second behind it.
struct TokenKeeper {
  let file: TokenFile
  var isDue = false
  var isScheduled = false
  /// By the steady clock; nil: the last write succeeded.
  var failingSince: UInt64?
  var why: String?

  init(path: String) { file = TokenFile(path: path) }

  /// One process at a time signs under one token. Nil where there is no token: nothing is signed then.
  func lock() throws -> LockFile? {
    try FileSystem.status(file.path) == nil ? nil : LockFile(file.path + ".lock")
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
    do {
      try token.file.save(
        RollbackToken(origin: identity.origin, size: head.size, leafHash: head.leafHash))
      tokenWritten()
    } catch {
      tokenFailed(error)
    }
  }
}
