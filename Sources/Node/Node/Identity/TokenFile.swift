import Log
import Runtime
import Store

/// The file outside the data folder that holds the rollback token.
struct TokenFile {
  /// Without links: a save renames a file into place, and the lock beside it is that of every way
  /// to this token.
  let path: String

  init(path: String) { self.path = FileSystem.canonical(path) }

  /// One process at a time signs under one token. Nil where there is no token: nothing is signed
  /// then.
  func lock() throws -> LockFile? {
    try FileSystem.status(path) == nil ? nil : LockFile(path + ".lock")
  }

  func load() throws(IdentityError) -> Content {
    do throws(SystemError) {
      let bytes = try FileSystem.read(path, maxBytes: RollbackToken.maxBytes)
      return RollbackToken(parsing: bytes).map { .token($0) } ?? .malformed
    } catch {
      if error.isNotFound { return .nothing }
      throw IdentityError(error)
    }
  }

  enum Content {
    case nothing
    case malformed
    case token(RollbackToken)
  }

  /// Synced and renamed into place; blocks for the disk.
  func save(_ token: RollbackToken) throws(IdentityError) {
    try IdentityError.wrap { () throws(SystemError) in
      try FileSystem.atomicWrite(path, token.encode(), mode: 0o600)
    }
  }

  /// - Returns: why the log is closed here; nil when the token names an entry of it.
  func refusal(_ identity: LogIdentity, _ store: Store) throws(IdentityError) -> TokenRefusal? {
    switch try load() {
    case .nothing: .missing
    case .malformed: .malformed
    case .token(let token): try compare(token, identity, store)
    }
  }

  private func compare(
    _ token: RollbackToken, _ identity: LogIdentity, _ store: Store
  ) throws(IdentityError) -> TokenRefusal? {
    do throws(StoreError) {
      return try RollbackToken.refusal(of: token, identity, store)
    } catch {
      throw IdentityError(
        .inputOutput, "entry \(token.size - 1), which the token names, cannot be read: \(error)",
        hint: "look at the disk, then start again: nothing was changed, and nothing is remembered")
    }
  }

  /// The meaning of the refusal, for operators.
  func reason(_ refusal: TokenRefusal, _ origin: Origin) -> String {
    switch refusal {
    case .missing:
      "the token \(path) is missing, so this may be an old copy of the data folder"
    case .malformed: "the token \(path) is damaged"
    case .otherLog(let other): "the token \(path) is that of \(other), not of \(origin)"
    case .laterEpoch(let later):
      "the token names \(later), a later epoch of this node: this data folder is an old copy"
    case .damaged(let index):
      "entry \(index), which the token names, is damaged here: restart when it is mended"
    case .ahead(let index):
      "the token names entry \(index), which this data folder lacks: it is an old copy"
    case .otherHistory(let index):
      "entry \(index) is not the one that the token names: this is another history"
    }
  }
}
