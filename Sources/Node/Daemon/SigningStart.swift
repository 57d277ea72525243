import Log
import Replication
import Runtime
import Store

/// How signing begins, and why: the mark of an earlier closing, what the token or the store says for ever, what the token
/// says for this run, the roster, in this order.
struct SigningStart {
  /// Why the log is closed; nil: it is not.
  let closedBecause: String?
  /// Whether a later start is closed for this, too (Protocols/store.md, STO-42).
  let isRemembered: Bool
  let hasPeers: Bool

  var state: OwnLogStart {
    if let closedBecause { return .closed(because: closedBecause) }
    return hasPeers ? .waiting : .ready
  }

  init(
    _ identity: LogIdentity, _ store: Store, _ folder: NodeFolder, _ token: TokenFile,
    hasPeers: Bool
  ) throws(IdentityError) {
    self.hasPeers = hasPeers
    if let reason = try ClosedMark.load(folder, identity.origin) {
      closedBecause = reason
      isRemembered = false
      return
    }
    let refusal = try token.refusal(identity, store)
    if let refusal, refusal.isLasting {
      closedBecause = token.reason(refusal, identity.origin)
      isRemembered = true
    } else if let size = store.lostTail(identity.id) {
      let present = store.durableHead(identity.id)?.size ?? 0
      closedBecause =
        "own entries \(present) to \(size - 1) were acknowledged, and the disk has lost them"
      isRemembered = true
    } else if store.mayLackEntries {
      closedBecause = "a journal is missing or cut short: own entries may be lost without a trace"
      isRemembered = true
    } else {
      closedBecause = refusal.map { token.reason($0, identity.origin) }
      isRemembered = false
    }
  }
}
