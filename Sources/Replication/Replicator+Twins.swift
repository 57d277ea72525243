import Crypto
import Log
import Wire

/// Leaves that are asked of a session for the signatures that a checkpoint stands for: SYNC-89.
struct TwinSearch {
  let session: SessionID
  var next: UInt64
  let to: UInt64
  /// Where what came ends, while the store has it.
  var withStore: UInt64?
  /// When it is asked once more, or given up.
  var dueAt: UInt64
  var retries = 0
}

// One header signed twice is no fork: the leaf under a checkpoint takes the place of one that was accepted singly (LOG-32).
extension Replicator {
  /// Both sides have the same headers below `end`: what was disputed there was signatures alone.
  mutating func settleSame(
    of log: LogID, below end: UInt64, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard let shared = sessions[id]?.shared[log], end >= shared.disputedAt else { return }
    sessions[id]!.shared[log]!.isDisputed = false
    sessions[id]!.shared[log]!.disputedAt = 0
    if let newest = newestCheckpoint(of: log), newest.size <= logs[log]!.durable.size,
      newest.size > shared.theirCheckpoint?.size ?? 0
    {
      offer(newest, of: log, on: id, &effects)
    }
    askForTwins(of: log, on: id, now, &effects)
  }

  /// Asks for the leaves above the newest checkpoint that agrees, if the session has a larger one.
  mutating func askForTwins(
    of log: LogID, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard log != ownLog, logs[log]!.twins == nil, let shared = sessions[id]?.shared[log],
      let checkpoint = shared.theirCheckpoint
    else { return }
    let from = newestCheckpoint(of: log)?.size ?? 0
    let size = logs[log]!.durable.size
    guard logs[log]!.accepted.size == size, checkpoint.size > from, size > from,
      size - from <= Limits.twinsReach
    else { return }
    logs[log]!.twins = TwinSearch(
      session: id, next: from, to: min(size, checkpoint.size),
      dueAt: now + Limits.twinsMilliseconds)
    twinLogs.append(log)
    ask(of: log, &effects)
  }

  private mutating func ask(of log: LogID, _ effects: inout [Effect]) {
    let twins = logs[log]!.twins!
    guard let shared = sessions[twins.session]?.shared[log],
      shared.leavesAsked < Limits.leavesAskedOfLog
    else { return endTwins(of: log) }
    sessions[twins.session]!.shared[log]!.leavesAsked += 1
    let position = sessions[twins.session]!.ourPositions[log]!
    send(
      .leavesWanted(position: position, from: twins.next, to: twins.to), on: twins.session, &effects
    )
  }

  mutating func endTwins(of log: LogID) {
    logs[log]!.twins = nil
    twinLogs.removeAll { $0 == log }
  }

  // MARK: The other side

  mutating func wanted(
    leavesFrom from: UInt64, to: UInt64, of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    guard let shared = sessions[id]!.shared[log] else {
      throw MalformedMessage(what: "leaves wanted of a log that is not shared")
    }
    sessions[id]!.shared[log]!.leavesGiven += 1
    guard shared.leavesGiven < Limits.leavesAskedOfLog else {
      effects.append(.count(.probesBad))
      return fail(id, now, &effects)
    }
    guard let anchor = newestCheckpoint(of: log), anchor.size > from,
      anchor.size <= logs[log]!.durable.size,
      let answer = leaves(of: log, from..<min(to, anchor.size, from + Limits.leavesAtOnce), anchor)
    else { return }
    offer(anchor, of: log, on: id, &effects)
    send(
      .leaves(answer.at(position: sessions[id]!.ourPositions[log]!)), on: id, &effects)
  }

  /// Leaves and the way to a checkpoint, verified: a disk may rot.
  private func leaves(
    of log: LogID, _ range: Range<UInt64>, _ anchor: VerifiedCheckpoint
  ) -> LeafRunMessage? {
    guard let batch = try? reader.read(log, range, maximumBytes: Limits.chunkBytes) else {
      return nil
    }
    guard let proof = try? reader.consistencyProof(log, from: batch.end, to: anchor.size),
      let root = try? reader.root(log, size: batch.end),
      Tree.verifyConsistency(
        from: batch.end, to: anchor.size, fromRoot: root, toRoot: anchor.root, proof: proof)
    else { return nil }
    return LeafRunMessage(
      position: 0, first: batch.first, checkpointSize: anchor.size, proof: proof,
      leaves: batch.leaves)
  }

  // MARK: The answer

  mutating func received(
    leaves message: LeafRunMessage, of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    guard let twins = logs[log]!.twins, twins.session == id, twins.withStore == nil,
      message.first == twins.next, message.end > message.first, message.end <= twins.to,
      let checkpoint = sessions[id]!.shared[log]?.theirCheckpoint,
      checkpoint.size == message.checkpointSize
    else {
      effects.append(.count(.chunksUnasked))
      return fail(id, now, &effects)
    }
    guard let held = heldLeaves(of: log, message.first..<message.end),
      let before = try? reader.tree(log, size: message.first)
    else {
      effects.append(.count(.readsFailed))
      return endTwins(of: log)
    }
    guard
      let replacement = try? LeafReplacement(
        logs[log]!.accepted.identity, first: message.first, held: held, offered: message.leaves,
        before: before, under: checkpoint, consistency: message.proof)
    else {
      effects.append(.count(.chunksFailed))
      endTwins(of: log)
      return fail(id, now, &effects)
    }
    guard held != message.leaves else { return goOn(of: log, to: message.end, now, &effects) }
    logs[log]!.twins!.withStore = message.end
    logs[log]!.twins!.dueAt = now + Limits.twinsMilliseconds
    effects.append(.replace(replacement))
  }

  private func heldLeaves(of log: LogID, _ range: Range<UInt64>) -> [UInt8]? {
    var leaves: [UInt8] = []
    var next = range.lowerBound
    while next < range.upperBound {
      guard
        let batch = try? reader.read(
          log, next..<range.upperBound, maximumBytes: Limits.chunkBytes)
      else { return nil }
      leaves += batch.leaves
      next = batch.end
    }
    return leaves
  }

  private mutating func goOn(
    of log: LogID, to next: UInt64, _ now: UInt64, _ effects: inout [Effect]
  ) {
    logs[log]!.twins!.withStore = nil
    logs[log]!.twins!.next = next
    logs[log]!.twins!.dueAt = now + Limits.twinsMilliseconds
    guard next >= logs[log]!.twins!.to else { return ask(of: log, &effects) }
    let session = logs[log]!.twins!.session
    endTwins(of: log)
    if let checkpoint = sessions[session]?.shared[log]?.theirCheckpoint,
      checkpoint.size <= logs[log]!.durable.size
    {
      keep(checkpoint, of: log, from: session, now, &effects)
    }
    logs[log]!.pullDueAt = now
    startPull(of: log, now, &effects)
  }

  /// The store has the other signatures: state, head and tree are others.
  mutating func replaced(_ log: LogID, _ now: UInt64, _ effects: inout [Effect]) {
    guard logs[log] != nil, let state = reader.state(of: log) else { return }
    adopt(state, of: log)
    logs[log]!.durable = reader.durableHead(of: log)
    logs[log]!.isContradicted = reader.contradiction(of: log) != nil
    effects.append(.count(.leavesReplaced))
    guard let end = logs[log]!.twins?.withStore else { return }
    goOn(of: log, to: end, now, &effects)
  }

  /// Something of the log is on its way to the disk: asked again a little later.
  mutating func replaceRefused(_ log: LogID, _ now: UInt64) {
    guard logs[log]?.twins != nil else { return }
    logs[log]!.twins!.withStore = nil
    logs[log]!.twins!.dueAt = now + Limits.twinsAgainMilliseconds
    logs[log]!.twins!.retries += 1
  }

  mutating func retryTwins(_ now: UInt64, _ effects: inout [Effect]) {
    for log in twinLogs {
      guard let twins = logs[log]?.twins, twins.dueAt <= now else { continue }
      guard twins.retries > 0, twins.retries <= Limits.twinsRetries, twins.withStore == nil else {
        endTwins(of: log)
        continue
      }
      logs[log]!.twins!.dueAt = now + Limits.twinsMilliseconds
      ask(of: log, &effects)
    }
  }
}

/// Leaves without their bodies, and the way to a checkpoint that was sent before.
struct LeafRunMessage: Equatable {
  let position: Int
  let first: UInt64
  let checkpointSize: UInt64
  let proof: [Digest]
  /// 216 bytes each.
  let leaves: [UInt8]

  var end: UInt64 { first + UInt64(leaves.count / EntryLayout.leafBytes) }

  func at(position: Int) -> LeafRunMessage {
    LeafRunMessage(
      position: position, first: first, checkpointSize: checkpointSize, proof: proof,
      leaves: leaves)
  }
}

extension LeafRunMessage {
  init(_ reader: inout MessageReader) throws {
    position = Int(try reader.u32())
    first = try reader.u64()
    checkpointSize = try reader.u64()
    let hashes = Int(try reader.u8())
    guard hashes <= LogLimits.consistencyProofHashes else {
      throw MalformedMessage(what: "\(hashes) hashes in a proof")
    }
    var proof: [Digest] = []
    for _ in 0..<hashes { proof.append(try reader.digest()) }
    self.proof = proof
    let count = UInt64(try reader.u16())
    guard (1...Limits.leavesAtOnce).contains(count), first <= Message.maximumSize - count else {
      throw MalformedMessage(what: "\(count) leaves from \(first)")
    }
    leaves = try reader.bytes(Int(count) * EntryLayout.leafBytes)
  }

  func append(to writer: inout ByteWriter) {
    writer.u32(UInt32(position))
    writer.u64(first)
    writer.u64(checkpointSize)
    writer.u8(UInt8(proof.count))
    for hash in proof { writer.write(hash.array) }
    writer.u16(UInt16(leaves.count / EntryLayout.leafBytes))
    writer.write(leaves)
  }
}
