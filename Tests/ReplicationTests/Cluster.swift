import Crypto
import Log
import Secrets

@testable import Replication

/// Several cores on virtual time: messages take a delay, a disk takes another, nothing else is
/// real.
final class Cluster {
  private enum Work {
    case input(String, Input)
    case message(SessionID, [UInt8])
    case hangUp(SessionID)
    case durable(String, LogID)
    case damaged(String, LogID)
    case drained(SessionID)
    case relieved(String, SessionID)

    var owner: String? {
      switch self {
      case .input(let name, _), .durable(let name, _), .damaged(let name, _),
        .relieved(let name, _):
        name
      case .message, .hangUp, .drained: nil
      }
    }
  }

  var now: UInt64 = 1_000
  var networkDelay: UInt64 = 5
  var diskDelay: UInt64 = 2
  /// Bytes a millisecond that each line of a member takes; any number of those who are not here.
  var bandwidth: [String: Int] = [:]
  /// When a line has sent what it was given.
  private var lineIsFreeAt: [SessionID: UInt64] = [:]
  private var draining: Set<SessionID> = []
  private(set) var members: [String: Member] = [:]
  private var queue: [(at: UInt64, order: UInt64, work: Work)] = []
  private var order: UInt64 = 0
  private var ends: [SessionID: (owner: String, other: SessionID)] = [:]
  private var nextSession: UInt64 = 1
  /// Looks at, changes or drops a message on its way.
  var tamper: ((_ from: String, _ to: String, [UInt8]) -> [UInt8]?)?
  var messagesSent: [UInt8: Int] = [:]
  private(set) var chunksSent: [SessionID: Int] = [:]
  /// The time that an answer takes that goes on after it waited, by the host's measure.
  var answerMicroseconds: UInt64 = 0
  /// The rates that others allow a member; `meet` makes them known.
  var rates: [String: PeerRates] = [:]
  /// Sessions that a core wants nothing read from, and until when; the network here has no buffers
  /// to fill.
  private(set) var holds: [(session: SessionID, until: UInt64)] = []
  private var heldUntil: [SessionID: UInt64] = [:]
  /// Nothing is read of a session while it is held.
  var obeysHolds = false
  /// Members whose store takes nothing, as a full disk does.
  var full: Set<String> = []
  /// Every header that was ever signed, by log and index: what a fork is told by.
  private(set) var signed: [LogID: [UInt64: Set<[UInt8]>]] = [:]

  subscript(_ name: String) -> Member { members[name]! }

  /// Everybody knows everybody.
  init(_ names: [String]) {
    for name in names { members[name] = Member(name) }
    for name in names { meet(name, names.filter { $0 != name }) }
  }

  func meet(_ name: String, _ others: [String]) {
    members[name]!.roster = others
    for other in others {
      let member = members[other]!
      for identity in member.knownLogs[member.name]! {
        members[name]!.logs.add(identity)
        if members[name]!.knownLogs[member.name]?.contains(identity) != true {
          members[name]!.knownLogs[member.name, default: []].append(identity)
        }
      }
    }
    for other in others {
      guard let member = members[other] else { continue }
      for identity in member.knownLogs[member.name] ?? []
      where members[name]?.openingKeys[identity.id] == nil {
        members[name]?.openingKeys[identity.id] = member.openingKeys[identity.id]
      }
    }
    feed(name, .roster(peers(of: name)))
  }

  /// The operator of `name` compared the card of an epoch of `other` by voice, and gave it to his
  /// node.
  func compare(_ name: String, _ identity: LogIdentity, of other: String) {
    members[name]!.compared[members[other]!.name] = identity
    members[name]!.logs.add(identity)
    feed(name, .roster(peers(of: name)))
  }

  private func peers(of name: String) -> [Peer] {
    members[name]!.roster.map { other in
      let member = members[other]!
      return Peer(
        name: member.name, logs: members[name]!.knownLogs[member.name]!,
        cosigningKey: member.cosigner.cosigning.publicKey, rates: rates[other] ?? PeerRates(),
        openingKeys: members[name]!.openingKeys, compared: members[name]!.compared[member.name])
    }
  }

  /// A second process with the keys and a copy of the folder of `name`.
  func copy(_ name: String, as copy: String, start: OwnLogStart) {
    let original = members[name]!
    members[copy] = Member(original.name.text, copy: 1)
    members[copy]!.roster = original.roster
    members[copy]!.knownLogs = original.knownLogs
    members[copy]!.openingKeys = original.openingKeys
    restart(copy, from: backup(name), start: start)
  }

  // MARK: Events

  @discardableResult
  /// - Parameter scopes: of those who see that one side used the transport key of an earlier epoch.
  func connect(_ a: String, _ b: String, _ scopes: [String: SessionScope] = [:]) -> SessionID {
    let left = SessionID(nextSession)
    let right = SessionID(nextSession + 1)
    nextSession += 2
    ends[left] = (a, right)
    ends[right] = (b, left)
    let hash = SHA256.hash(Array("handshake \(left.value)".utf8))
    let lower = members[a]!.secrets.transport.publicKey < members[b]!.secrets.transport.publicKey
    for (id, owner, other, initiated) in [(left, a, b, true), (right, b, a, false)] {
      feed(
        owner,
        .opened(
          SessionOpening(
            id: id, peer: members[other]!.name, handshakeHash: hash, weInitiated: initiated,
            initiatorHasLowerKey: lower, scope: scopes[owner] ?? .everything)))
    }
    return left
  }

  func disconnect(_ id: SessionID) {
    guard let end = ends[id] else { return }
    let other = ends[end.other]?.owner
    ends[id] = nil
    ends[end.other] = nil
    feed(end.owner, .closed(id))
    if let other { feed(other, .closed(end.other)) }
  }

  func isOpen(_ id: SessionID) -> Bool { ends[id] != nil }

  func disconnectAll() {
    for id in ends.keys.sorted() { disconnect(id) }
  }

  /// The author signs `count` entries and, when told, a checkpoint over all it has.
  /// - Returns: false when it may not sign.
  @discardableResult
  func publish(_ name: String, _ count: Int, bodyBytes: Int = 40, checkpoint: Bool = true) -> Bool {
    let member = members[name]!
    guard member.core.signing == .ready else { return false }
    let verified = member.sign(
      count, after: member.ownState, bodyBytes: bodyBytes, time: now)
    note(verified.batch, of: member.identity.id)
    member.logs.append(verified)
    if checkpoint { member.logs.keep(member.makeCheckpoint()) }
    schedule(diskDelay, .durable(name, member.identity.id))
    return true
  }

  private func note(_ batch: EntryBatch, of log: LogID) {
    for position in 0..<batch.count {
      let header = Array(batch.leaf(at: position).prefix(EntryLayout.headerBytes))
      signed[log, default: [:]][batch.first + UInt64(position), default: []].insert(header)
    }
  }

  /// How many entries of `log` were ever signed, on the longest branch.
  func signedSize(of log: LogID) -> UInt64 { (signed[log]?.keys.max()).map { $0 + 1 } ?? 0 }

  /// Indices of `log` that were signed with two headers.
  func forks(of log: LogID) -> [UInt64] {
    (signed[log] ?? [:]).filter { $0.value.count > 1 }.keys.sorted()
  }

  func checkpoint(_ name: String) {
    let made = members[name]!.makeCheckpoint()
    members[name]!.logs.keep(made)
    feed(name, .checkpointed(made))
  }

  /// A copy of the data folder, as it is durable now.
  func backup(_ name: String) -> MemoryLogs {
    let copy = members[name]!.logs.copy()
    copy.loseStaged()
    return copy
  }

  /// The process dies and comes back with what was durable, or with an older copy of its folder;
  /// its connections are gone.
  func restart(_ name: String, from backup: MemoryLogs? = nil, start: OwnLogStart = .ready) {
    let member = members[name]!
    for id in ends.keys.sorted() where ends[id]?.owner == name { disconnect(id) }
    queue.removeAll { $0.work.owner == name }
    if let backup { member.logs = backup.copy() }
    member.logs.loseStaged()
    member.runNumber += 1
    member.core = Replicator(
      ownName: member.name, ownLog: member.identity.id,
      runID: [UInt8](repeating: member.runNumber, count: 16), logs: member.logs.identities,
      reader: member.logs, start: start,
      proofs: member.proofs, openings: member.openings, openingKeys: member.openingKeys)
    feed(name, .roster(peers(of: name)))
    for identity in member.logs.identities { reportDamage(name, identity.id) }
  }

  /// The operator opens the next epoch of `name`, which ends the last at `size`, and the node
  /// starts in it.
  func openEpoch(_ name: String, endingAt size: UInt64? = nil, start: OwnLogStart = .waiting) {
    let member = members[name]!
    let last = member.identity
    let size = size ?? member.ownState.size
    let opening = makeOpening(
      name, epoch: last.origin.epoch + 1,
      follows: Genesis.Predecessor(
        origin: last.origin, size: size,
        leafHash: (try? member.logs.leafHash(last.id, at: size - 1)) ?? .zero,
        root: (try? member.logs.root(last.id, size: size)) ?? .zero))
    member.epochSecrets = Member.secrets(of: member.name.text, epoch: last.origin.epoch + 1)
    member.identity = opening.after.identity
    member.knownLogs[member.name]!.append(member.identity)
    member.hold(epoch: member.identity.origin.epoch, of: member.name.text)
    member.logs.add(member.identity)
    member.logs.append(opening)
    _ = member.logs.makeDurable(member.identity.id)
    note(opening.batch, of: member.identity.id)
    restart(name, start: start)
  }

  /// The genesis entry of an epoch.
  /// - Parameters:
  ///   - key: of the new log; always the same if nil.
  ///   - opener: the epoch whose recovery file opened it; that after the one which it follows if
  ///     nil.
  func makeOpening(
    _ name: String, epoch: UInt32, key: NodeSecrets? = nil, follows: Genesis.Predecessor,
    opener: UInt32? = nil
  ) -> VerifiedBatch {
    let member = members[name]!
    let key = key ?? Member.secrets(of: member.name.text, epoch: follows.origin.epoch + 1)
    let identity = LogIdentity(
      origin: Origin(name: member.name, epoch: epoch), key: key.log.publicKey)
    let state = LogState(empty: identity)
    var builder = EntryBuilder(state: state)
    builder.append(
      kind: .genesis, time: now,
      body: member.genesisBody(epoch: epoch, key: key, follows: follows, opener: opener))
    return try! state.accept(builder.finish { key.log.sign($0) })
  }

  /// The store reads what rotted, and says so.
  func reportDamage(_ name: String, _ log: LogID) {
    let ranges = members[name]!.logs.damaged(log)
    if !ranges.isEmpty { feed(name, .damaged(log, ranges)) }
  }

  // MARK: Virtual time

  private func schedule(_ delay: UInt64, _ work: Work) {
    order += 1
    queue.append((now + delay, order, work))
  }

  /// Runs until nothing is due within `milliseconds`.
  func run(_ milliseconds: UInt64 = 5_000) {
    let end = now + milliseconds
    var steps = 0
    while steps < 400_000 {
      steps += 1
      let next = queue.indices.min {
        (queue[$0].at, queue[$0].order) < (queue[$1].at, queue[$1].order)
      }
      let due = members.keys.sorted().compactMap { name in
        members[name]!.core.nextDue(now).map { (at: $0, name: name) }
      }.min { $0.at < $1.at }
      if let next, queue[next].at <= end, queue[next].at <= due?.at ?? .max {
        let item = queue.remove(at: next)
        now = max(now, item.at)
        perform(item.work)
      } else if let due, due.at <= end {
        now = max(now, due.at)
        members[due.name]!.ticks += 1
        feed(due.name, .tick)
      } else {
        now = end
        return
      }
    }
    preconditionFailure("the cluster never comes to rest")
  }

  private func perform(_ work: Work) {
    switch work {
    case .input(let name, let input): feed(name, input)
    case .message(let id, let bytes):
      // A held session is not read: its bytes wait on their line.
      if obeysHolds, let until = heldUntil[id], until > now {
        schedule(until - now, .message(id, bytes))
      } else if let owner = ends[id]?.owner {
        feed(owner, .message(id, bytes))
      }
    case .hangUp(let id):
      guard let end = ends.removeValue(forKey: id) else { return }
      feed(end.owner, .closed(id))
    case .drained(let id):
      draining.remove(id)
      if let owner = ends[id]?.owner { feed(owner, .congested(id, false)) }
    case .relieved(let name, let id):
      let before = chunksSent[id] ?? 0
      feed(name, .congested(id, false))
      let answers = UInt64((chunksSent[id] ?? 0) - before)
      feed(name, .took(id, microseconds: answers * answerMicroseconds))
    case .damaged(let name, let log):
      feed(name, .damaged(log, members[name]!.logs.damaged(log)))
    case .durable(let name, let log):
      let head = members[name]!.logs.makeDurable(log)
      feed(name, .durable(log, head))
    }
  }

  func feed(_ name: String, _ input: Input) {
    var effects: [Effect] = []
    members[name]!.core.step(input, now: now, into: &effects)
    for effect in effects { carryOut(effect, for: name) }
    drain(name)
  }

  /// Drains as the daemon does: what waits for a connection's queue goes on when that is empty.
  private func drain(_ name: String) {
    let core = members[name]!.core
    for id in core.sessionOrder where core.isHeldBack(id) && ends[id] != nil {
      guard draining.insert(id).inserted else { continue }
      let free = lineIsFreeAt[id] ?? now
      schedule(max(free, now) - now, .drained(id))
    }
  }

  private func carryOut(_ effect: Effect, for name: String) {
    let member = members[name]!
    switch effect {
    case .send(let id, let bytes):
      if bytes[0] == MessageType.chunk.rawValue { chunksSent[id, default: 0] += 1 }
      transmit(bytes, on: id, from: name)
    case .relieve(let id): schedule(0, .relieved(name, id))
    case .close(let id, _): hangUp(id)
    case .hold(let id, let until):
      holds.append((id, until))
      heldUntil[id] = until
    case .append(let verified, _)
    where full.contains(name) || !member.logs.extends(verified):
      feed(name, .refused(verified.after.identity.id, "refused"))
    case .append(let verified, _):
      member.logs.append(verified)
      schedule(diskDelay, .durable(name, verified.after.identity.id))
      // A store knows at once which bodies are absent, before the entries are synced.
      if verified.batch.bodyStates != nil {
        schedule(0, .damaged(name, verified.after.identity.id))
      }
    case .keepCheckpoint(let checkpoint):
      // No checkpoint on disk is ever above its log.
      precondition(checkpoint.size <= member.logs.durableHead(of: checkpoint.logID).size)
      member.logs.keep(checkpoint)
    case .keepCosignature: break
    case .cosign(let checkpoint):
      let cosignature = Cosignature.make(
        checkpoint: checkpoint, name: member.name, key: member.cosigner.cosigning.publicKey,
        time: now / 1_000, sign: { member.cosigner.cosigning.sign($0) })
      schedule(
        0,
        .input(
          name,
          .cosigned(
            checkpoint.logID, checkpoint, cosignature, member.cosigner.cosigning.publicKey)))
    case .keepEvidence(let log, let fault):
      member.evidence += 1
      member.logs.freeze(log, at: fault.position)
    case .keepProof(let proof):
      member.proofs.append(proof)
      member.logs.freeze(proof.identity.id, at: proof.frozenAt)
    case .mend(let log, let batch, let peer):
      if !member.logs.mend(log, batch) { feed(name, .mendRefused(log, peer)) }
      schedule(diskDelay, .damaged(name, log))
    case .replace(let replacement):
      let id = replacement.identity.id
      guard member.logs.state(of: id)!.size == member.logs.durableHead(of: id).size else {
        return feed(name, .replaceRefused(id))
      }
      member.logs.replace(replacement)
      schedule(diskDelay, .input(name, .replaced(id)))
    case .freeze(let log, let index): member.logs.freeze(log, at: index)
    case .keepOpening(let opening):
      member.evidence += 1
      member.openings.append(
        HeldOpening(
          predecessor: opening.predecessor, leaf: opening.batch.batch.leaves,
          body: opening.batch.batch.bodies))
    case .follow(let opening): follow(opening, name)
    case .event(.count(let counter)): member.counters[counter, default: 0] += 1
    case .event(let event): member.events.append(event)
    }
  }

  private func follow(_ opening: Opening, _ name: String) {
    let member = members[name]!
    member.logs.add(opening.identity)
    member.logs.append(opening.batch)
    member.knownLogs[opening.card.name, default: []].append(opening.identity)
    member.openingKeys[opening.identity.id] = opening.card.opening
    schedule(diskDelay, .durable(name, opening.identity.id))
  }

  /// This end is gone; the other reads what was sent before.
  private func hangUp(_ id: SessionID) {
    guard let end = ends.removeValue(forKey: id) else { return }
    schedule(networkDelay, .hangUp(end.other))
  }

  private func transmit(_ bytes: [UInt8], on id: SessionID, from name: String) {
    guard let end = ends[id], let target = ends[end.other] else { return }
    messagesSent[bytes[0], default: 0] += 1
    members[name]!.bytesSent += bytes.count
    guard let bytes = tamper.map({ $0(name, target.owner, bytes) }) ?? bytes else { return }
    let start = max(now, lineIsFreeAt[id] ?? now)
    let free = start + (bandwidth[name].map { UInt64(bytes.count / $0) } ?? 0)
    lineIsFreeAt[id] = free
    schedule(free - now + networkDelay, .message(end.other, bytes))
  }

  // MARK: Checks

  /// True when `holder` has every durable byte of `author`'s log.
  func agrees(_ holder: String, _ author: String) -> Bool {
    let log = members[author]!.identity.id
    return members[holder]!.logs.durableHead(of: log) == members[author]!.logs.durableHead(of: log)
      && members[holder]!.logs.bytes(of: log) == members[author]!.logs.bytes(of: log)
  }
}
