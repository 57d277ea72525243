import Crypto
import Log

// The side that answers pulls: Protocols/sync.md, 5.
extension Replicator {
  mutating func requested(
    _ pull: PullRequest, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    let log = try log(pull.position, id)
    guard let shared = sessions[id]!.shared[log] else {
      throw MalformedMessage(what: "pull of a log that is not shared")
    }
    guard !sessions[id]!.serving.contains(where: { $0.request == pull.request }) else {
      throw MalformedMessage(what: "request \(pull.request) is open already")
    }
    guard Int(pull.credit) <= Limits.maximumCreditBytes else {
      return close(id, .credit, now, &effects)
    }
    if sessions[id]!.serving.count >= Limits.openRequestsOfPeer,
      let left = sessions[id]!.serving.firstIndex(where: { $0.credit <= 0 })
    {
      sessions[id]!.serving.remove(at: left)
    }
    guard sessions[id]!.serving.count < Limits.openRequestsOfPeer else {
      effects.append(.count(.pullsBusy))
      return send(.end(request: pull.request, reason: .busy), on: id, &effects)
    }
    guard !shared.isDisputed, pull.to <= logs[log]!.durable.size else {
      return send(.end(request: pull.request, reason: .notHere), on: id, &effects)
    }
    sessions[id]!.serving.append(
      ServedPull(
        request: pull.request, log: log, next: pull.from, to: pull.to, credit: Int(pull.credit),
        full: pull.full, isToEnd: pull.to == logs[log]!.durable.size))
    serve(id, now, &effects)
  }

  mutating func credited(
    _ request: UInt32, _ bytes: UInt32, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard let index = sessions[id]!.serving.firstIndex(where: { $0.request == request }) else {
      return
    }
    sessions[id]!.serving[index].credit += Int(bytes)
    guard sessions[id]!.serving[index].credit <= Limits.maximumCreditBytes else {
      return close(id, .credit, now, &effects)
    }
    serve(id, now, &effects)
  }

  /// Sends chunks in turn for each open request, until credit or the connection's queue is used up.
  /// The daemon calls again (`congested` false) when the queue drained.
  mutating func serve(_ id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    var budget = Limits.chunkBytes * 4
    var isIdle = false
    while !isIdle, budget > 0, sessions[id]?.isCongested == false {
      isIdle = true
      // Logs have their turns; requests for one log are answered one after the other.
      var turns: Set<LogID> = []
      for served in sessions[id]!.serving
      where served.credit > 0 && turns.insert(served.log).inserted {
        // One entry may take 1 MiB: eight of them in one turn would overrun the connection's queue.
        guard budget > 0 else { break }
        if let until = isHeld(.answeredBytes, on: id, now) {
          sessions[id]!.answersDueAt = until
          break
        }
        let bytes = serveOne(served, on: id, now, &effects)
        meterAnswered(bytes, on: id, now, &effects)
        budget -= bytes
        isIdle = false
      }
    }
    if budget <= 0, sessions[id] != nil { sessions[id]!.isCongested = true }
  }

  /// - Returns: bytes sent.
  private mutating func serveOne(
    _ served: ServedPull, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) -> Int {
    let index = sessions[id]!.serving.firstIndex { $0.request == served.request }!
    guard
      let sent = sendChunk(
        of: served.log, served.next..<served.to, request: served.request, full: served.full,
        on: id, &effects)
    else {
      sessions[id]!.serving.remove(at: index)
      effects.append(.count(.readsFailed))
      send(.end(request: served.request, reason: .readError), on: id, &effects)
      return 0
    }
    noteSent(served.log, served.next..<sent.next, on: id)
    if sent.next < served.to {
      sessions[id]!.serving[index].next = sent.next
      sessions[id]!.serving[index].credit -= sent.bytes
    } else {
      sessions[id]!.serving.remove(at: index)
    }
    // Behind the other logs.
    let ofLog = sessions[id]!.serving.filter { $0.log == served.log }
    sessions[id]!.serving.removeAll { $0.log == served.log }
    sessions[id]!.serving += ofLog
    if sent.next >= served.to {
      send(.end(request: served.request, reason: .done), on: id, &effects)
      // What came meanwhile was not pushed.
      let firstOfPush = effects.count
      if served.isToEnd { push(served.log, above: served.to, on: id, now, &effects) }
      return effects[firstOfPush...].reduce(sent.bytes) { $0 + $1.bytesToSend }
    }
    return sent.bytes
  }

  /// The peer has all below what was sent, if it had all below its beginning.
  mutating func noteSent(_ log: LogID, _ range: Range<UInt64>, on id: SessionID) {
    let shared = sessions[id]!.shared[log]!
    guard range.lowerBound <= max(shared.known, shared.pushedTo) else { return }
    sessions[id]!.shared[log]!.pushedTo = max(shared.pushedTo, range.upperBound)
  }

  /// Sends one chunk from the start of `range`: under the newest checkpoint as far as that reaches,
  /// entry by entry above it.
  mutating func sendChunk(
    of log: LogID, _ range: Range<UInt64>, request: UInt32, full: Bool, on id: SessionID,
    _ effects: inout [Effect]
  ) -> (next: UInt64, bytes: Int)? {
    do {
      let anchor = anchor(of: log, above: range.lowerBound)
      let end = min(
        range.upperBound, anchor?.size ?? range.lowerBound + Limits.entriesAcceptedSingly)
      guard
        let batch = try servablePrefix(
          of: reader.read(log, range.lowerBound..<end, maximumBytes: Limits.chunkBytes),
          isPush: request == 0)
      else { return nil }
      let next = range.lowerBound + UInt64(batch.count)
      var proof: [Digest] = []
      if let anchor {
        proof = try reader.consistencyProof(log, from: next, to: anchor.size)
        offer(anchor, of: log, on: id, &effects)
      }
      let message = Chunk.encode(
        batch, request: request, position: sessions[id]!.ourPositions[log]!,
        checkpointSize: anchor?.size ?? 0, proof: proof, full: full)
      effects.append(.send(id, message))
      return (next, message.count)
    } catch {
      return nil
    }
  }

  /// The entries before the first that a peer would not take: one without its body, unless a pull gets one that was
  /// withdrawn or expired.
  private func servablePrefix(of batch: EntryBatch, isPush: Bool) -> EntryBatch? {
    guard let states = batch.bodyStates else { return batch }
    let count =
      states.indices.first { position in
        let kind = batch.leaves[position * EntryLayout.leafBytes + EntryLayout.kind]
        return states[position] != .present && (isPush || !states[position].isLawful(kind: kind))
      } ?? states.count
    return count > 0 ? batch.slice(0..<count) : nil
  }

  /// The newest checkpoint, if it covers the entry at `index` and its entries are durable here.
  private func anchor(of log: LogID, above index: UInt64) -> VerifiedCheckpoint? {
    guard let checkpoint = newestCheckpoint(of: log), checkpoint.size > index,
      checkpoint.size <= logs[log]!.durable.size
    else { return nil }
    return checkpoint
  }

  mutating func offer(
    _ checkpoint: VerifiedCheckpoint, of log: LogID, on id: SessionID, _ effects: inout [Effect]
  ) {
    guard sessions[id]!.shared[log]!.sentCheckpointSize != checkpoint.size else { return }
    sessions[id]!.shared[log]!.sentCheckpointSize = checkpoint.size
    let position = sessions[id]!.ourPositions[log]!
    guard sessions[id]!.version > 1 else {
      return send(.checkpoint(position: position, note: checkpoint.note), on: id, &effects)
    }
    send(.signedSize(SignedSize(checkpoint, at: position)), on: id, &effects)
  }
}
