import Log

// A rewrite of a log is answered with the leaf that is held: SYNC-15, SYNC-16, SYNC-62.
extension Replicator {
  /// Sends our leaf of `index`, once, unless enough were sent. One whose own signature does not
  /// verify says nothing.
  mutating func showLeaf(
    _ index: UInt64, of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    guard sessions[held: id].shared[log]?.history.mayShow(index) == true,
      index < logs[held: log].durable.size,
      let leaf = heldLeaf(of: log, at: index),
      logs[held: log].accepted.identity.indexOfSigned(leaf: leaf) == index,
      let position = sessions[held: id].lists.position(of: log),
      sessions[held: id].evidence.send(now)
    else { return }
    sessions[held: id].shared[held: log].history.shown(index)
    send(Leaf(position: position, leaf: leaf), on: id, &effects)
  }

  /// An author who shows less of its log than we hold is told at once, by its own signature.
  mutating func showNewest(
    to peer: NodeName, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    for log in sessions[held: id].lists.ours
    where author(of: log) == peer && epochs.successors[log] == nil {
      guard let shared = sessions[held: id].shared[log] else { continue }
      let size = logs[held: log].durable.size
      if shared.theirs?.size ?? 0 < size { showLeaf(size - 1, of: log, on: id, now, &effects) }
    }
  }

  mutating func receiveLeaf(
    _ leaf: [UInt8], of log: LogID, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    guard sessions[held: id].shared[log] != nil else {
      throw MalformedMessage(what: "entry of a log that is not shared")
    }
    let isAllowed = sessions[held: id].shared[held: log].history.seeLeaf()
    guard sessions[held: id].evidence.see(now), isAllowed,
      let index = logs[held: log].accepted.identity.indexOfSigned(leaf: leaf)
    else {
      effects.append(.count(.entriesBad))
      if log == ownLog { dropClaim(on: id, now, &effects) }
      return fail(id, now, &effects)
    }
    guard compareExhibit(.signed(leaf: leaf), of: log, on: id, now, &effects) else { return }
    showLeaf(index, of: log, on: id, now, &effects)
    seekFork(of: log, from: index, isShown: true, on: id, now, &effects)
  }

  /// The 216 bytes that we hold at `index`; nil when our disk does not give them.
  func heldLeaf(of log: LogID, at index: UInt64) -> [UInt8]? {
    let accepted = logs[held: log].accepted
    if index + 1 == accepted.size, !accepted.lastLeaf.isEmpty { return accepted.lastLeaf }
    return try? reader.read(log, index..<(index + 1), maximumBytes: Limits.chunkBytes).leaves
  }
}
