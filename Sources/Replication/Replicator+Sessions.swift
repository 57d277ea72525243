import Crypto
import Log

// Opening, closing and telling apart sessions: Protocols/sync.md, 2.
extension Replicator {
  mutating func open(_ opening: SessionOpening, _ now: UInt64, _ effects: inout [Effect]) {
    sessions[opening.id] = Session(opening: opening, now: now)
    sessionOrder.append(opening.id)
    send(
      .hello(versions: Version.oldest...newest, runID: runID, carry: 0), on: opening.id, &effects)
  }

  mutating func forget(_ id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    for log in logOrder where logs[log]!.repairs.pull?.session == id {
      leaveRepair(of: log, on: id, now, &effects)
      logs[log]!.repairs.dueAt = now + 1
    }
    for log in twinLogs where logs[log]!.twins?.session == id { endTwins(of: log) }
    sessions[id] = nil
    sessionOrder.removeAll { $0 == id }
    for log in logOrder {
      if logs[log]?.debts.isEmpty == false { logs[log]!.debts.removeAll { $0.session == id } }
      if logs[log]?.upstream == id { replaceUpstream(of: log, &effects) }
    }
    for log in fetching where logs[log]!.fetch.pieces.contains(where: { $0.session == id }) {
      release(log) { $0.session == id }
      logs[log]!.pullDueAt = now
    }
    startDuePulls(of: logOrder, now, &effects)
  }

  mutating func close(
    _ id: SessionID, _ reason: CloseReason, _ now: UInt64, _ effects: inout [Effect]
  ) {
    effects.append(.close(id, reason))
    forget(id, now, &effects)
  }

  func send(_ message: Message, on id: SessionID, _ effects: inout [Effect]) {
    effects.append(.send(id, message.encode()))
  }

  mutating func receive(
    _ bytes: [UInt8], on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard sessions[id] != nil else { return }
    sessions[id]!.lastReceivedAt = now
    sessions[id]!.pingedAt = nil
    meterReceived(bytes.count, on: id, now, &effects)
    do {
      try handle(try Message.decode(bytes), bytes, on: id, now, &effects)
    } catch {
      malformed(error.what, on: id, now, &effects)
    }
  }

  private mutating func malformed(
    _ what: String, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    effects.append(.count(.messagesMalformed))
    if let peer = sessions[id]?.opening.peer { effects.append(.event(.malformed(peer, what))) }
    close(id, .malformed, now, &effects)
  }

  private mutating func handle(
    _ message: Message, _ bytes: [UInt8], on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    if case .hello(let versions, let runID, _) = message {
      return try hello(versions, runID, on: id, now, &effects)
    }
    guard sessions[id]!.runID != nil else { throw MalformedMessage(what: "hello expected first") }
    switch message {
    case .ping: return send(.pong, on: id, &effects)
    case .pong: return answered(id, now, &effects)
    case .logs(let first, let ids): return try listed(first, ids, on: id, now, &effects)
    default: break
    }
    switch message {
    case .hello, .ping, .pong, .logs: break
    case .heads(let heads): try announced(heads, on: id, now, &effects)
    case .checkpoint(let position, let note):
      guard sessions[id]!.version == 1 else { throw MalformedMessage(what: "checkpoint as a note") }
      received(checkpoint: note, of: try log(position, id), on: id, now, &effects)
    case .signedSize(let checkpoint):
      guard sessions[id]!.version > 1 else { throw MalformedMessage(what: "version 1") }
      received(checkpoint, of: try log(checkpoint.position, id), on: id, now, &effects)
    case .pull(let pull): try requested(pull, on: id, now, &effects)
    case .credit(let request, let bytes): credited(request, bytes, on: id, now, &effects)
    case .chunk: try received(chunk: bytes, on: id, now, &effects)
    case .leave(let request): sessions[id]!.serving.removeAll { $0.request == request }
    case .end(let request, let reason): ended(request, reason, on: id, now, &effects)
    case .prune(let position):
      let log = try log(position, id)
      sessions[id]!.shared[log]?.isEager = false
    case .graft(let position, let size):
      let log = try log(position, id)
      grafted(log, size, on: id, now, &effects)
    case .cosigned(let direction, let position, let note):
      guard sessions[id]!.version == 1 else {
        throw MalformedMessage(what: "cosignatures as a note")
      }
      let log = try log(position, id)
      received(cosigned: note, direction, of: log, on: id, now, &effects)
    case .cosignatures(let set):
      guard sessions[id]!.version > 1 else { throw MalformedMessage(what: "version 1") }
      received(set, of: try log(set.checkpoint.position, id), on: id, now, &effects)
    case .digest(let digest): try compare(digest, on: id, now, &effects)
    case .entry(let position, let leaf):
      try received(leaf: leaf, of: try log(position, id), on: id, now, &effects)
    case .copy: toldOfCopy(on: id, &effects)
    case .opening(let position, let leaf, let body):
      let predecessor = try log(position, id)
      try received(
        HeldOpening(predecessor: predecessor, leaf: leaf, body: body), on: id, now, &effects)
    case .proof(let position, let bytes):
      try received(proof: bytes, of: try log(position, id), on: id, now, &effects)
    case .probe(let position, let index, let headerHash):
      try probed(by: headerHash, index, of: try log(position, id), on: id, now, &effects)
    case .probed(let position, let index, let answer):
      answered(answer, index, of: try log(position, id), on: id, now, &effects)
    case .exhibit(let position, let bytes):
      try received(exhibit: bytes, of: try log(position, id), on: id, now, &effects)
    case .leavesWanted(let position, let from, let to):
      try wanted(leavesFrom: from, to: to, of: try log(position, id), on: id, now, &effects)
    case .leaves(let run):
      received(leaves: run, of: try log(run.position, id), on: id, now, &effects)
    }
  }

  /// The log at a position of the peer's list.
  func log(_ position: Int, _ id: SessionID) throws(MalformedMessage) -> LogID {
    guard let log = sessions[id]!.theirLogs[position] else {
      throw MalformedMessage(what: "position \(position) is not shared")
    }
    return log
  }

  private mutating func hello(
    _ versions: ClosedRange<UInt16>, _ runID: [UInt8], on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    guard sessions[id]!.runID == nil else { throw MalformedMessage(what: "second hello") }
    guard versions.overlaps(Version.oldest...newest) else {
      return close(id, .version, now, &effects)
    }
    sessions[id]!.version = min(versions.upperBound, newest)
    sessions[id]!.runID = runID
    let opening = sessions[id]!.opening
    if let other = otherSession(of: opening.peer, than: id) {
      guard sessions[other]!.runID == runID else {
        sessions[id]!.waitsForSilenceOf = (session: other, since: now)
        sessions[other]!.pingedAt = now
        return send(.ping, on: other, &effects)
      }
      let loser = loserOfTwo(other, id)
      close(loser, .replaced, now, &effects)
      if loser == id { return }
    }
    ready(id, now, &effects)
  }

  private mutating func ready(_ id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    effects.append(.event(.sessionReady(sessions[id]!.opening.peer)))
    listLogs(to: id, now, &effects)
  }

  private func otherSession(of peer: NodeName, than id: SessionID) -> SessionID? {
    sessionOrder.first { other in
      other != id && sessions[other]!.opening.peer == peer && sessions[other]!.runID != nil
    }
  }

  /// Of two sessions with one process: both ends must choose the same.
  private func loserOfTwo(_ older: SessionID, _ newer: SessionID) -> SessionID {
    let a = sessions[older]!.opening
    let b = sessions[newer]!.opening
    if a.weInitiated == b.weInitiated { return older }
    return a.initiatorHasLowerKey ? newer : older
  }

  /// The older session lives: two copies of one node are at work, and both hear of it.
  private mutating func answered(_ id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    for newer in sessionOrder where sessions[newer]?.waitsForSilenceOf?.session == id {
      effects.append(.event(.secondCopy(sessions[newer]!.opening.peer)))
      for copy in [id, newer] { send(.copy, on: copy, &effects) }
      close(newer, .secondCopy, now, &effects)
    }
  }

  /// A peer's word: it alarms, and changes nothing.
  private mutating func toldOfCopy(on id: SessionID, _ effects: inout [Effect]) {
    guard !sessions[id]!.wasToldOfCopy else { return }
    sessions[id]!.wasToldOfCopy = true
    effects.append(.event(.anotherCopy(sessions[id]!.opening.peer)))
  }

  /// Silence is what decides; called by `tick`, and when the older session closed by itself.
  mutating func settleCopies(_ now: UInt64, _ effects: inout [Effect]) {
    for id in sessionOrder {
      guard let wait = sessions[id]?.waitsForSilenceOf else { continue }
      let isGone = sessions[wait.session] == nil
      guard isGone || now >= wait.since + Limits.secondCopyMilliseconds else { continue }
      if !isGone { close(wait.session, .replaced, now, &effects) }
      sessions[id]!.waitsForSilenceOf = nil
      ready(id, now, &effects)
    }
  }
}
