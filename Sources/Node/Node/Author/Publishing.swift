import JSON
import Log
import Replica
import Replication
import Runtime
import Secrets
import Sealing
import Store

/// Publications of clients, from what they ask for to their answer: what the author makes of
/// them, and how long that may take.
final class Publishing {
  let author: Author
  let replica: Replica
  private let loop: EventLoop
  private let keys: OwnKeys
  private let membership: Membership
  let addressing: Addressing
  let desk: Desk
  let groups: GroupDesk
  let turns: TurnQueue
  private let notices: Notices
  private let signers: WorkerPool<SignedSlice>
  private let replicaTimeout: Alarm
  /// Counts the rosters that were loaded in this run.
  private var rosterGeneration: UInt64 = 0

  init(
    _ loop: EventLoop, _ turns: TurnQueue, _ keys: OwnKeys, _ desk: Desk,
    _ replica: Replica, _ files: StateFiles, _ notices: Notices
  ) throws(SystemError) {
    self.loop = loop
    self.turns = turns
    self.keys = keys
    self.desk = desk
    self.replica = replica
    membership = files.membership
    addressing = Addressing(replica: replica, files: files, notices: notices)
    let acceptances = GroupFolder(files.folder)
    groups = GroupDesk(desk, replica, acceptances) { [membership] in
      membership.roster.entry($0)?.card
    }
    self.notices = notices
    for problem in acceptances.problems { notices.logger.warning("groups: \(problem)") }
    replicaTimeout = Alarm(loop)
    let box = WeakBox<Author>()
    let signers = try WorkerPool<SignedSlice>(
      name: "liaison-sign", threads: 2, queueLimit: NodeLimits.workerQueue,
      results: loop.makeMailbox(of: SignedSlice.self) { box.object?.signed($0) })
    self.signers = signers
    author = Author(
      identity: replica.identity, secrets: keys.present, store: replica.store, desk: desk,
      submit: { signers.submit($0) })
    box.object = author
    let clock = loop.clock
    author.wallMilliseconds = { clock.wallMilliseconds }
    author.steadyMilliseconds = { clock.monotonicMilliseconds }
    author.pausedBecause = { replica.pause }
    author.didOpen = { [weak self] in self?.announce($0) }
    rosterChanged()
  }

  var store: Store { replica.store }

  /// Slots of grants are mixed with other secrets than before.
  func rosterChanged() {
    rosterGeneration += 1
    author.secrets = keys.present
    author.slotSecrets = SlotSecrets(author: keys.present.author, generation: rosterGeneration) {
      [membership] in membership.roster.entry($0)?.presharedKey
    }
  }

  /// The own card is another.
  func cardRotated(to next: Card) { membership.rotated(to: next) }

  // MARK: Rounds

  /// Seals and signs what waits.
  /// - Returns: whether there is more to do at once: own grants are read in pieces.
  func work() -> Bool {
    author.work()
    return author.isReadingGrants
  }

  /// Answers whom it can: entries became durable, or a peer has them.
  func answer() {
    author.answer(
      durable: store.durableHead(author.identity.id)?.size ?? 0, now: loop.now
    ) { [replica] end in
      replica.core.peersHolding(replica.identity.id, size: end).count
    }
  }

  /// Somebody may wait for peers that do not come. Called at the end of each round.
  func scheduleTimeout() {
    guard author.waitsForReplicas else { return }
    replicaTimeout.ring(by: loop.now + NodeLimits.replicasEveryMilliseconds) { [weak self] in
      self?.answer()
    }
  }

  /// Signatures that are under way are not waited for.
  func stop() { signers.stop() }

  // MARK: Requests

  func publish(
    _ request: PublishRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<PublishReply, ControlError>) -> Void
  ) {
    if let name = request.to.first, request.to.count == 1, name.hasPrefix("@") {
      return publish(
        request, toGroup: String(name.dropFirst()), isHeard: isHeard, reply: reply)
    }
    do throws(ControlError) {
      _ = try addressing.recipients(request.to)
      let number = author.publish(
        Publication(
          records: request.records.map(\.bytes), grant: request.grant,
          recipients: { [addressing] () throws(ControlError) in
            try addressing.recipientsAtLast(request.to)
          },
          replicas: try replicas(request.replicas),
          expiryDay: UInt16(request.expiryDay ?? 0), isHeard: isHeard, reply: reply))
      giveUp(number, after: request.timeout)
    } catch {
      reply(.failure(error))
    }
  }

  /// One chunk of an attachment (Protocols/control.md, CTL-30).
  func publish(
    _ request: PublishChunkRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<PublishReply, ControlError>) -> Void
  ) {
    if let name = request.to.first, request.to.count == 1, name.hasPrefix("@") {
      return publish(
        request, toGroup: String(name.dropFirst()), isHeard: isHeard, reply: reply)
    }
    do throws(ControlError) {
      let chunk = try request.chunk()
      _ = try addressing.recipients(request.to)
      let number = author.publish(
        Publication(
          records: [chunk], suite: .sealedChunk, grant: request.grant,
          recipients: { [addressing] () throws(ControlError) in
            try addressing.recipientsAtLast(request.to)
          },
          replicas: 0, expiryDay: UInt16(request.expiryDay ?? 0), isHeard: isHeard, reply: reply))
      giveUp(number, after: request.timeout)
    } catch {
      reply(.failure(error))
    }
  }

  /// Refuses a publication that has waited so long for peers' answers.
  func giveUp(_ number: UInt64?, after seconds: Int?) {
    guard let number, let seconds else { return }
    loop.schedule(afterMilliseconds: UInt64(seconds) * 1_000) { [weak self] in
      self?.author.giveUp(number)
    }
  }

  func replicas(_ wanted: Int?) throws(ControlError) -> Int {
    let wanted = wanted ?? 0
    let peers = membership.roster.entries.count
    guard wanted >= 0, wanted <= peers else {
      throw .refused(
        reason: "\(wanted) replicas were asked for and the roster has \(peers) peers",
        hint: "ask for fewer, or add peers")
    }
    return wanted
  }

  /// An audience is announced to its author's operator when it is made.
  private func announce(_ notes: AudienceNotes) {
    if !notes.withoutPresharedKey.isEmpty {
      notices.warn(
        "mixed-audience",
        "records are sealed to \(replica.list(notes.withoutPresharedKey)) without a pre-shared key, and to others of the same audience "
          + "with one: such an audience is protected as it is without any; exchange keys (liaison peer add --preshared-key)"
      )
    }
    if !notes.leftOut.isEmpty {
      notices.warn(
        "left-out",
        "nothing is sealed to \(replica.list(notes.leftOut)): the sealing key of that card is of small order; ask for another card"
      )
    }
  }
}
