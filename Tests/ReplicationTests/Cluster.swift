import Crypto
import Log
import Secrets

@testable import Replication

/// Several cores on virtual time: messages take a delay, a disk takes another, nothing else is real.
final class Cluster {
  final class Member {
    let name: NodeName
    let secrets: NodeSecrets
    let identity: LogIdentity
    let logs = MemoryLogs()
    var core: Replicator
    var roster: [String] = []
    var events: [Event] = []
    var evidence = 0
    var counters: [Counter: Int] = [:]
    var runNumber: UInt8 = 0
    var bytesSent = 0
    /// The own state, ahead of what is durable.
    var authored: LogState

    init(_ name: String) {
      self.name = try! NodeName(name)
      var random = SeededRandom(seed: name.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
      secrets = NodeSecrets.generate(using: &random)
      identity = LogIdentity(
        origin: Origin(name: self.name, epoch: 1), key: secrets.log.publicKey)
      logs.add(identity)
      authored = LogState(empty: identity)
      core = Replicator(
        ownName: self.name, ownLog: identity.id, runID: [UInt8](repeating: 0, count: 16),
        logs: [identity], reader: logs, start: .ready)
    }
  }

  private enum Work {
    case input(String, Input)
    case durable(String, LogID)
  }

  var now: UInt64 = 1_000
  var networkDelay: UInt64 = 5
  var diskDelay: UInt64 = 2
  private(set) var members: [String: Member] = [:]
  private var queue: [(at: UInt64, order: UInt64, work: Work)] = []
  private var order: UInt64 = 0
  private var ends: [SessionID: (owner: String, other: SessionID)] = [:]
  private var nextSession: UInt64 = 1
  /// Looks at, changes or drops a message on its way.
  var tamper: ((_ from: String, _ to: String, [UInt8]) -> [UInt8]?)?
  var messagesSent: [UInt8: Int] = [:]
  /// Members whose store takes nothing, as a full disk does.
  var full: Set<String> = []

  subscript(_ name: String) -> Member { members[name]! }

  /// Everybody knows everybody.
  init(_ names: [String]) {
    for name in names { members[name] = Member(name) }
    for name in names { meet(name, names.filter { $0 != name }) }
  }

  func meet(_ name: String, _ others: [String]) {
    members[name]!.roster = others
    for other in others { members[name]!.logs.add(members[other]!.identity) }
    feed(name, .roster(peers(of: name)))
  }

  private func peers(of name: String) -> [Peer] {
    members[name]!.roster.map { other in
      let member = members[other]!
      return Peer(
        name: member.name, logs: [member.identity],
        cosigningKey: member.secrets.cosigning.publicKey)
    }
  }

  // MARK: What happens to them

  @discardableResult
  func connect(_ a: String, _ b: String) -> SessionID {
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
            initiatorHasLowerKey: lower)))
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

  func disconnectAll() {
    for id in ends.keys.sorted() { disconnect(id) }
  }

  /// The author signs `count` entries and, when told, a checkpoint over all it has.
  func publish(_ name: String, _ count: Int, bodyBytes: Int = 40, checkpoint: Bool = true) {
    let member = members[name]!
    var builder = EntryBuilder(state: member.authored)
    for position in 0..<count {
      let index = member.authored.size + UInt64(position)
      let kind: EntryKind = index == 0 ? .genesis : .record
      let body = [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: bodyBytes)
      builder.append(
        kind: kind, time: now, expiryDay: 0, audienceTag: .zero, body: body)
    }
    let batch = builder.finish { member.secrets.log.sign($0) }
    let verified = try! member.authored.accept(batch)
    member.authored = verified.after
    member.logs.append(verified)
    if checkpoint {
      member.logs.keep(sign(name))
    }
    schedule(diskDelay, .durable(name, member.identity.id))
  }

  func checkpoint(_ name: String) {
    let made = sign(name)
    members[name]!.logs.keep(made)
    feed(name, .checkpointed(made))
  }

  private func sign(_ name: String) -> VerifiedCheckpoint {
    let member = members[name]!
    return Checkpoint.make(
      identity: member.identity, size: member.authored.size, root: member.authored.tree.root(),
      sign: { member.secrets.log.sign($0) })
  }

  /// The process dies and comes back with what was durable; its connections are gone.
  func restart(_ name: String) {
    let member = members[name]!
    for id in ends.keys.sorted() where ends[id]?.owner == name { disconnect(id) }
    queue.removeAll {
      if case .durable(let owner, _) = $0.work { return owner == name }
      return false
    }
    member.logs.loseStaged()
    member.authored = member.logs.state(of: member.identity.id)!
    member.runNumber += 1
    let identities = [member.identity] + member.roster.map { members[$0]!.identity }
    member.core = Replicator(
      ownName: member.name, ownLog: member.identity.id,
      runID: [UInt8](repeating: member.runNumber, count: 16), logs: identities,
      reader: member.logs, start: .ready)
    feed(name, .roster(peers(of: name)))
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
    case .durable(let name, let log):
      let head = members[name]!.logs.makeDurable(log)
      feed(name, .durable(log, head))
    }
  }

  func feed(_ name: String, _ input: Input) {
    var effects: [Effect] = []
    members[name]!.core.step(input, now: now, into: &effects)
    for effect in effects { carryOut(effect, for: name) }
  }

  private func carryOut(_ effect: Effect, for name: String) {
    let member = members[name]!
    switch effect {
    case .send(let id, let bytes): transmit(bytes, on: id, from: name)
    case .close(let id, _): disconnect(id)
    case .append(let verified, _) where full.contains(name):
      feed(name, .refused(verified.after.identity.id, "full"))
    case .append(let verified, _):
      member.logs.append(verified)
      schedule(diskDelay, .durable(name, verified.after.identity.id))
    case .keepCheckpoint(let checkpoint):
      // No checkpoint on disk is ever above its log.
      precondition(checkpoint.size <= member.logs.durableHead(of: checkpoint.logID).size)
      member.logs.keep(checkpoint)
    case .keepCosignature: break
    case .cosign(let checkpoint):
      let cosignature = Cosignature.make(
        checkpoint: checkpoint, name: member.name, key: member.secrets.cosigning.publicKey,
        time: now / 1_000, sign: { member.secrets.cosigning.sign($0) })
      schedule(0, .input(name, .cosigned(checkpoint.logID, checkpoint, cosignature)))
    case .keepEvidence: member.evidence += 1
    case .keepProof, .mend, .follow: break
    case .event(.count(let counter)): member.counters[counter, default: 0] += 1
    case .event(let event): member.events.append(event)
    }
  }

  private func transmit(_ bytes: [UInt8], on id: SessionID, from name: String) {
    guard let end = ends[id], let target = ends[end.other] else { return }
    messagesSent[bytes[0], default: 0] += 1
    members[name]!.bytesSent += bytes.count
    guard let bytes = tamper.map({ $0(name, target.owner, bytes) }) ?? bytes else { return }
    schedule(networkDelay, .input(target.owner, .message(end.other, bytes)))
  }

  // MARK: What must hold

  /// Whether `holder` has every durable byte of `author`'s log.
  func agrees(_ holder: String, _ author: String) -> Bool {
    let log = members[author]!.identity.id
    return members[holder]!.logs.durableHead(of: log) == members[author]!.logs.durableHead(of: log)
      && members[holder]!.logs.bytes(of: log) == members[author]!.logs.bytes(of: log)
  }
}
