import Log

// A rewrite of a log is answered with the leaf that is held, and two signed leaves are a proof:
// SYNC-15, SYNC-16, SYNC-62.
extension Replicator {
  /// Sends our leaf of `index`, once, unless enough were sent.
  mutating func show(
    _ index: UInt64, of log: LogID, on id: SessionID, _ effects: inout [Effect]
  ) {
    guard let shown = sessions[id]!.shared[log]?.leavesShown, !shown.contains(index),
      shown.count < Limits.leavesShownOfLog, index < logs[log]!.durable.size,
      let leaf = heldLeaf(of: log, at: index)
    else { return }
    sessions[id]!.shared[log]!.leavesShown.append(index)
    send(.entry(position: sessions[id]!.ourPositions[log]!, leaf: leaf), on: id, &effects)
  }

  /// An author who shows less of its log than we hold is told at once, by its own signature.
  mutating func showNewest(to peer: NodeName, on id: SessionID, _ effects: inout [Effect]) {
    for log in sessions[id]!.ourLogs where authorOf[log] == peer && successors[log] == nil {
      guard let shared = sessions[id]!.shared[log] else { continue }
      let size = logs[log]!.durable.size
      if shared.theirs?.size ?? 0 < size { show(size - 1, of: log, on: id, &effects) }
    }
  }

  mutating func received(
    leaf: [UInt8], of log: LogID, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    guard sessions[id]!.shared[log] != nil else {
      throw MalformedMessage(what: "entry of a log that is not shared")
    }
    sessions[id]!.shared[log]!.leavesSeen += 1
    let identity = logs[log]!.accepted.identity
    guard sessions[id]!.shared[log]!.leavesSeen <= Limits.leavesShownOfLog,
      let index = identity.indexOfSigned(leaf: leaf)
    else {
      effects.append(.count(.entriesBad))
      if log == ownLog { dropClaim(on: id, now, &effects) }
      return fail(id, now, &effects)
    }
    guard index < logs[log]!.accepted.size else {
      if log == ownLog { ownEntryElsewhere(index, id) }
      return
    }
    guard let held = heldLeaf(of: log, at: index) else {
      return effects.append(.count(.readsFailed))
    }
    let header = 0..<EntryLayout.headerBytes
    guard held[header] != leaf[header] else { return }
    show(index, of: log, on: id, &effects)
    dispute(log, on: id, size: index + 1, now, &effects)
    if log == ownLog {
      closeSigning(
        because:
          "\(sessions[id]!.opening.peer) holds another entry \(index), signed with this log's key")
    }
    prove(held, leaf, of: identity, &effects)
  }

  private mutating func ownEntryElsewhere(_ index: UInt64, _ id: SessionID) {
    closeSigning(
      because:
        "\(sessions[id]!.opening.peer) holds own entry \(index), which this folder lacks: it is an old copy"
    )
  }

  mutating func prove(
    _ a: [UInt8], _ b: [UInt8], of identity: LogIdentity, _ effects: inout [Effect]
  ) {
    let header = 0..<EntryLayout.headerBytes
    guard a[header] != b[header] else { return }
    // One order, whoever finds it: the same fork gives the same bytes everywhere.
    let (first, second) = a.lexicographicallyPrecedes(b) ? (a, b) : (b, a)
    // Ours may stand there under a checkpoint alone: then this shows no fork.
    guard
      let proof = try? ForkProof(
        identity: identity, evidence: .entries(.signed(leaf: first), .signed(leaf: second)))
    else { return }
    forked(proof, &effects)
  }

  /// A verified proof: the lowest index counts.
  mutating func forked(_ proof: ForkProof, _ effects: inout [Effect]) {
    let log = proof.identity.id
    if log == ownLog {
      closeSigning(because: "this log's key signed two entries \(proof.frozenAt)")
    }
    effects.append(.count(.forks))
    guard logs[log]!.accepted.frozenAt ?? .max > proof.frozenAt,
      logs[log]!.proofsKept < Limits.proofsOfLog
    else { return }
    logs[log]!.proofsKept += 1
    effects.append(.keepProof(proof))
    freeze(log, at: proof.frozenAt, &effects)
  }

  mutating func freeze(_ log: LogID, at index: UInt64, _ effects: inout [Effect]) {
    logs[log]!.accepted.frozenAt = index
    endPull(beyondCeilingOf: log)
    effects.append(.event(.frozen(log, at: index)))
  }

  /// The 216 bytes that we hold at `index`; nil when our disk does not give them.
  func heldLeaf(of log: LogID, at index: UInt64) -> [UInt8]? {
    let accepted = logs[log]!.accepted
    if index + 1 == accepted.size { return accepted.lastLeaf }
    return try? reader.read(log, index..<(index + 1), maximumBytes: Limits.chunkBytes).leaves
  }
}
