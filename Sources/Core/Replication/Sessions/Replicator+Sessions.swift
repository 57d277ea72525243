import Crypto
import Log

// Opening, closing and telling apart sessions: Protocols/sync.md, 2.
extension Replicator {
  mutating func open(_ opening: SessionOpening, _ now: UInt64, _ effects: inout [Effect]) {
    let unheard = sessionOrder.filter {
      let other = sessions[held: $0]
      return other.opening.peer == opening.peer && other.runID == nil
        && other.isWhole == (opening.scope == .everything)
    }
    if unheard.count >= Limits.sessionsWithoutHello { close(unheard[0], .replaced, now, &effects) }
    sessions[opening.id] = Session(opening: opening, now: now)
    sessionOrder.append(opening.id)
    send(Hello(version: Version.current, runID: runID, carry: 0), on: opening.id, &effects)
  }

  mutating func forget(_ id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    for log in logOrder where logs[held: log].repairs.pull?.session == id {
      leaveRepair(of: log, on: id, now, &effects)
      logs[held: log].repairs.dueAt = now + 1
    }
    for log in turns.twins where logs[held: log].twins?.session == id { endTwins(of: log) }
    sessions[id] = nil
    sessionOrder.removeAll { $0 == id }
    for log in logOrder {
      if logs[log]?.debts.isEmpty == false { logs[held: log].debts.removeAll { $0.session == id } }
      if logs[log]?.upstream == id { replaceUpstream(of: log, &effects) }
    }
    for log in turns.fetching where logs[held: log].fetch.isAsked(of: id) {
      release(log) { $0.session == id }
      logs[held: log].pullDueAt = now
    }
    startDuePulls(of: logOrder, now, &effects)
  }

  mutating func close(
    _ id: SessionID, _ reason: CloseReason, _ now: UInt64, _ effects: inout [Effect]
  ) {
    effects.append(.close(id, reason))
    forget(id, now, &effects)
  }

  func send(_ message: some MessageBody, on id: SessionID, _ effects: inout [Effect]) {
    effects.append(.send(id, message.encode()))
  }

  mutating func receive(
    _ bytes: [UInt8], on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard sessions[id] != nil else { return }
    sessions[held: id].liveness.received(now)
    meterReceived(bytes.count, on: id, now, &effects)
    let about = log(ofMessage: bytes, on: id)
    costs.begin(
      Work(
        session: id, peer: sessions[held: id].opening.peer, log: about,
        isQuestion: bytes.first.map(MessageType.isQuestion) ?? false))
    if let until = leftUnread(bytes, about, on: id, now) {
      costs.begin(nil)
      sessions[held: id].leaveUnread(about, until: until, now)
      return effects.append(.count(.messagesUnread))
    }
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
    if case .hello(let hello) = message {
      return try receiveHello(hello.version, hello.runID, on: id, now, &effects)
    }
    guard sessions[held: id].runID != nil else {
      throw MalformedMessage(what: "hello expected first")
    }
    switch message {
    case .ping: return try receivePing(id, now, &effects)
    case .pong: return receivePong(id, now, &effects)
    case .logs(let logs):
      return try receiveLogs(logs.first, logs.saltedIDs, on: id, now, &effects)
    default: break
    }
    guard isHeard(message, on: id) else {
      sessions[held: id].leaveUnread()
      return effects.append(.count(.messagesUnread))
    }
    switch message {
    case .hello, .ping, .pong, .logs: break
    case .heads(let heads): try receiveHeads(heads.heads, on: id, now, &effects)
    case .checkpoint(let checkpoint):
      receiveCheckpoint(checkpoint, of: try shared(checkpoint.position, id), on: id, now, &effects)
    case .pull(let pull): try receivePull(pull, on: id, now, &effects)
    case .credit(let credit): receiveCredit(credit.request, credit.bytes, on: id, now, &effects)
    case .chunk(let chunk): try receiveChunk(chunk, of: bytes, on: id, now, &effects)
    case .leave(let leave):
      sessions[held: id].serving.remove(leave.request)
    case .end(let end): receiveEnd(end.request, end.reason, on: id, now, &effects)
    case .prune(let prune):
      let log = try log(prune.position, id)
      sessions[held: id].shared[log]?.isEager = false
    case .graft(let graft):
      let log = try log(graft.position, id)
      receiveGraft(log, graft.size.value, on: id, now, &effects)
    case .cosignatures(let set):
      receiveCosignatures(set, of: try shared(set.checkpoint.position, id), on: id, now, &effects)
    case .digest(let digest): try receiveDigest(digest.digest, on: id, now, &effects)
    case .entry(let entry):
      try receiveLeaf(entry.leaf, of: try log(entry.position, id), on: id, now, &effects)
    case .copy: receiveCopy(on: id, &effects)
    case .opening(let opening):
      let predecessor = try log(opening.position, id)
      try receiveOpening(
        HeldOpening(predecessor: predecessor, leaf: opening.leaf, body: opening.body), on: id, now,
        &effects)
    case .proof(let proof):
      try receiveProof(proof.bytes, of: try log(proof.position, id), on: id, now, &effects)
    case .probe(let probe):
      try receiveProbe(
        by: probe.headerHash, probe.index.value, of: try log(probe.position, id), on: id, now,
        &effects)
    case .probed(let probed):
      receiveProbed(
        probed.answer, probed.index.value, of: try log(probed.position, id), on: id, now, &effects)
    case .exhibit(let exhibit):
      try receiveExhibit(
        exhibit.bytes, of: try log(exhibit.position, id), on: id, now, &effects)
    }
  }

  /// Where one side used an earlier key the rest is left unread, which is nobody's failure: the
  /// other side may not know it.
  private func isHeard(_ message: Message, on id: SessionID) -> Bool {
    switch (sessions[held: id].opening.scope, message) {
    case (.everything, _), (_, .opening): true
    case (.openings, _): false
    case (.part, .pull(let pull)): isGivenBack(pull.position, on: id)
    case (.part, .credit), (.part, .leave): true
    default: false
    }
  }

  private func isGivenBack(_ position: Int, on id: SessionID) -> Bool {
    sessions[held: id].lists.log(at: position).map { sessions[held: id].shared[$0] != nil } ?? false
  }

  /// The log at a position of the peer's list.
  func log(_ position: Int, _ id: SessionID) throws(MalformedMessage) -> LogID {
    guard let log = sessions[held: id].lists.log(at: position) else {
      throw MalformedMessage(what: "position \(position) is not shared")
    }
    return log
  }

  /// The same, of a log that both sides listed.
  func shared(_ position: Int, _ id: SessionID) throws(MalformedMessage) -> LogID {
    let log = try log(position, id)
    guard sessions[held: id].shared[log] != nil else {
      throw MalformedMessage(what: "position \(position) is not shared")
    }
    return log
  }

  private mutating func receiveHello(
    _ version: UInt16, _ runID: [UInt8], on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    guard sessions[held: id].runID == nil else { throw MalformedMessage(what: "second hello") }
    guard version == Version.current else { return close(id, .version, now, &effects) }
    sessions[held: id].runID = runID
    let opening = sessions[held: id].opening
    if opening.scope == .everything {
      // A session by an earlier key keeps nobody out.
      while let earlier = otherSession(of: opening.peer, than: id, isWhole: false) {
        close(earlier, .replaced, now, &effects)
      }
    }
    if let other = otherSession(of: opening.peer, than: id, isWhole: opening.scope == .everything) {
      guard opening.scope == .everything || sessions[held: other].runID == runID else {
        close(other, .replaced, now, &effects)
        return ready(id, now, &effects)
      }
      guard sessions[held: other].runID == runID else {
        return waitForSilence(of: other, id, now, &effects)
      }
      let loser = loserOfTwo(other, id)
      close(loser, .replaced, now, &effects)
      if loser == id { return }
    }
    ready(id, now, &effects)
  }

  /// Another process of that peer speaks on an older session: is it alive? One asks at a time, the
  /// newest; and so often that no number of them makes more pings than a peer takes.
  private mutating func waitForSilence(
    of older: SessionID, _ id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    if let rival = sessionOrder.first(where: {
      $0 != id && sessions[held: $0].copies.waitsForSilenceOf?.session == older
    }) {
      let isSame = sessions[held: rival].runID == sessions[held: id].runID
      let loser = isSame ? loserOfTwo(rival, id) : rival
      close(loser, .replaced, now, &effects)
      if loser == id { return }
    }
    sessions[held: id].copies.waitsForSilenceOf = (session: older, since: now)
    guard sessions[held: older].copies.ask(now) else {
      if sessions[held: older].copies.gaveLife { refuseCopies(of: older, now, &effects) }
      return
    }
    sessions[held: older].liveness.askOutOfTurn(now)
    send(Ping(), on: older, &effects)
  }

  private mutating func receivePing(
    _ id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    guard sessions[held: id].liveness.asked(now) else {
      throw MalformedMessage(what: "more pings than \(Limits.pingsAtOnce) in 30 s")
    }
    send(Pong(), on: id, &effects)
  }

  private mutating func ready(_ id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    if sessions[held: id].isWhole {
      effects.append(.event(.sessionReady(sessions[held: id].opening.peer)))
      askAgainForRepairs(of: sessions[held: id].opening.peer)
    }
    listLogs(to: id, now, &effects)
  }

  private func otherSession(
    of peer: NodeName, than id: SessionID, isWhole: Bool
  ) -> SessionID? {
    sessionOrder.first { other in
      other != id && sessions[held: other].opening.peer == peer
        && sessions[held: other].isWhole == isWhole
        && sessions[held: other].runID != nil
    }
  }

  /// The session that gives way, of two with one process: both ends must choose the same.
  private func loserOfTwo(_ older: SessionID, _ newer: SessionID) -> SessionID {
    let a = sessions[held: older].opening
    let b = sessions[held: newer].opening
    if a.weInitiated == b.weInitiated { return older }
    return a.initiatorHasLowerKey ? newer : older
  }

  /// The older session lives: two copies of one node are at work, and both hear of it.
  private mutating func receivePong(_ id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    sessions[held: id].copies.lives()
    refuseCopies(of: id, now, &effects)
  }

  private mutating func refuseCopies(
    of id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    for newer in sessionOrder where sessions[newer]?.copies.waitsForSilenceOf?.session == id {
      effects.append(.event(.secondCopy(sessions[held: newer].opening.peer)))
      for copy in [id, newer] { send(Copy(), on: copy, &effects) }
      close(newer, .secondCopy, now, &effects)
    }
  }

  /// A peer's word: it alarms, and changes nothing.
  private mutating func receiveCopy(on id: SessionID, _ effects: inout [Effect]) {
    guard sessions[held: id].copies.told() else { return }
    effects.append(.event(.anotherCopy(sessions[held: id].opening.peer)))
  }

  /// Silence is what decides; called by `tick`, and when the older session closed by itself.
  mutating func settleCopies(_ now: UInt64, _ effects: inout [Effect]) {
    for id in sessionOrder {
      guard let wait = sessions[id]?.copies.waitsForSilenceOf else { continue }
      let isGone = sessions[wait.session] == nil
      guard isGone || now >= wait.since + Limits.secondCopyMilliseconds else { continue }
      if !isGone { close(wait.session, .replaced, now, &effects) }
      sessions[held: id].copies.waitsForSilenceOf = nil
      ready(id, now, &effects)
    }
  }
}
