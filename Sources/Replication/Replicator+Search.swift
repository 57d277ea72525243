import Crypto
import Log

// The search for the lowest entry in which a session differs from us, and the exhibits of it: Protocols/sync.md, 12.
extension Replicator {
  /// Begins a search, unless the other side does: SYNC-82.
  /// - Parameters:
  ///   - index: where to look first: an entry that seems to differ.
  ///   - isShown: it does; both headers were compared.
  mutating func seekFork(
    of log: LogID, from index: UInt64, isShown: Bool = false, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    guard let shared = sessions[id]?.shared[log], shared.search == nil,
      shared.probesAsked <= (Limits.searchesOfLog - 1) * Limits.probesOfSearch
    else { return }
    let proven = proofs[log]?.frozenAt ?? .max
    guard proven > 0 else { return }
    // What a proof says need not be found again: only what is below it.
    let first = min(index, proven - 1)
    guard first < logs[log]!.durable.size else { return }
    if let known = shared.lastProbed, known.index == first {
      // The other side is at it, or found the same header.
      if known.isSame { settleSame(of: log, below: first + 1, on: id, now, &effects) }
      return
    }
    var search = ForkSearch(first: first, differsAt: isShown ? index : nil)
    if isShown, first == index {
      proceed(&search, of: log, on: id, &effects)
    } else {
      sessions[id]!.shared[log]!.search = search
      probe(first, of: log, on: id, &effects)
    }
  }

  private mutating func proceed(
    _ search: inout ForkSearch, of log: LogID, on id: SessionID, _ effects: inout [Effect]
  ) {
    switch search.next(proven: proofs[log]?.frozenAt) {
    case .ask(let index):
      sessions[id]!.shared[log]!.search = search
      probe(index, of: log, on: id, &effects)
    case .found(let index):
      sessions[id]!.shared[log]!.search = nil
      show(exhibitAt: index, of: log, on: id, &effects)
    case .over: sessions[id]!.shared[log]!.search = nil
    }
  }

  private mutating func probe(
    _ index: UInt64, of log: LogID, on id: SessionID, _ effects: inout [Effect]
  ) {
    guard sessions[id]!.probesSent < Limits.probesOfSession,
      let hash = headerHash(of: log, at: index)
    else { return sessions[id]!.shared[log]!.search = nil }
    sessions[id]!.probesSent += 1
    sessions[id]!.shared[log]!.probesAsked += 1
    let position = sessions[id]!.ourPositions[log]!
    send(.probe(position: position, index: index, headerHash: hash), on: id, &effects)
  }

  private func headerHash(of log: LogID, at index: UInt64) -> Digest? {
    guard index < logs[log]!.durable.size, let leaf = heldLeaf(of: log, at: index) else {
      return nil
    }
    return EntryHeader.headerHash(of: leaf.span)
  }

  // MARK: The other side

  mutating func probed(
    by headerHash: Digest, _ index: UInt64, of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    guard sessions[id]!.shared[log] != nil else {
      throw MalformedMessage(what: "probe of a log that is not shared")
    }
    sessions[id]!.probesSeen += 1
    sessions[id]!.shared[log]!.probesSeen += 1
    guard sessions[id]!.probesSeen <= Limits.probesOfSession,
      sessions[id]!.shared[log]!.probesSeen <= Limits.searchesOfLog * Limits.probesOfSearch
    else {
      effects.append(.count(.probesBad))
      return fail(id, now, &effects)
    }
    let answer: ProbeAnswer =
      switch self.headerHash(of: log, at: index) {
      case nil: .notHere
      case headerHash: .same
      default: .different
      }
    let position = sessions[id]!.ourPositions[log]!
    send(.probed(position: position, index: index, answer), on: id, &effects)
    guard answer != .notHere else { return }
    sessions[id]!.shared[log]!.lastProbed = (index, answer == .same)
    if answer == .same {
      settleSame(of: log, below: index + 1, on: id, now, &effects)
    } else {
      dispute(log, on: id, size: index + 1, now, &effects)
    }
  }

  mutating func answered(
    _ answer: ProbeAnswer, _ index: UInt64, of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    guard var search = sessions[id]!.shared[log]?.search, search.asked == index else {
      effects.append(.count(.probesBad))
      return fail(id, now, &effects)
    }
    guard answer != .notHere else { return sessions[id]!.shared[log]!.search = nil }
    search.learn(isSame: answer == .same)
    if answer == .different {
      dispute(log, on: id, size: index + 1, now, &effects)
    } else if search.high == nil {
      settleSame(of: log, below: index + 1, on: id, now, &effects)
    }
    proceed(&search, of: log, on: id, &effects)
  }

  // MARK: Exhibits, SYNC-83

  /// What the author cannot deny of our entry `index`: verified, since a disk may rot.
  func exhibit(of log: LogID, at index: UInt64) -> Exhibit? {
    let identity = logs[log]!.accepted.identity
    guard index < logs[log]!.durable.size, let leaf = heldLeaf(of: log, at: index) else {
      return nil
    }
    if identity.indexOfSigned(leaf: leaf) == index { return .signed(leaf: leaf) }
    guard let checkpoint = newestCheckpoint(of: log), checkpoint.size > index,
      checkpoint.size <= logs[log]!.durable.size,
      let path = try? reader.inclusionProof(log, index: index, size: checkpoint.size)
    else { return nil }
    let exhibit = Exhibit.included(
      IncludedLeaf(leaf: leaf, position: index, path: path, checkpoint: checkpoint.note))
    return (try? exhibit.verify(identity: identity)) == nil ? nil : exhibit
  }

  private mutating func show(
    exhibitAt index: UInt64, of log: LogID, on id: SessionID, _ effects: inout [Effect]
  ) {
    guard let exhibit = exhibit(of: log, at: index) else {
      return effects.append(.count(.readsFailed))
    }
    guard maySendEvidence(on: id) else { return }
    let position = sessions[id]!.ourPositions[log]!
    send(.exhibit(position: position, bytes: exhibit.encode()), on: id, &effects)
  }

  mutating func received(
    exhibit bytes: [UInt8], of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    guard sessions[id]!.shared[log] != nil else {
      throw MalformedMessage(what: "exhibit of a log that is not shared")
    }
    sessions[id]!.shared[log]!.exhibitsSeen += 1
    let identity = logs[log]!.accepted.identity
    guard isWithinEvidence(on: id),
      sessions[id]!.shared[log]!.exhibitsSeen <= Limits.exhibitsOfLog,
      let theirs = try? Exhibit(decoding: bytes, identity: identity)
    else {
      effects.append(.count(.proofsBad))
      return fail(id, now, &effects)
    }
    compare(theirs, of: log, on: id, now, &effects)
  }

  /// An entry that the log's key signed, or its checkpoint: is it ours?
  /// - Returns: whether it is another.
  @discardableResult
  mutating func compare(
    _ theirs: Exhibit, of log: LogID, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) -> Bool {
    let index = theirs.position
    guard index < logs[log]!.accepted.size else {
      if log == ownLog { ownEntryElsewhere(index, id) }
      return false
    }
    guard let held = heldLeaf(of: log, at: index) else {
      effects.append(.count(.readsFailed))
      return false
    }
    let header = 0..<EntryLayout.headerBytes
    guard held[header] != theirs.leaf[header] else { return false }
    dispute(log, on: id, size: index + 1, now, &effects)
    if log == ownLog {
      closeSigning(
        because:
          "\(sessions[id]!.opening.peer) holds another entry \(index), signed with this log's key")
    }
    if let ours = exhibit(of: log, at: index) {
      prove(ours, theirs, of: logs[log]!.accepted.identity, &effects)
    }
    return true
  }

  private mutating func ownEntryElsewhere(_ index: UInt64, _ id: SessionID) {
    closeSigning(
      because:
        "\(sessions[id]!.opening.peer) holds own entry \(index), which this folder lacks: it is an old copy"
    )
  }
}
