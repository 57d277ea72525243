import Crypto
import JSON
import Log
import Replica
import Replication
import Runtime
import Sealing
import Secrets
import Store
import Transport

// The calls of the control socket: Protocols/control.md.
extension Node: ControlService {
  var version: String { Daemon.version }

  func peerReports() -> [PeerReport] { peerReports(core.progressOfPeers()) }

  private func peerReports(_ progress: [PeerProgress]) -> [PeerReport] {
    roster.entries.map { report($0, progress) }
  }

  func status() -> StatusReport {
    let progress = core.progressOfPeers()
    return StatusReport(
      node: card.name.text, logs: store.logs.map(report),
      peers: peerReports(progress), signing: signingState,
      signingWhy: signingWhy, signingHelp: signingHelp, waitingFor: waitingFor,
      waitingSince: signingState == "waiting" ? waitingSince.map { Int64($0) } : nil,
      warnings: presentWarnings, scrub: scrubReport(), version: Daemon.version,
      startedAt: Int64(startedAt), counters: counters.values)
  }

  private func report(_ log: LogIdentity) -> LogReport {
    let head = store.durableHead(log.id) ?? .empty
    let root = (try? store.root(log.id, size: head.size)).map { Base64.encode($0.array) } ?? ""
    let known = core.knownSize(of: log.id)
    let isDisputed = core.isDisputed(log.id)
    let carriers = core.carriers(of: log.id).sorted()
    let witnesses = core.frozenAt(log.id).map { _ in self.witnesses(of: log) }
    return LogReport(
      origin: log.origin.text, id: log.id.description, size: head.size, root: root,
      cosignatures: cosigners(of: log.id), own: log.id == identity.id,
      checkpointSize: store.newestCheckpoint(log.id)?.size ?? 0,
      missingEntries: known - min(known, head.size), bytes: store.storedBytes(log.id) ?? 0,
      limitBytes: replica.limitBytes(of: log.id), space: space(of: log.id),
      verifiedEntries: scrub.logs[log.id]?.verified ?? 0,
      scrubbedEntries: scrub.logs[log.id]?.scrubbed ?? 0,
      defects: scrub.logs[log.id]?.defects ?? 0, damaged: damagedText(log.id),
      lost: lostText(log.id), undecided: undecidedText(log.id), disputed: isDisputed,
      frozenAt: core.frozenAt(log.id),
      endsAt: core.epochs.endsAt(log.id), evidence: faults.evidence(of: log.id),
      help: core.frozenAt(log.id) == nil ? nil : replica.help(own: log.id == identity.id),
      witnesses: witnesses?.map(\.name.text), witnessedSize: witnesses?.map(\.size).max(),
      catchUp: catchUpReport(log.id), carriers: carriers.map(\.text),
      anchor: anchorReport(log.id),
      why: why(log, isDisputed, hasRoute: !carriers.isEmpty))
  }

  /// A node is no witness of itself (CKP-27).
  private func possibleWitnesses(of log: LogIdentity) -> Set<NodeName> {
    Set(roster.entries.map(\.card.name)).subtracting([log.origin.name])
  }

  /// Members of the roster that cosigned entries of a frozen log before the fork was proven
  /// (Protocols/checkpoint.md, CKP-28), by name, and how many entries each.
  func witnesses(of log: LogIdentity) -> [(name: NodeName, size: UInt64)] {
    let names = possibleWitnesses(of: log)
    // Most cosigned the same few checkpoints.
    var roots: [UInt64: Digest] = [:]
    return store.cosignatures(log.id).compactMap { stored in
      guard names.contains(stored.cosignature.name),
        let root = roots[stored.checkpointSize]
          ?? (try? store.root(log.id, size: stored.checkpointSize))
      else { return nil }
      roots[stored.checkpointSize] = root
      guard root == stored.checkpointRoot else { return nil }
      return (stored.cosignature.name, stored.checkpointSize)
    }
  }

  private func why(_ log: LogIdentity, _ isDisputed: Bool, hasRoute: Bool) -> String? {
    if core.frozenAt(log.id) != nil { return "frozen" }
    if isDisputed { return "disputed" }
    if let end = core.epochs.endsAt(log.id) { return "ended at \(end)" }
    if let limit = replica.limitText(log.id) { return limit }
    return hasRoute || log.id == identity.id ? nil : "no route"
  }

  private func cosigners(of log: LogID) -> [String] {
    store.cosignatures(log).map(\.cosignature.name.text)
  }

  private func report(_ entry: LivePeer, _ progress: [PeerProgress]) -> PeerReport {
    let name = entry.card.name
    let line = lines[name] ?? PeerLine(since: startedAt)
    let session = sessions.values.first {
      $0.peer == name && $0.isEstablished && !$0.isOfEarlierKey
    }
    let peer = progress.first { $0.name == name }
    let isBehind = (peer?.lagEntries ?? 0) > 0
    if isBehind, line.behindSince == nil { lines[name]?.behindSince = now }
    if !isBehind { lines[name]?.behindSince = nil }
    let seconds = lines[name]?.behindSince.map { (now - $0) / 1_000 } ?? 0
    return PeerReport(
      name: name.text, state: line.state.rawValue, lagEntries: peer?.lagEntries,
      lagSeconds: peer == nil ? nil : seconds, address: entry.address, since: Int64(line.since),
      why: line.why, bytesIn: session?.connection.receivedBytes ?? line.bytesIn,
      bytesOut: session?.connection.sentBytes ?? line.bytesOut, held: heldReport(name))
  }

  // MARK: Publishing

  func publish(
    _ request: PublishRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<PublishReply, ControlError>) -> Void
  ) {
    do throws(ControlError) {
      _ = try recipients(request.to)
      let number = author.publish(
        Publication(
          records: request.records.map(\.bytes),
          recipients: { [weak self] () throws(ControlError) in
            guard let self else { throw .busy }
            return try self.recipientsNow(request.to)
          },
          everybody: request.to == ["all"], replicas: try replicas(request.replicas),
          expiryDay: UInt16(request.expiryDay ?? 0), isHeard: isHeard, reply: reply))
      giveUp(number, after: request.timeout)
    } catch {
      reply(.failure(error))
    }
  }

  /// Recipients by the roster as it is when the records are sealed.
  private func recipientsNow(_ names: [String]) throws(ControlError) -> Recipients {
    do throws(ControlError) { return try recipients(names) } catch {
      guard case .unknownNode(let name) = error else { throw error }
      throw .refused(
        reason: "\(name) was removed from the roster while this waited to be sealed",
        hint: "nothing of it was published: publish it to the others, if it is still meant for them"
      )
    }
  }

  /// An audience is announced to its author's operator when it is made.
  func announce(_ notes: AudienceNotes) {
    if !notes.withoutPresharedKey.isEmpty {
      warn(
        "mixed-audience",
        "records are sealed to \(list(notes.withoutPresharedKey)) without a pre-shared key, and to others of the same audience "
          + "with one: such an audience is protected as it is without any; exchange keys (liaison peer add --preshared-key)"
      )
    }
    if !notes.leftOut.isEmpty {
      warn(
        "left-out",
        "nothing is sealed to \(list(notes.leftOut)): the sealing key of that card is of small order; ask for another card"
      )
    }
  }

  private func recipients(_ names: [String]) throws(ControlError) -> Recipients {
    if names == ["all"] {
      // Records sealed now can never be sealed again to a member that was left out.
      if let problem = roster.problems.first {
        throw .refused(
          reason: "'all' would leave somebody out: \(problem)",
          hint: "mend the roster (see liaison peer list), or name the nodes")
      }
      guard !roster.entries.isEmpty else {
        throw .refused(
          reason: "'all' would be nobody: the roster is empty",
          hint:
            "add peers first (liaison peer add), or publish --to \(card.name) for this node alone")
      }
      // A member that contests itself, or waits for its card to be compared, stops nobody's 'all'.
      let meant = roster.entries.filter { sealingRefusal($0) == nil }
      var contested: [NodeName] = []
      if let refusal = roster.entries.lazy.compactMap(sealingRefusal).first {
        guard !meant.isEmpty else { throw refusal }
        contested = roster.entries.filter { sealingRefusal($0) != nil }.map(\.card.name)
        warn(
          "left-out-of-all",
          "'all' is not \(list(contested)): contested, or not compared yet; liaison peer list says which, and a card compared by voice mends it"
        )
      }
      return Recipients(members: meant.map(member), contested: contested)
    }
    guard !names.isEmpty else {
      throw .refused(reason: "an empty audience means nobody", hint: "name the nodes, or 'all'")
    }
    var members: [AudienceMember] = []
    for text in names {
      if text == card.name.text { continue }
      guard let name = try? NodeName(text), let entry = roster.entry(name) else {
        throw .unknownNode(text)
      }
      if let refusal = sealingRefusal(entry) { throw refusal }
      members.append(member(entry))
    }
    return Recipients(members: members)
  }

  private func member(_ entry: LivePeer) -> AudienceMember {
    AudienceMember(name: entry.card.name, key: entry.card.sealing)
  }

  func replicas(_ wanted: Int?) throws(ControlError) -> Int {
    let wanted = wanted ?? 0
    guard wanted >= 0, wanted <= roster.entries.count else {
      throw .refused(
        reason:
          "\(wanted) replicas were asked for and the roster has \(roster.entries.count) peers",
        hint: "ask for fewer, or add peers")
    }
    return wanted
  }

  // MARK: Reading

  func show(
    _ request: ShowRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<ShowReply, ControlError>) -> Void
  ) {
    guard let (log, index) = find(request.entry) else {
      return reply(.failure(.unknownEntry(request.entry)))
    }
    goOn(
      ShowWork(
        desk, store, log, index, isDisputed: isDisputed(log.id, index),
        isLate: isLate(log.id, index)), isHeard, reply)
  }

  private func goOn(
    _ work: ShowWork, _ isHeard: @escaping () -> Bool,
    _ reply: @escaping (Result<ShowReply, ControlError>) -> Void
  ) {
    soon { [weak self] in
      guard isHeard(), let self else { return reply(.failure(.busy)) }
      do throws(StoreError) {
        guard var shown = try work.step() else { return self.goOn(work, isHeard, reply) }
        if self.core.frozenAt(work.identity.id).map({ work.index >= $0 }) == true {
          shown.witnesses = self.witnesses(of: work.identity).filter { $0.size > work.index }
            .map(\.name.text)
          shown.rosterSize = self.possibleWitnesses(of: work.identity).count
        }
        reply(.success(shown))
      } catch {
        reply(.failure(.diskFailed(reason: "\(error)")))
      }
    }
  }

  private func isDisputed(_ log: LogID, _ index: UInt64) -> Bool {
    core.isDisputed(log, at: index)
  }

  private func isLate(_ log: LogID, _ index: UInt64) -> Bool {
    core.epochs.endsAt(log).map { index >= $0 } ?? false
  }

  func tail(_ position: TailPosition, origin: String?, limits: TailLimits) throws(ControlError)
    -> TailPage
  {
    let logs = store.logs.filter { origin == nil || $0.origin.text == origin }
    guard origin == nil || !logs.isEmpty else {
      throw .refused(reason: "no log \(origin ?? "") here", hint: "see 'liaison status'")
    }
    do {
      return try desk.tail(position, logs, limits, store, isDisputed: isDisputed, isLate: isLate)
    } catch {
      throw .diskFailed(reason: "\(error)")
    }
  }

  func tailEnd() -> TailPosition {
    var position = TailPosition()
    for log in store.logs { position.next[log.origin.text] = store.durableHead(log.id)?.size ?? 0 }
    return position
  }

  func observeArrivals(_ wake: @escaping () -> Void) -> ArrivalToken {
    let token = ArrivalToken(number: nextObserver)
    nextObserver += 1
    observers[token] = wake
    return token
  }

  func cancel(_ token: ArrivalToken) { observers[token] = nil }

  func controlInputRefused(_ reason: String) {
    counters.add("control.refused")
    logger.warning("control socket: \(reason)")
  }

  // MARK: Roster

  func reload() throws(ControlError) -> ReloadReply {
    let fresh: LiveRoster
    do { fresh = try LiveRoster.load(folder) } catch {
      throw .refused(reason: "the roster could not be read: \(error)", hint: "see peers/")
    }
    let reply = compare(roster, fresh)
    roster = fresh
    holdCards()
    applyRoster(reply)
    forgetSettled()
    for problem in fresh.problems { logger.warning("roster: \(problem)") }
    logger.notice(
      "roster: added \(list(reply.added)), removed \(list(reply.removed)), changed \(list(reply.changed))"
    )
    return reply
  }

  private func list(_ names: [String]) -> String {
    names.isEmpty ? "none" : names.joined(separator: " ")
  }

  private func compare(_ old: LiveRoster, _ new: LiveRoster) -> ReloadReply {
    var reply = ReloadReply(problems: new.problems)
    for entry in new.entries {
      guard let before = old.entry(entry.card.name) else {
        reply.added.append(entry.card.name.text)
        continue
      }
      if before.card != entry.card || before.address != entry.address
        || !entry.hasSamePresharedKey(as: before)
      {
        reply.changed.append(entry.card.name.text)
      }
    }
    for entry in old.entries where new.entry(entry.card.name) == nil {
      reply.removed.append(entry.card.name.text)
    }
    return reply
  }

  /// Drops the warnings that an operator has settled by comparing cards.
  private func forgetSettled() {
    for entry in roster.entries where entry.compared == entry.card.identity {
      warnings["followed \(entry.card.identity.id)"] = nil
      guard core.epochs.contested(of: entry.card.name) == nil else { continue }
      for log in store.logs where log.origin.name == entry.card.name {
        warnings["second-opening \(log.id)"] = nil
      }
    }
  }

  /// Touches only what changed.
  private func applyRoster(_ reply: ReloadReply) {
    applyPresharedKeys()
    readability.areKeysDue = true
    giveRoster()
    knowSources()
    for name in reply.removed + reply.changed {
      for session in sessions.values where session.peer?.text == name {
        session.connection.finish(withinMilliseconds: 200)
      }
    }
    for name in reply.removed { if let name = try? NodeName(name) { lines[name] = nil } }
    for name in reply.changed + reply.added {
      guard let name = try? NodeName(name) else { continue }
      if let entry = roster.entry(name) { desk.forget(entry.card.identity.id) }
      lines[name]?.redial.begin()
    }
    dialAll()
  }

  /// A roster of which nothing can be used is not an empty one: the core would not wait for
  /// anybody's answer.
  func giveRoster() {
    let isUsable = !roster.entries.isEmpty || !roster.hasMembers
    replica.setRoster(roster.partners, isUsable: isUsable)
  }

  func applyPresharedKeys() {
    rosterGeneration += 1
    author.slotSecrets = SlotSecrets(author: secrets.author, generation: rosterGeneration) {
      [weak self] in self?.roster.entry($0)?.presharedKey
    }
    desk.presharedKeys = { [weak self] name in
      self?.roster.presharedKeys[name] ?? []
    }
  }
}
