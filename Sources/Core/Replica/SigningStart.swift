package import Log
import Replication
package import Store

/// How signing begins, and why: the mark of an earlier closing, what the token or the store says
/// for ever, what the token says for this run, the roster, in this order.
package struct SigningStart {
  /// Why the log is closed; nil: it is not.
  package let closedBecause: String?
  /// True when a later start is closed for this, too (Protocols/store.md, STO-42).
  let isRemembered: Bool
  let hasPeers: Bool

  /// Nobody need be asked.
  package static var ready: SigningStart {
    SigningStart(closedBecause: nil, isRemembered: false, hasPeers: false)
  }

  var state: OwnLogStart {
    if let closedBecause { return .closed(because: closedBecause) }
    return hasPeers ? .waiting : .ready
  }

  private init(closedBecause: String?, isRemembered: Bool, hasPeers: Bool) {
    self.closedBecause = closedBecause
    self.isRemembered = isRemembered
    self.hasPeers = hasPeers
  }

  /// - Parameters:
  ///   - mark: why an earlier run closed the log, as `SafeState.closed` was written.
  ///   - refusal: what the token says.
  ///   - reason: words for a refusal.
  package init(
    _ identity: LogIdentity, _ store: Store, mark: String?, refusal: TokenRefusal?,
    reason: (TokenRefusal) -> String, hasPeers: Bool
  ) {
    if let mark {
      self.init(closedBecause: mark, isRemembered: false, hasPeers: hasPeers)
    } else if let refusal, refusal.isLasting {
      self.init(closedBecause: reason(refusal), isRemembered: true, hasPeers: hasPeers)
    } else if let size = store.lostTail(identity.id) {
      let present = store.durableHead(identity.id)?.size ?? 0
      self.init(
        closedBecause:
          "own entries \(present) to \(size - 1) were acknowledged, and the disk has lost them",
        isRemembered: true, hasPeers: hasPeers)
    } else if store.mayLackEntries {
      self.init(
        closedBecause: "a journal is missing or cut short: own entries may be lost without a trace",
        isRemembered: true, hasPeers: hasPeers)
    } else {
      self.init(
        closedBecause: refusal.map(reason), isRemembered: false, hasPeers: hasPeers)
    }
  }
}
