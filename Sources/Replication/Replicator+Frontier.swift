import Crypto
import Log
import Wire

// Which logs two nodes share, and how far each has them: Protocols/sync.md, 2 and 3.
extension Replicator {
  private func saltedID(_ log: LogID, _ session: Session) -> [UInt8] {
    var hasher = SHA256()
    hasher.update(session.opening.handshakeHash)
    log.withBytes { hasher.update($0) }
    return Array(hasher.finalize().array.prefix(16))
  }

  /// Lists the logs that were not listed on this session yet.
  mutating func listLogs(to id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    guard var session = sessions[id], session.isReady else { return }
    let first = session.ourLogs.count
    let fresh = logOrder.filter { session.ourPositions[$0] == nil }
      .prefix(Limits.logsOfSession - first)
    guard !fresh.isEmpty || !session.isAnnounced else { return }
    for log in fresh {
      session.ourPositions[log] = session.ourLogs.count
      session.ourLogs.append(log)
    }
    session.isAnnounced = true
    sessions[id] = session
    let ids = fresh.map { saltedID($0, session) }
    send(.logs(first: first, saltedIDs: ids), on: id, &effects)
    recognise(fresh, on: id)
  }

  mutating func listed(
    _ first: Int, _ ids: [[UInt8]], on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    guard first == sessions[id]!.theirSaltedIDs.count else {
      throw MalformedMessage(what: "list of logs with a gap")
    }
    // Each list costs a hash for each log we have: none without a log, but the first.
    guard !ids.isEmpty || !sessions[id]!.hasListed else {
      throw MalformedMessage(what: "list of no logs")
    }
    sessions[id]!.listsSeen += 1
    guard sessions[id]!.listsSeen <= Limits.listsOfSession else {
      throw MalformedMessage(what: "more than \(Limits.listsOfSession) lists of logs")
    }
    sessions[id]!.hasListed = true
    sessions[id]!.theirSaltedIDs.append(contentsOf: ids)
    // In what is new alone: else thousands of lists of one log each would cost millions of comparisons.
    recognise(ArraySlice(logOrder), among: first, on: id)
  }

  /// Finds which of `candidates` the peer listed, and marks them shared once we listed them too.
  ///
  /// - Parameter start: where in the peer's list to look from.
  private mutating func recognise(
    _ candidates: ArraySlice<LogID>, among start: Int = 0, on id: SessionID
  ) {
    guard var session = sessions[id] else { return }
    var positions: [[UInt8]: Int] = [:]
    for (position, salted) in session.theirSaltedIDs.enumerated().dropFirst(start) {
      positions[salted] = position
    }
    for log in candidates where session.theirPositions[log] == nil {
      guard let position = positions[saltedID(log, session)] else { continue }
      session.theirPositions[log] = position
      session.theirLogs[position] = log
    }
    for log in candidates where session.shared[log] == nil {
      guard session.theirPositions[log] != nil, session.ourPositions[log] != nil else { continue }
      session.shared[log] = SharedLog()
      session.areOpeningsDue = true
      session.areProofsDue = true
      if logs[log]!.durable.size > 0 { session.unannounced.insert(log) }
    }
    sessions[id] = session
  }

  /// Sends the heads that changed in this step, in one message a session; the first also when there
  /// are none: SYNC-10.
  mutating func announce(_ now: UInt64, _ effects: inout [Effect]) {
    for id in sessionOrder where sessions[id]!.isReady {
      leaveRequests(on: id, &effects)
      collectLate(on: id, now)
      let isFirst =
        !sessions[id]!.hasSentAnswer && sessions[id]!.isAnnounced && sessions[id]!.hasListed
      guard isFirst || !sessions[id]!.unannounced.isEmpty else { continue }
      var heads: [AnnouncedHead] = []
      let changed = sessions[id]!.unannounced
      for log in sessions[id]!.ourLogs where changed.contains(log) {
        let head = logs[log]!.durable
        guard head.size > 0, sessions[id]!.shared[log]!.announced != head else { continue }
        sessions[id]!.shared[log]!.announced = head
        sessions[id]!.shared[log]!.lateDue = nil
        let position = sessions[id]!.ourPositions[log]!
        heads.append(AnnouncedHead(position: position, size: head.size, leafHash: head.leafHash))
      }
      sessions[id]!.unannounced = []
      if isFirst { sessions[id]!.hasSentAnswer = true }
      if isFirst || !heads.isEmpty { send(.heads(heads), on: id, &effects) }
    }
    passOnProofs(&effects)
    passOnOpenings(&effects)
  }

  mutating func announced(
    _ heads: [AnnouncedHead], on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    for head in heads {
      let log = try log(head.position, id)
      guard let shared = sessions[id]!.shared[log] else {
        throw MalformedMessage(what: "head of a log that is not shared")
      }
      let isFirst = shared.theirs == nil
      let next = LogHead(size: head.size, leafHash: head.leafHash)
      // Recorded even when it contradicts: the digest compares what was announced.
      sessions[id]!.shared[log]!.theirs = next
      // Of another hash at the same size: what is here decides, if it reaches so far. Its leaves may have been replaced.
      let isAbove = next.size > logs[log]!.accepted.size
      if let last = shared.theirs,
        next.size < last.size || (isAbove && next.size == last.size && next != last)
      {
        dispute(log, on: id, size: next.size, now, &effects)
        if log == ownLog { claimed(on: id, now, &effects) }
        continue
      }
      effects.append(.event(.peerHead(sessions[id]!.opening.peer, log, size: next.size)))
      compare(next, of: log, on: id, now, &effects)
      if isFirst { offerCosignatures(of: log, on: id, &effects) }
      wantMore(of: log, now)
    }
    ask(now, &effects)
    answered(on: id, now, &effects)
    startRepairs(now, &effects)
  }

  /// The fork check: one look-up, all 32 bytes. SYNC-12.
  mutating func compare(
    _ head: LogHead, of log: LogID, on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard head.size <= logs[log]!.accepted.size else {
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
    dispute(log, on: id, size: index + 1, now, &effects)
    seekFork(of: log, from: index, on: id, now, &effects)
    show(index, of: log, on: id, &effects)
  }

  /// Heads that were announced above what was here are compared once it is.
  mutating func compareHeads(
    of log: LogID, above before: UInt64, _ now: UInt64, _ effects: inout [Effect]
  ) {
    for id in sessionOrder {
      guard let shared = sessions[id]?.shared[log], !shared.isDisputed, let theirs = shared.theirs,
        theirs.size > before, theirs.size <= logs[log]!.durable.size
      else { continue }
      compare(theirs, of: log, on: id, now, &effects)
    }
  }

  mutating func dispute(
    _ log: LogID, on id: SessionID, size: UInt64, _ now: UInt64, _ effects: inout [Effect]
  ) {
    guard sessions[id]!.shared[log]?.isDisputed == false else { return }
    sessions[id]!.shared[log]!.isDisputed = true
    sessions[id]!.shared[log]!.disputedAt = size
    leaveRepair(of: log, on: id, now, &effects)
    if logs[log]!.fetch.pieces.contains(where: { $0.session == id }) {
      release(log) { $0.session == id }
      // Another source may have the rest: due at the next tick.
      logs[log]!.pullDueAt = 0
    }
    effects.append(.count(.headsDisputed))
    effects.append(.event(.disputed(log, sessions[id]!.opening.peer, size: size)))
  }

  // MARK: Drift, SYNC-14

  private func digest(_ entries: [(position: Int, head: LogHead)]) -> [UInt8] {
    var writer = ByteWriter()
    for entry in entries.sorted(by: { $0.position < $1.position }) {
      AnnouncedHead(
        position: entry.position, size: entry.head.size, leafHash: entry.head.leafHash
      ).append(to: &writer)
    }
    return Array(SHA256.hash(writer.bytes).array.prefix(16))
  }

  mutating func sendDigest(on id: SessionID, _ now: UInt64, _ effects: inout [Effect]) {
    sessions[id]!.lastDigestAt = now
    let session = sessions[id]!
    let entries = session.ourLogs.enumerated().compactMap { position, log in
      session.shared[log]?.announced.map { (position: position, head: $0) }
    }
    send(.digest(digest(entries)), on: id, &effects)
  }

  mutating func compare(
    _ received: [UInt8], on id: SessionID, _ now: UInt64, _ effects: inout [Effect]
  ) throws(MalformedMessage) {
    guard now >= sessions[id]!.nextDigestFrom else {
      throw MalformedMessage(what: "digest too soon after the last")
    }
    sessions[id]!.nextDigestFrom = now + Limits.digestLeastMilliseconds
    let session = sessions[id]!
    let entries = session.theirLogs.keys.sorted().compactMap { position in
      session.shared[session.theirLogs[position]!]?.theirs.map { (position: position, head: $0) }
    }
    if digest(entries) != received {
      effects.append(.count(.drifts))
      close(id, .drift, now, &effects)
    }
  }
}
