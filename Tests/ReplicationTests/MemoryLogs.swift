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
    var checkpoint: VerifiedCheckpoint?
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
  /// Chunks of the log's entries from the outside: for tests of damaged senders.
  var spoilBody: ((LogID, UInt64) -> Bool)?

  func add(_ identity: LogIdentity) {
    if logs[identity.id] == nil { logs[identity.id] = Kept(state: LogState(empty: identity)) }
  }

  func forget(_ identity: LogIdentity) {
    logs[identity.id] = Kept(state: LogState(empty: identity))
  }

  func append(_ verified: VerifiedBatch) {
    let id = verified.after.identity.id
    precondition(logs[id]!.state.size == verified.batch.first)
    logs[id]!.state = verified.after
    logs[id]!.leaves += verified.batch.leaves
    for position in 0..<verified.batch.count {
      logs[id]!.hashes.append(verified.leafHash(at: position))
      logs[id]!.bodies.append(Array(verified.batch.body(at: position)!))
    }
  }

  func makeDurable(_ id: LogID) -> LogHead {
    logs[id]!.durable = logs[id]!.state.head
    return logs[id]!.durable
  }

  func keep(_ checkpoint: VerifiedCheckpoint) {
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
        let batch = try! EntryBatch(
          first: 0, leaves: Array(kept.leaves.prefix(size * EntryLayout.leafBytes)),
          bodies: Array(kept.bodies.prefix(size).joined()), bodyStates: nil)
        state = try! state.accept(batch).after
      }
      logs[id]!.state = state
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
  func newestCheckpoint(of log: LogID) -> VerifiedCheckpoint? { logs[log]?.checkpoint }

  func read(_ log: LogID, _ range: Range<UInt64>, maximumBytes: Int) throws(ReadFailure)
    -> EntryBatch
  {
    guard let kept = logs[log], range.upperBound <= UInt64(kept.hashes.count) else {
      throw ReadFailure("no such entries")
    }
    var leaves: [UInt8] = []
    var bodies: [UInt8] = []
    for index in range {
      let start = Int(index) * EntryLayout.leafBytes
      let body = kept.bodies[Int(index)]
      let bytes = leaves.count + bodies.count + EntryLayout.leafBytes + body.count
      if index > range.lowerBound, bytes > maximumBytes { break }
      leaves += kept.leaves[start..<(start + EntryLayout.leafBytes)]
      bodies += spoilBody?(log, index) == true ? body.map { $0 ^ 1 } : body
    }
    return try! EntryBatch(
      first: range.lowerBound, leaves: leaves, bodies: bodies, bodyStates: nil)
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

  func consistencyProof(_ log: LogID, from: UInt64, to: UInt64) throws(ReadFailure) -> [Digest] {
    guard let kept = logs[log], to <= UInt64(kept.hashes.count) else {
      throw ReadFailure("no such size")
    }
    return Tree.consistencyProof(from: from, to: to, reader: Hashes(leaves: kept.hashes))
  }
}
