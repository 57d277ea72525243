import Log
import Replication
import Store

// This node's right to sign, what is remembered of it, and its checkpoints.
extension Replica {
  package var isClosed: Bool { if case .closed = core.signing { true } else { false } }

  /// The state that the core begins with gives no event.
  func beginSigning() {
    if let reason = start.closedBecause {
      if start.isRemembered { rememberClosed(reason) }
      host.heard(.signing(.closed(because: reason)))
    } else if core.signing != .ready {
      // The core may have found the next epoch in the store.
      signingChanged(core.signing)
      host.heard(.signing(core.signing))
    }
  }

  func signingChanged(_ state: SigningState) {
    switch state {
    case .ready:
      due.set(.checkpoint, if: isCheckpointDue, after(ReplicaLimits.checkpointAfterMilliseconds))
    case .waiting: break
    case .closed(let reason): rememberClosed(reason)
    }
  }

  /// Own entries that were not here: the folder is no longer what it was, so that from now on no
  /// token opens it.
  func ownEntriesCame(from peer: NodeName, size: UInt64) {
    let reason =
      "\(peer) held own entries up to \(size) that this data folder lacked: it is an old copy"
    // Before they are taken: once they are here, the token names an entry of this folder again.
    rememberClosed(reason)
    if !isClosed { return step(.close(because: reason)) }
    host.tell(.line(.error, "\(identity.origin): \(reason)"))
  }

  private func rememberClosed(_ reason: String) {
    guard !isClosedRemembered else { return }
    keepSafe("closed", "that \(identity.origin) is closed here") { [unowned self] in
      _ = try host.write(.closed(identity.origin, because: reason))
      isClosedRemembered = true
    }
  }

  // MARK: Checkpoints

  var isCheckpointDue: Bool {
    !isClosed
      && store.durableHead(identity.id)?.size ?? 0 > store.newestCheckpoint(identity.id)?.size ?? 0
  }

  /// No own entry stays outside a checkpoint for more than a second: SYNC-50.
  func checkpoint() {
    attempt("no checkpoint could be made") {
      if let made = try makeCheckpoint() { step(.checkpointed(made)) }
    }
  }

  /// Signs what is durable and stands outside a checkpoint; nil when nothing does, or nothing may
  /// be signed.
  func makeCheckpoint() throws -> VerifiedCheckpoint? {
    guard core.signing == .ready, let head = store.durableHead(identity.id), head.size > 0,
      head.size > store.newestCheckpoint(identity.id)?.size ?? 0
    else { return nil }
    let made = host.signCheckpoint(
      size: head.size, root: try store.root(identity.id, size: head.size))
    _ = try store.addCheckpoint(made)
    return made
  }
}
