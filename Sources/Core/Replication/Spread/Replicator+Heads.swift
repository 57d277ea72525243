import Crypto
import Log
import Wire

// The logs that two nodes share, and how far each has them: Protocols/sync.md, 2 and 3.
extension Replicator {
  private func saltedID(_ log: LogID, _ opening: SessionOpening) -> [UInt8] {
    var hasher = SHA256()
    hasher.update(opening.handshakeHash)
    log.withBytes { hasher.update($0) }
    return Array(hasher.finalize().array.prefix(16))
  }

  /// Lists the logs that were not listed on this session yet.
  mutating func listLogs(to id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    guard let session = sessions[id], session.isReady else { return }
    let fresh = session.lists.fresh(of: logOrder) { mayList($0, on: session) }
    guard !fresh.isEmpty || !session.lists.isSent else { return }
    // The other side takes no more of them; the next session begins with all.
    guard let first = sessions[held: id].lists.list(fresh) else {
      return close(id, .aged, now, &effects)
    }
    send(
      Logs(first: first, saltedIDs: fresh.map { saltedID($0, session.opening) }), on: id, &effects)
    recognise(fresh, on: id)
  }

  /// True when a log may be listed: where one side used an earlier key, only those of the two nodes
  /// (SYNC-9).
  private func mayList(_ log: LogID, on session: Session) -> Bool {
    guard !session.isWhole else { return true }
    return author(of: log) == ownName || author(of: log) == session.opening.peer
  }

  private func isGivenBack(_ log: LogID, on session: Session) -> Bool {
    switch session.opening.scope {
    case .everything: false
    case .part(let ofPeer, let ofOwn):
      ofPeer && author(of: log) == session.opening.peer || ofOwn && log == ownLog
    }
  }

  /// True when both sides listed a log; it is shared only where more than openings is exchanged of
  /// it.
  func isListed(_ log: LogID, on id: SessionID) -> Bool {
    sessions[held: id].lists.isListedByBoth(log)
  }

  mutating func receiveLogs(
    _ first: Int, _ ids: [[UInt8]], on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    try sessions[held: id].lists.receive(ids, from: first)
    recognise(logOrder, from: first, on: id)
  }

  /// Finds which of `candidates` the peer listed, and marks them shared once we listed them too.
  ///
  /// - Parameter start: where in the peer's list to look from.
  private mutating func recognise(_ candidates: [LogID], from start: Int = 0, on id: SessionID) {
    guard var session = sessions[id] else { return }
    let opening = session.opening
    session.lists.recognise(candidates, from: start) { saltedID($0, opening) }
    for log in candidates where session.shared[log] == nil && session.lists.isListedByBoth(log) {
      session.areOpeningsDue = true
      guard session.isWhole || isGivenBack(log, on: session) else { continue }
      session.shared[log] = SharedLog()
      if !session.isWhole { session.shared[held: log].isEager = false }
      session.areProofsDue = true
      if logs[held: log].durable.size > 0 { session.announcements.tell(log) }
    }
    sessions[id] = session
  }

  /// Sends the heads that changed in this step, in one message a session; the first also when there
  /// are none: SYNC-10.
  mutating func announceHeads(_ now: UInt64, _ effects: inout [Effect]) {
    for id in sessionOrder where sessions[held: id].isReady {
      leaveRequests(on: id, &effects)
      collectLate(on: id, now)
      let isFirst =
        !sessions[held: id].hasSentAnswer && sessions[held: id].lists.isSent
        && sessions[held: id].lists.isReceived
      guard isFirst || !sessions[held: id].announcements.isEmpty else { continue }
      var heads: [AnnouncedHead] = []
      let changed = sessions[held: id].announcements.take()
      for (position, log) in sessions[held: id].lists.ours.enumerated() where changed.contains(log)
      {
        let head = logs[held: log].durable
        guard head.size > 0, sessions[held: id].shared[held: log].announced != head else {
          continue
        }
        sessions[held: id].shared[held: log].announced = head
        sessions[held: id].announcements.told(log)
        heads.append(
          AnnouncedHead(
            position: position, size: LogSize(own: head.size), leafHash: head.leafHash))
      }
      if isFirst { sessions[held: id].hasSentAnswer = true }
      // Where only openings are exchanged nothing is an answer.
      guard sessions[held: id].opening.scope != .openings else { continue }
      if isFirst || !heads.isEmpty { send(Heads(heads), on: id, &effects) }
    }
    passOnProofs(now, &effects)
    passOnOpenings(&effects)
  }

  mutating func receiveHeads(
    _ heads: [AnnouncedHead], on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    var positions: Set<Int> = []
    for head in heads {
      guard positions.insert(head.position).inserted else {
        throw MalformedMessage(what: "two heads of one log")
      }
      let log = try log(head.position, id)
      guard let shared = sessions[held: id].shared[log] else {
        throw MalformedMessage(what: "head of a log that is not shared")
      }
      let next = LogHead(size: head.size.value, leafHash: head.leafHash)
      // Recorded even when it contradicts: the digest compares what was announced.
      sessions[held: id].shared[held: log].theirs = next
      if let until = leftUnread(log, on: id, now) {
        sessions[held: id].leaveUnread(log, until: until, now)
        continue
      }
      takeHead(next, after: shared.theirs, of: log, on: id, now, &effects)
    }
    ask(now, &effects)
    noteAnswer(on: id, now, &effects)
    startRepairs(now, &effects)
  }

  /// A head of one log; of the same size with another hash its leaf may have been replaced
  /// (SYNC-89).
  private mutating func takeHead(
    _ next: LogHead, after last: LogHead?, of log: LogID, on id: SessionID, _ now: UInt64,
    _ effects: inout [Effect]
  ) {
    if let last, next.size < last.size {
      dispute(log, on: id, size: next.size, now, &effects)
      if log == ownLog { claimed(on: id, now, &effects) }
      return
    }
    let isNews = next.size > sessions[held: id].shared[held: log].highest
    sessions[held: id].shared[held: log].highest = max(
      next.size, sessions[held: id].shared[held: log].highest)
    effects.append(.event(.peerHead(sessions[held: id].opening.peer, log, size: next.size)))
    compareHead(next, of: log, on: id, now, &effects)
    if isNews, sessions[held: id].shared[log]?.isDisputed == false {
      // A head of entries that are here proves itself; one of others is a promise.
      if next.size <= logs[held: log].durable.size {
        progressed(log, on: id)
      } else {
        costs.promised()
      }
    }
    if last == nil {
      offerCosignatures(of: log, on: id, &effects)
      restAgain(log, now)
    }
    if last == next { bodiesCame(of: log, on: id, now) }
    if isNews { mayRepair(log, on: id, now) }
    wantMore(of: log, now)
  }

  /// The fork check: one look-up, all 32 bytes. SYNC-12.
  mutating func compareHead(
    _ head: LogHead, of log: LogID, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard head.size <= logs[held: log].accepted.size else {
      if log == ownLog { claimed(on: id, now, &effects) }
      return
    }
    guard let own = try? reader.leafHash(log, at: head.size - 1) else {
      return effects.append(.count(.readsFailed))
    }
    guard own != head.leafHash else { return }
    contradicted(log, at: head.size - 1, on: id, now, &effects)
  }

  /// The peer holds another entry at `index`.
  mutating func contradicted(
    _ log: LogID, at index: UInt64, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    if log == ownLog { claimed(on: id, now, &effects) }
    // The headers tell whether it is another history or other signatures of the same.
    if !seekFork(of: log, from: index, on: id, now, &effects) {
      dispute(log, on: id, size: index + 1, now, &effects)
    }
    showLeaf(index, of: log, on: id, now, &effects)
  }

  /// Heads that were announced above what was here are compared once it is.
  mutating func compareHeads(
    of log: LogID, above before: UInt64, _ now: UInt64, _ effects: inout [Effect]
  ) {
    for id in sessionOrder {
      guard let shared = sessions[id]?.shared[log], !shared.isDisputed, let theirs = shared.theirs,
        theirs.size > before, theirs.size <= logs[held: log].durable.size
      else { continue }
      compareHead(theirs, of: log, on: id, now, &effects)
    }
  }

  mutating func dispute(
    _ log: LogID, on id: SessionID, size: UInt64, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard sessions[held: id].shared[log] != nil,
      sessions[held: id].shared[held: log].history.dispute(size: size)
    else { return }
    leaveRepair(of: log, on: id, now, &effects)
    if logs[held: log].fetch.isAsked(of: id) {
      release(log) { $0.session == id }
      // Another source may have the rest: due at the next tick.
      logs[held: log].pullDueAt = 0
    }
    effects.append(.count(.headsDisputed))
    effects.append(.event(.disputed(log, sessions[held: id].opening.peer, size: size)))
  }

  // MARK: Drift, SYNC-14

  private func digest(_ entries: [(position: Int, head: LogHead)]) -> [UInt8] {
    var writer = ByteWriter()
    for entry in entries.sorted(by: { $0.position < $1.position }) {
      AnnouncedHead(
        position: entry.position, size: LogSize(own: entry.head.size),
        leafHash: entry.head.leafHash
      ).append(to: &writer)
    }
    return Array(SHA256.hash(writer.bytes).array.prefix(16))
  }

  mutating func sendDigest(on id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    sessions[held: id].lastDigestAt = now
    let session = sessions[held: id]
    let entries = session.lists.ours.enumerated().compactMap { position, log in
      session.shared[log]?.announced.map { (position: position, head: $0) }
    }
    send(HeadsDigest(digest(entries)), on: id, &effects)
  }

  mutating func receiveDigest(
    _ received: [UInt8], on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    guard now >= sessions[held: id].nextDigestFrom else {
      throw MalformedMessage(what: "digest too soon after the last")
    }
    sessions[held: id].nextDigestFrom = now + Limits.digestLeastMilliseconds
    let session = sessions[held: id]
    // The digest cannot speak of what was left unread.
    guard !session.hasUnread else { return }
    let entries = session.lists.theirKnownLogs.compactMap { position, log in
      session.shared[log]?.theirs.map { (position: position, head: $0) }
    }
    if digest(entries) != received {
      effects.append(.count(.drifts))
      close(id, .drift, now, &effects)
    }
  }
}
