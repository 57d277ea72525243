import Crypto
import Log

// The side that answers pulls: Protocols/sync.md, 5.
extension Replicator {
  mutating func receivePull(
    _ pull: PullRequest, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    let log = try log(pull.position, id)
    guard let shared = sessions[held: id].shared[log] else {
      throw MalformedMessage(what: "pull of a log that is not shared")
    }
    guard !sessions[held: id].serving.contains(pull.request) else {
      throw MalformedMessage(what: "request \(pull.request) is open already")
    }
    guard Int(pull.credit) <= Limits.maximumCreditBytes else {
      return close(id, .credit, now, &effects)
    }
    guard sessions[held: id].serving.makeRoom() else {
      effects.append(.count(.pullsBusy))
      return send(End(request: pull.request, reason: .busy), on: id, &effects)
    }
    guard !shared.isDisputed, pull.to.value <= logs[held: log].durable.size else {
      return send(End(request: pull.request, reason: .notHere), on: id, &effects)
    }
    sessions[held: id].serving.add(
      ServedPull(
        request: pull.request, log: log, next: pull.from.value, to: pull.to.value,
        credit: Int(pull.credit), form: pull.form,
        isToEnd: pull.form != .leaves && pull.to.value == logs[held: log].durable.size))
    costs.expected(on: id)
    serve(id, now, &effects)
  }

  mutating func receiveCredit(
    _ request: UInt32, _ bytes: UInt32, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard let credit = sessions[held: id].serving.credit(request, bytes) else { return }
    costs.expected(on: id)
    guard credit <= Limits.maximumCreditBytes else {
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
      for served in sessions[held: id].serving.turns {
        // One entry may take 1 MiB: eight of them in one turn would overrun the connection's queue.
        guard budget > 0 else { break }
        if let until = answersHeld(on: id, now) {
          sessions[held: id].answersDueAt = until
          break
        }
        let bytes = serveOne(served, on: id, now, &effects)
        meter(bytes, of: .answeredBytes, on: id, now, &effects)
        costs.answered(bytes)
        budget -= bytes
        isIdle = false
      }
    }
    if budget <= 0, sessions[id] != nil { sessions[held: id].isCongested = true }
  }

  /// The connection's queue drained, or a rate's debt is paid: that costs as much as what was asked
  /// before.
  mutating func goOnServing(_ id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    guard let peer = sessions[id]?.opening.peer else { return }
    costs.begin(Work(session: id, peer: peer, log: nil, outcome: .progress, isQuestion: true))
    serve(id, now, &effects)
  }

  /// - Returns: bytes sent.
  private mutating func serveOne(
    _ served: ServedPull, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) -> Int {
    guard sessions[held: id].serving.contains(served.request) else { return 0 }
    guard
      let sent = sendChunk(
        of: served.log, served.next..<served.to, request: served.request, served.form,
        on: id, &effects)
    else {
      sessions[held: id].serving.remove(served.request)
      effects.append(.count(.readsFailed))
      send(End(request: served.request, reason: .readError), on: id, &effects)
      return 0
    }
    if served.form != .leaves { noteSent(served.log, served.next..<sent.next, on: id) }
    sessions[held: id].serving.sent(served, before: sent.next, sent.bytes)
    if sent.next >= served.to {
      send(End(request: served.request, reason: .done), on: id, &effects)
      // Entries that came meanwhile were not pushed.
      let firstOfPush = effects.count
      if served.isToEnd { push(served.log, above: served.to, on: id, now, &effects) }
      return effects[firstOfPush...].reduce(sent.bytes) { $0 + $1.bytesToSend }
    }
    return sent.bytes
  }

  /// The peer has all below what was sent, if it had all below its beginning.
  mutating func noteSent(_ log: LogID, _ range: Range<UInt64>, on id: SessionID) {
    let shared = sessions[held: id].shared[held: log]
    guard range.lowerBound <= max(shared.known, shared.pushedTo) else { return }
    sessions[held: id].shared[held: log].pushedTo = max(shared.pushedTo, range.upperBound)
  }

  /// Sends one chunk from the start of `range`: under the newest checkpoint as far as that reaches,
  /// entry by entry above it.
  mutating func sendChunk(
    of log: LogID, _ range: Range<UInt64>, request: UInt32, _ form: PullForm, on id: SessionID,
    _ effects: inout [Effect]
  ) -> (next: UInt64, bytes: Int)? {
    guard let position = sessions[held: id].lists.position(of: log) else { return nil }
    do {
      let isPull = request != 0 && form != .leaves
      let branch = isPull ? servedBranch(of: log, range, on: id) : nil
      let checkpoint = branch == nil ? anchor(of: log, above: range.lowerBound) : nil
      // Leaves alone are asked for because a checkpoint decides between them.
      guard form != .leaves || checkpoint != nil else { return nil }
      var end = min(
        range.upperBound,
        branch?.size ?? checkpoint?.size ?? range.lowerBound + Limits.entriesAcceptedSingly)
      if form == .leaves { end = min(end, range.lowerBound + Limits.leavesAtOnce) }
      var read = try reader.read(log, range.lowerBound..<end, maximumBytes: Limits.chunkBytes)
      if checkpoint == nil, branch == nil {
        guard let signed = signedPrefix(of: read, log) else { return nil }
        read = signed
      }
      if isPull, read.bodyStates?.contains(.absent) == true {
        sessions[held: id].shared[held: log].isWaitingForBodies = true
      }
      guard let batch = form == .leaves ? read : servablePrefix(of: read, isPush: request == 0)
      else { return nil }
      let next = range.lowerBound + UInt64(batch.count)
      var anchor = Chunk.Anchor()
      if let size = branch?.size ?? checkpoint?.size {
        anchor.checkpointSize = size
        anchor.proof = try reader.consistencyProof(log, from: next, to: size)
        if form != .compact || batch.bodyStates != nil {
          anchor.before = try reader.tree(log, size: range.lowerBound).nodes
        }
        // The opening, which both know, takes the place of a checkpoint (SYNC-75).
        if let checkpoint { offer(checkpoint, of: log, on: id, &effects) }
      }
      let message = Chunk.encode(batch, request: request, position: position, anchor, form: form)
      effects.append(.send(id, message))
      return (next, message.count)
    } catch {
      return nil
    }
  }

  /// The entries before the first that a peer would not take: one without its body, unless it is a
  /// record that was asked for.
  private func servablePrefix(of batch: EntryBatch, isPush: Bool) -> EntryBatch? {
    guard let states = batch.bodyStates else { return batch }
    let count =
      states.indices.first { position in
        let kind = batch.leaves[position * EntryLayout.leafBytes + EntryLayout.kind]
        return states[position] != .present && (isPush || !BodyState.mayLack(kind))
      } ?? states.count
    return count > 0 ? batch.slice(0..<count) : nil
  }

  /// The newest checkpoint, if it covers the entry at `index` and its entries are durable here.
  private func anchor(of log: LogID, above index: UInt64) -> VerifiedCheckpoint? {
    guard let checkpoint = agreedCheckpoint(of: log), checkpoint.size > index,
      checkpoint.size <= logs[held: log].durable.size
    else { return nil }
    return checkpoint
  }

  mutating func offer(
    _ checkpoint: VerifiedCheckpoint, of log: LogID, on id: SessionID, _ effects: inout [Effect]
  ) {
    guard sessions[held: id].shared[held: log].sentCheckpointSize != checkpoint.size else { return }
    guard let position = sessions[held: id].lists.position(of: log) else { return }
    sessions[held: id].shared[held: log].sentCheckpointSize = checkpoint.size
    send(SignedSize(checkpoint, at: position), on: id, &effects)
  }
}
