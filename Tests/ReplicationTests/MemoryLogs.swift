import Crypto
import Log
import Replication

/// Logs in memory, with the difference between staged and durable that a disk makes.
final class MemoryLogs: LogReader {
  private struct Kept {
    var state: LogState
    var durable = LogHead.empty
    var leaves: [UInt8] = []
    var hashes: [Digest] = []
    var bodies: [[UInt8]] = []
    /// All but present: the body above is gone, or kept only so that tests can bring it back.
    var states: [UInt64: BodyState] = [:]
    var rottenLeaves: Set<UInt64> = []
    var checkpoint: VerifiedCheckpoint?
    var contradictions: [VerifiedCheckpoint] = []
  }

  private struct Hashes: HashReader {
    let leaves: [Digest]
    func hash(level: Int, index: UInt64) throws(Never) -> Digest {
      if level == 0 { return leaves[Int(index)] }
      return SHA256.node(
        hash(level: level - 1, index: index * 2), hash(level: level - 1, index: index * 2 + 1))
    }
  }

  private var logs: [LogID: Kept] = [:]
  private(set) var identities: [LogIdentity] = []
  /// Chunks of the log's entries from the outside: for tests of damaged senders.
  var spoilBody: ((LogID, UInt64) -> Bool)?

  func add(_ identity: LogIdentity) {
    guard logs[identity.id] == nil else { return }
    logs[identity.id] = Kept(state: LogState(empty: identity))
    identities.append(identity)
  }

  func forget(_ identity: LogIdentity) {
    logs[identity.id] = Kept(state: LogState(empty: identity))
  }

  func copy() -> MemoryLogs {
    let copy = MemoryLogs()
    copy.logs = logs
    copy.identities = identities
    return copy
  }

  func extends(_ verified: VerifiedBatch) -> Bool {
    logs[verified.after.identity.id]!.state.head == verified.before.head
  }

  func append(_ verified: VerifiedBatch) {
    let id = verified.after.identity.id
    precondition(extends(verified))
    let frozenAt = logs[id]!.state.frozenAt
    logs[id]!.state = verified.after
    logs[id]!.state.frozenAt = frozenAt
    logs[id]!.leaves += verified.batch.leaves
    for position in 0..<verified.batch.count {
      logs[id]!.hashes.append(verified.leafHash(at: position))
      logs[id]!.bodies.append(verified.batch.body(at: position).map(Array.init) ?? [])
      let state = verified.batch.bodyState(at: position)
      if state != .present { logs[id]!.states[verified.batch.first + UInt64(position)] = state }
    }
  }

  func replace(_ replacement: LeafReplacement) {
    let id = replacement.identity.id
    let frozenAt = logs[id]!.state.frozenAt
    for position in 0..<replacement.count {
      let index = Int(replacement.first) + position
      let leaf = Array(
        replacement.leaves[
          (position * EntryLayout.leafBytes)..<((position + 1) * EntryLayout.leafBytes)])
      logs[id]!.leaves.replaceSubrange(
        (index * EntryLayout.leafBytes)..<((index + 1) * EntryLayout.leafBytes), with: leaf)
      logs[id]!.hashes[index] = EntryHeader.leafHash(of: leaf.span)
    }
    var tree = CompactTree.empty
    for hash in logs[id]!.hashes { tree.append(hash) }
    logs[id]!.state = LogState(
      identity: replacement.identity, tree: tree,
      lastLeaf: Array(logs[id]!.leaves.suffix(EntryLayout.leafBytes)))
    logs[id]!.state.frozenAt = frozenAt
    logs[id]!.durable = logs[id]!.state.head
  }

  func freeze(_ id: LogID, at index: UInt64) {
    logs[id]!.state.frozenAt = min(index, logs[id]!.state.frozenAt ?? .max)
  }

  // MARK: Bodies and damage

  func setState(_ id: LogID, _ index: UInt64, _ state: BodyState) {
    logs[id]!.states[index] = state == .present ? nil : state
  }

  func rotLeaf(_ id: LogID, _ index: UInt64) { logs[id]!.rottenLeaves.insert(index) }

  /// Entries to fetch again: rotten leaves, and bodies that are absent for no lawful reason.
  func damaged(_ id: LogID) -> [Range<UInt64>] {
    let kept = logs[id]!
    var indices = kept.rottenLeaves
    for (index, state) in kept.states where state == .absent { indices.insert(index) }
    var ranges: [Range<UInt64>] = []
    for index in indices.sorted() {
      if let last = ranges.last, last.upperBound == index {
        ranges[ranges.count - 1] = last.lowerBound..<(index + 1)
      } else {
        ranges.append(index..<(index + 1))
      }
    }
    return ranges
  }

  /// - Returns: false when something in the batch is not what was stored.
  func mend(_ id: LogID, _ batch: EntryBatch) -> Bool {
    var isRight = true
    for position in 0..<batch.count {
      let index = batch.first + UInt64(position)
      let leaf = Array(batch.leaf(at: position))
      guard index < logs[id]!.hashes.count,
        EntryHeader.leafHash(of: leaf.span) == logs[id]!.hashes[Int(index)]
      else {
        isRight = false
        continue
      }
      logs[id]!.rottenLeaves.remove(index)
      guard logs[id]!.states[index] == .absent, let body = batch.body(at: position) else {
        continue
      }
      guard SHA256.hash(Array(body)) == batch.header(at: position).bodyHash else {
        isRight = false
        continue
      }
      logs[id]!.bodies[Int(index)] = Array(body)
      logs[id]!.states[index] = nil
    }
    return isRight
  }

  func makeDurable(_ id: LogID) -> LogHead {
    logs[id]!.durable = logs[id]!.state.head
    return logs[id]!.durable
  }

  func keep(_ checkpoint: VerifiedCheckpoint) {
    if let own = try? root(checkpoint.logID, size: checkpoint.size), own != checkpoint.root {
      logs[checkpoint.logID]!.contradictions.append(checkpoint)
      return
    }
    let size = logs[checkpoint.logID]!.checkpoint?.size ?? 0
    if checkpoint.size > size, checkpoint.size <= logs[checkpoint.logID]!.state.size {
      logs[checkpoint.logID]!.checkpoint = checkpoint
    }
  }

  func bytes(of id: LogID) -> [UInt8] {
    logs[id].map { $0.leaves + $0.bodies.flatMap { $0 } } ?? []
  }

  /// A crash: what was not durable is gone.
  func loseStaged() {
    for id in logs.keys {
      let size = Int(logs[id]!.durable.size)
      guard size < logs[id]!.hashes.count else { continue }
      let kept = logs[id]!
      var state = LogState(empty: kept.state.identity)
      if size > 0 {
        var tree = CompactTree.empty
        for hash in kept.hashes.prefix(size) { tree.append(hash) }
        let end = size * EntryLayout.leafBytes
        state = LogState(
          identity: kept.state.identity, tree: tree,
          lastLeaf: Array(kept.leaves[(end - EntryLayout.leafBytes)..<end]))
      }
      state.frozenAt = kept.state.frozenAt
      logs[id]!.state = state
      logs[id]!.states = kept.states.filter { $0.key < UInt64(size) }
      logs[id]!.leaves.removeLast((kept.hashes.count - size) * EntryLayout.leafBytes)
      logs[id]!.hashes.removeLast(kept.hashes.count - size)
      logs[id]!.bodies.removeLast(kept.bodies.count - size)
      if let checkpoint = kept.checkpoint, checkpoint.size > UInt64(size) {
        logs[id]!.checkpoint = nil
      }
    }
  }

  // MARK: LogReader

  func state(of log: LogID) -> LogState? { logs[log]?.state }
  func durableHead(of log: LogID) -> LogHead { logs[log]?.durable ?? .empty }
  func newestDurableCheckpoint(of log: LogID) -> VerifiedCheckpoint? { logs[log]?.checkpoint }

  func contradiction(of log: LogID) -> VerifiedCheckpoint? {
    logs[log]?.contradictions.first { (try? root(log, size: $0.size)) != $0.root }
  }

  func isWhole(_ log: LogID, below size: UInt64) -> Bool {
    damaged(log).first.map { $0.lowerBound >= size } ?? true
  }

  func read(_ log: LogID, _ range: Range<UInt64>, maximumBytes: Int) throws(ReadFailure)
    -> EntryBatch
  {
    guard let kept = logs[log], range.upperBound <= UInt64(kept.hashes.count) else {
      throw ReadFailure("no such entries")
    }
    guard !kept.rottenLeaves.contains(range.lowerBound) else { throw ReadFailure("damaged") }
    var leaves: [UInt8] = []
    var bodies: [UInt8] = []
    var states: [BodyState] = []
    for index in range where !kept.rottenLeaves.contains(index) {
      guard states.count == Int(index - range.lowerBound) else { break }
      let start = Int(index) * EntryLayout.leafBytes
      let state = kept.states[index] ?? .present
      let body = state == .present ? kept.bodies[Int(index)] : []
      let bytes = leaves.count + bodies.count + EntryLayout.leafBytes + body.count
      if index > range.lowerBound, bytes > maximumBytes { break }
      leaves += kept.leaves[start..<(start + EntryLayout.leafBytes)]
      bodies += spoilBody?(log, index) == true ? body.map { $0 ^ 1 } : body
      states.append(state)
    }
    return try! EntryBatch(
      first: range.lowerBound, leaves: leaves, bodies: bodies,
      bodyStates: states.allSatisfy { $0 == .present } ? nil : states)
  }

  func leafHash(_ log: LogID, at index: UInt64) throws(ReadFailure) -> Digest {
    guard let kept = logs[log], index < UInt64(kept.hashes.count) else {
      throw ReadFailure("no such entry")
    }
    return kept.hashes[Int(index)]
  }

  func root(_ log: LogID, size: UInt64) throws(ReadFailure) -> Digest {
    guard let kept = logs[log], size <= UInt64(kept.hashes.count) else {
      throw ReadFailure("no such size")
    }
    return Tree.root(size: size, reader: Hashes(leaves: kept.hashes))
  }

  func tree(_ log: LogID, size: UInt64) throws(ReadFailure) -> CompactTree {
    var tree = CompactTree.empty
    for hash in logs[log]!.hashes.prefix(Int(size)) { tree.append(hash) }
    return tree
  }

  func consistencyProof(_ log: LogID, from: UInt64, to: UInt64) throws(ReadFailure) -> [Digest] {
    guard let kept = logs[log], to <= UInt64(kept.hashes.count) else {
      throw ReadFailure("no such size")
    }
    return Tree.consistencyProof(from: from, to: to, reader: Hashes(leaves: kept.hashes))
  }

  func inclusionProof(_ log: LogID, index: UInt64, size: UInt64) throws(ReadFailure) -> [Digest] {
    guard let kept = logs[log], size <= UInt64(kept.hashes.count) else {
      throw ReadFailure("no such size")
    }
    return Tree.inclusionProof(index: index, size: size, reader: Hashes(leaves: kept.hashes))
  }
}
