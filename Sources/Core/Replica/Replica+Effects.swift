package import Replication
import Log
import Store

// The way from the core to the store and to the host.
extension Replica {
  package func step(_ input: Input) {
    var effects: [Effect] = []
    core.step(input, now: host.now, into: &effects)
    for effect in effects {
      guard host.goesOn() else { return }
      carryOut(effect)
    }
  }

  private func carryOut(_ effect: Effect) {
    switch effect {
    case .send(let id, let message): host.send(message, on: id)
    case .close(let id, let reason): host.close(id, because: reason)
    case .hold(let id, let until): host.hold(id, until: until)
    case .relieve(let id): host.relieve(id)
    case .append(let batch, let bulk): append(batch, bulk: bulk)
    case .keepCheckpoint(let checkpoint): keep(checkpoint)
    case .keepCosignature(let log, let checkpoint, let cosignature):
      attempt("a cosignature was not stored") {
        try store.addCosignature(log, checkpoint: checkpoint, cosignature)
      }
      clock.isStale = true
    case .cosign(let checkpoint):
      let (cosignature, key) = host.cosign(checkpoint)
      step(.cosigned(checkpoint.logID, checkpoint, cosignature, key))
    case .keepEvidence(let log, let fault): keepEvidence(log, fault)
    case .keepProof(let proof): keepProof(proof)
    case .mend(let log, let batch, let peer): mend(log, with: batch, from: peer)
    case .replace(let replacement): replace(replacement)
    case .follow(let opening): follow(opening)
    case .freeze(let log, let index): keepFrozen(log, at: index)
    case .keepOpening(let opening): keepOpening(opening)
    case .event(let event): hear(event)
    }
  }

  private func append(_ batch: VerifiedBatch, bulk: Bool) {
    let log = batch.after.identity.id
    // Own entries come to an old copy alone; with them the next start would not see that it is one
    // (STO-42).
    guard log != identity.id || isClosedRemembered else {
      return step(.refused(log, "that the log is closed is not written yet"))
    }
    guard mayTake(batch.batch, of: log) else {
      return step(.refused(log, "it is at its limit"))
    }
    do throws(StoreError) {
      if bulk { try store.appendBulk(batch) } else { try store.append(batch) }
      didTake(batch.batch, of: log)
      didStage(batch.batch, of: log)
    } catch {
      host.tell(.count("store.refused", 1))
      if case .logFull = error { limitReached(log, by: batch.batch) }
      step(.refused(log, "\(error)"))
    }
  }

  private func keep(_ checkpoint: VerifiedCheckpoint) {
    attempt("a checkpoint was not stored") {
      if case .contradiction = try store.addCheckpoint(checkpoint) {
        host.tell(.count("store.contradictions", 1))
      }
    }
  }

  /// Other signatures of entries that are here, under their author's checkpoint: no fork (LOG-32).
  private func replace(_ replacement: LeafReplacement) {
    do throws(StoreError) {
      try store.replace(replacement)
    } catch {
      host.tell(.count("store.replacements-refused", 1))
      step(.replaceRefused(replacement.identity.id))
    }
  }

  private func hear(_ event: Event) {
    switch event {
    case .contradiction(let log, let size): contradicted(log, at: size)
    case .ownEntriesFrom(let peer, let size): ownEntriesCame(from: peer, size: size)
    case .signing(let state): signingChanged(state)
    case .unrepairable(let log, let range, let asked):
      guard damage.lose(range, of: log) else { return }
      host.tell(.readsOtherwise(log, [range]))
      host.heard(event)
      if log == identity.id { lost(range, asked) }
      return
    case .openedElsewhere(let opening): keepGenesis(opening)
    default: break
    }
    host.heard(event)
  }
}
