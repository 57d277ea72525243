import Log
import Replica
import Store

extension SigningStart {
  /// Reads the mark of an earlier closing, and the token.
  init(
    _ identity: LogIdentity, _ store: Store, _ folder: NodeFolder, _ token: TokenFile,
    hasPeers: Bool
  ) throws(IdentityError) {
    let mark = try ClosedMark.load(folder, identity.origin)
    self.init(
      identity, store, mark: mark,
      // A closed log needs no token.
      refusal: mark == nil ? try token.refusal(identity, store) : nil,
      reason: { token.reason($0, identity.origin) }, hasPeers: hasPeers)
  }
}
