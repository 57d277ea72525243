import Crypto
import Log
import Replica
import Replication
import Secrets
import Store

// The calls that the replica makes to a simulated machine.
extension NodeProcess: ReplicaHost {
  var now: UInt64 { world.now }
  var today: UInt64 { site.wallClock(world.now) / DayBudget.dayMilliseconds }
  var runningMinute: UInt32 { site.runningMinute(world.now) }
  var freeBytes: UInt64? { nil }

  var openingKeys: [LogID: OpeningKeyHash] {
    var keys = site.folder.openingKeys
    for card in site.folder.cards where keys[card.identity.id] == nil {
      keys[card.identity.id] = card.opening
    }
    return keys
  }

  func goesOn() -> Bool {
    guard isSound else { return false }
    noting { () throws(Violation) in try world.observer.beforeEffect?(self) }
    return isSound
  }

  // MARK: Sessions

  func send(_ message: [UInt8], on session: SessionID) {
    noting { () throws(Violation) in try say(message, on: session) }
  }

  func close(_ session: SessionID, because reason: CloseReason) {
    world.say("\(site.label) closes the session with \(name(of: session)): \(reason)")
    noting { () throws(Violation) in
      try world.observer.closes(site, sessions[session]?.peer, reason)
      try world.links.close(session)
    }
  }

  func hold(_ session: SessionID, until time: UInt64) { world.links.hold(session, until: time) }

  func relieve(_ session: SessionID) {
    noting { () throws(Violation) in try step(.congested(session, false)) }
  }

  // MARK: Keys

  func cosign(_ checkpoint: VerifiedCheckpoint) -> (Cosignature, CosigningPublicKey) {
    let secrets = site.keys.present(
      CardNumber(epoch: identity.origin.epoch, serial: replica.card.serial))
    let cosignature = Cosignature.make(
      checkpoint: checkpoint, name: site.name, key: secrets.cosigning.publicKey,
      time: site.wallClock(world.now) / 1_000
    ) { secrets.cosigning.sign($0) }
    return (cosignature, secrets.cosigning.publicKey)
  }

  func signReceipt(_ plan: ReceiptPlan, after last: UInt64?) -> Bool {
    guard isSound, ReceiptPlan.mayFollow(last, at: site.wallClock(world.now)) else { return false }
    var isSigned = false
    noting { () throws(Violation) in isSigned = try sign(plan) }
    return isSigned
  }

  func signCheckpoint(size: UInt64, root: Digest) -> VerifiedCheckpoint {
    sign(size: size, root: root)
  }

  // MARK: Files

  func write(_ state: SafeState) throws -> String {
    // It lies on another disk.
    if case .token(let token) = state {
      site.token = token
      return "token"
    }
    if case .failed(let error) = store.condition { throw error }
    if store.condition == .full { throw DiskError.noSpace }
    switch state {
    case .closed(let origin, let reason):
      if site.folder.closedBecause(origin) == nil {
        site.folder.closed = Folder.ClosedMark(origin: origin, reason: reason)
      }
    case .proof(let proof):
      world.say(
        "\(site.label) keeps a proof of a fork of \(proof.identity.origin) at \(proof.frozenAt)")
      site.folder.proofs[proof.identity.id] = proof
      noting { () throws(Violation) in try world.observer.proven(site, proof) }
    case .fault(let log, let fault):
      noting { () throws(Violation) in try world.observer.accused(site, log, fault) }
    case .opening(let opening):
      site.folder.openings[opening.predecessor] = HeldOpening(
        predecessor: opening.predecessor, leaf: opening.batch.batch.leaves,
        body: opening.batch.batch.bodies)
      noting { () throws(Violation) in try world.observer.openedTwice(site, opening) }
    case .heldCard(let card): site.hold(card)
    case .followed(let next, let known):
      world.say("\(site.label) follows card \(next.serial) of \(next.origin)")
      site.follow(next, after: known)
      if next.transport != known.transport { world.links.cardChanged(site, next.name) }
      noting { () throws(Violation) in try world.observer.followed?(self, next, known) }
    case .taken(let budgets): site.folder.taken = budgets
    case .token: break
    }
    return "file"
  }

  func rosterChanged() { replica.setRoster(site.partners) }

  // MARK: Outcomes

  func stored(_ durable: Durable) {
    noting { () throws(Violation) in try world.observer.stored(site, durable.id, durable.head) }
  }

  func announced(_ durable: Durable) {
    guard durable.id == identity.id else { return }
    scheduleFalseCheckpoint()
    noting { () throws(Violation) in try finishRotation(durable.head) }
  }

  /// The genesis of the own next epoch is durable: card and token take their places, and the node
  /// begins again.
  func adopted(_ outcome: Result<LogHead, DiskError>) {
    guard case .success(let head) = outcome else { return }
    let next = site.keys.identity(identity.origin.epoch + 1)
    site.folder.own.retire(identity.origin.epoch)
    site.folder.epoch = next.origin.epoch
    site.token = RollbackToken(origin: next.origin, size: head.size, leafHash: head.leafHash)
    let site = site
    world.schedule(0) { (world) throws(Violation) in
      try world.stop(site, isClean: true)
      try world.start(site)
    }
  }

  func heard(_ event: Event) {
    switch event {
    case .count, .peerHead, .sessionReady, .caughtUp: break
    case .signing(let state):
      world.say("\(site.label): signing is \(state)")
      scheduleFalseCheckpoint()
    default: world.say("\(site.label): \(event)")
    }
    noting { () throws(Violation) in try world.observer.heard(site, event) }
  }

  func tell(_ news: ReplicaNews) {
    noting { () throws(Violation) in try hear(news) }
  }

  private func hear(_ news: ReplicaNews) throws(Violation) {
    switch news {
    case .line(_, let text), .repeated(_, _, let text), .warning(_, let text):
      world.say("\(site.label): \(text)")
    case .count("node.internal-errors", _), .count("node.unsaved", _):
      try expect(mayFail, "\(site.label): something failed on a sound disk")
    case .staged(let batch, _):
      if batch.bodyStates != nil { site.lacksBodies = true }
    case .bodiesChanged: site.lacksBodies = true
    case .damageFound(let damage):
      world.say("\(site.label): damage: \(damage)")
      try expect(site.mends, "\(site.label): damage on a sound disk: \(damage)")
    case .mended(let damage):
      world.say("\(site.label): mended: \(damage)")
      world.observer.mended(site, damage)
    case .condition(let condition):
      world.say("\(site.label): the disk is \(condition)")
      if case .failed = condition { world.observer.diskFailed(site) }
    case .settled, .count, .readsOtherwise, .readAgain, .moreToRead: break
    }
  }
}
