import Crypto
import Log

// The search for the lowest entry in which a session differs from us, and the exhibits of it:
// Protocols/sync.md, 12.
extension Replicator {
  /// Begins a search, unless the other side does: SYNC-82.
  /// - Parameters:
  ///   - index: where to look first: an entry that seems to differ.
  ///   - isShown: it does; both headers were compared.
  /// - Returns: false when nobody looks for it, and nothing says that the headers are the same.
  @discardableResult
  mutating func seekFork(
    of log: LogID, from index: UInt64, isShown: Bool = false, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) -> Bool {
    guard let history = sessions[id]?.shared[log]?.history else { return true }
    let seek = history.seek(
      from: index, isShown: isShown, proven: proofs[log]?.frozenAt,
      size: logs[held: log].durable.size)
    switch seek {
    case .underWay: return true
    case .refused: return false
    case .isSame(let end):
      settleSame(of: log, below: end, on: id, now, &effects)
      return true
    case .begin(var search):
      if isShown, search.asked == index {
        proceed(&search, of: log, on: id, now, &effects)
      } else {
        sessions[held: id].shared[held: log].history.search = search
        probe(search.asked, of: log, on: id, &effects)
      }
      return sessions[id]?.shared[log]?.history.search != nil
    }
  }

  private mutating func proceed(
    _ search: inout ForkSearch, of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    switch search.next(proven: proofs[log]?.frozenAt) {
    case .ask(let index):
      sessions[held: id].shared[held: log].history.search = search
      probe(index, of: log, on: id, &effects)
    case .found(let index):
      sessions[held: id].shared[held: log].history.search = nil
      showExhibit(index, of: log, on: id, now, &effects)
    case .over: sessions[held: id].shared[held: log].history.search = nil
    }
  }

  private mutating func probe(
    _ index: UInt64, of log: LogID, on id: SessionID, _ effects: inout [Effect]
  ) {
    guard sessions[held: id].evidence.maySendProbe,
      let hash = headerHash(of: log, at: index),
      let position = sessions[held: id].lists.position(of: log)
    else { return sessions[held: id].shared[held: log].history.search = nil }
    sessions[held: id].evidence.sendProbe()
    sessions[held: id].shared[held: log].history.asked()
    send(
      Probe(position: position, index: LogSize(own: index), headerHash: hash), on: id, &effects)
  }

  private func headerHash(of log: LogID, at index: UInt64) -> Digest? {
    guard index < logs[held: log].durable.size, let leaf = heldLeaf(of: log, at: index) else {
      return nil
    }
    return EntryHeader.headerHash(of: leaf.span)
  }

  // MARK: The other side

  mutating func receiveProbe(
    by headerHash: Digest, _ index: UInt64, of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    guard sessions[held: id].shared[log] != nil else {
      throw MalformedMessage(what: "probe of a log that is not shared")
    }
    guard sessions[held: id].evidence.seeProbe(),
      let position = sessions[held: id].lists.position(of: log)
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
    send(
      Probed(position: position, index: LogSize(own: index), answer: answer), on: id, &effects)
    guard answer != .notHere else { return }
    if answer == .same {
      sessions[held: id].shared[held: log].history.isSame(below: index + 1)
      settleSame(of: log, below: index + 1, on: id, now, &effects)
    } else {
      sessions[held: id].shared[held: log].history.lastProbed = index
      dispute(log, on: id, size: index + 1, now, &effects)
    }
  }

  mutating func receiveProbed(
    _ answer: ProbeAnswer, _ index: UInt64, of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    guard var search = sessions[held: id].shared[log]?.history.search, search.asked == index else {
      effects.append(.count(.probesBad))
      return fail(id, now, &effects)
    }
    let isFirst = search.steps == 1
    guard answer != .notHere else {
      return sessions[held: id].shared[held: log].history.search = nil
    }
    search.learn(isSame: answer == .same)
    if answer == .same { sessions[held: id].shared[held: log].history.isSame(below: index + 1) }
    if answer == .different {
      dispute(log, on: id, size: index + 1, now, &effects)
    } else if search.high == nil {
      // Signatures differ, and no fork was searched for.
      if isFirst { sessions[held: id].shared[held: log].history.takeBack() }
      settleSame(of: log, below: index + 1, on: id, now, &effects)
    }
    proceed(&search, of: log, on: id, now, &effects)
  }

  // MARK: Exhibits, SYNC-83

  /// The author's statement of our entry `index`, which it cannot deny: verified, since a disk may
  /// rot.
  func exhibit(of log: LogID, at index: UInt64) -> Exhibit? {
    let identity = logs[held: log].accepted.identity
    guard index < logs[held: log].durable.size, let leaf = heldLeaf(of: log, at: index) else {
      return nil
    }
    if identity.indexOfSigned(leaf: leaf) == index { return .signed(leaf: leaf) }
    guard let checkpoint = agreedCheckpoint(of: log), checkpoint.size > index,
      checkpoint.size <= logs[held: log].durable.size,
      let path = try? reader.inclusionProof(log, index: index, size: checkpoint.size)
    else { return nil }
    let exhibit = Exhibit.included(
      IncludedLeaf(leaf: leaf, position: index, path: path, checkpoint: checkpoint.note))
    return (try? exhibit.verify(identity: identity)) == nil ? nil : exhibit
  }

  private mutating func showExhibit(
    _ index: UInt64, of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    guard let exhibit = exhibit(of: log, at: index) else {
      return effects.append(.count(.readsFailed))
    }
    guard sessions[held: id].evidence.send(now),
      let position = sessions[held: id].lists.position(of: log)
    else {
      return
    }
    send(PassedExhibit(position: position, bytes: exhibit.encode()), on: id, &effects)
  }

  mutating func receiveExhibit(
    _ bytes: [UInt8], of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    guard sessions[held: id].shared[log] != nil else {
      throw MalformedMessage(what: "exhibit of a log that is not shared")
    }
    let isAllowed = sessions[held: id].shared[held: log].history.seeExhibit()
    let identity = logs[held: log].accepted.identity
    guard sessions[held: id].evidence.see(now), isAllowed,
      let theirs = try? Exhibit(decoding: bytes, identity: identity)
    else {
      effects.append(.count(.proofsBad))
      return fail(id, now, &effects)
    }
    compareExhibit(theirs, of: log, on: id, now, &effects)
  }

  /// An entry that the log's key signed, or its checkpoint: is it ours?
  /// - Returns: whether it is another.
  @discardableResult
  mutating func compareExhibit(
    _ theirs: Exhibit, of log: LogID, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) -> Bool {
    let index = theirs.position
    guard index < logs[held: log].accepted.size else {
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
      gate.close(
        because:
          "\(sessions[held: id].opening.peer) holds another entry \(index), signed with this log's key"
      )
    }
    if let ours = exhibit(of: log, at: index) {
      prove(ours, theirs, of: logs[held: log].accepted.identity, &effects)
    }
    return true
  }

  private mutating func ownEntryElsewhere(_ index: UInt64, _ id: SessionID) {
    gate.close(
      because:
        "\(sessions[held: id].opening.peer) holds own entry \(index), which this folder lacks: it is an old copy"
    )
  }
}
