import Log
import Replica
import Replication
import Runtime
import Secrets
import Store

/// Replaces keys of the running node (Protocols/card.md, 9): no session ends by it, and no
/// publication is refused.
final class KeyRotator {
  private let loop: EventLoop
  private let keys: OwnKeys
  private let publishing: Publishing
  private let desk: Desk
  private let transport: TransportKeys
  private let folder: NodeFolder
  private let notices: Notices
  private let everyDays: Int?
  private let alarm: Alarm
  private var isUnderWay = false
  private var isStopped = false
  /// Told that the own keys are others.
  var didRotate: () -> Void = {}

  init(
    _ loop: EventLoop, _ keys: OwnKeys, _ publishing: Publishing, _ desk: Desk,
    _ transport: TransportKeys, _ folder: NodeFolder, _ notices: Notices, everyDays: Int?
  ) {
    self.loop = loop
    self.keys = keys
    self.publishing = publishing
    self.desk = desk
    self.transport = transport
    self.folder = folder
    self.notices = notices
    self.everyDays = everyDays
    alarm = Alarm(loop)
  }

  private var replica: Replica { publishing.replica }
  private var today: UInt32 { UInt32(clamping: loop.wallNow / DayBudget.dayMilliseconds) }

  func begin() { look() }

  func stop() {
    isStopped = true
    alarm.cancel()
  }

  // MARK: By the clock

  /// The sealing key may be as old as its operator lets it become.
  private func look() {
    guard let everyDays, !isStopped else { return }
    if let day = sealingDay, today >= day, today - day >= UInt32(everyDays) {
      rotate(RotateRequest(sealing: true)) { [notices] result in
        switch result {
        case .success(let reply):
          notices.logger.notice(
            "the sealing key was \(everyDays) days old: card \(reply.serial) has another")
          notices.settle("rotation")
        case .failure(let error):
          notices.warn("rotation", "the sealing key is old, and was not rotated: \(error)")
        }
      }
    }
    alarm.ring(by: loop.now + NodeLimits.rotationLookMilliseconds) { [weak self] in self?.look() }
  }

  /// The day on which the present sealing key was made; nil: it is not known.
  private var sealingDay: UInt32? {
    if let day = keys.sealingDay { return day }
    let id = replica.identity.id
    guard let batch = try? replica.store.read(id, 0..<1, maxBytes: EntryLayout.maxBodyBytes),
      batch.count == 1
    else { return nil }
    return UInt32(clamping: batch.header(at: 0).time / DayBudget.dayMilliseconds)
  }

  // MARK: One rotation

  func rotate(
    _ request: RotateRequest, reply: @escaping (Result<RotateReply, ControlError>) -> Void
  ) {
    var kinds: RotatedKinds = []
    if request.cosigning == true { kinds.insert(.cosigning) }
    if request.sealing == true { kinds.insert(.sealing) }
    if request.transport == true { kinds.insert(.transport) }
    do throws(ControlError) {
      try check(kinds)
      let rotation: KeyRotation
      do throws(IdentityError) {
        rotation = try KeyRotation.draw(kinds, after: keys, day: today)
        try rotation.begin(folder)
      } catch {
        throw .refused(reason: error.reason, hint: error.hint)
      }
      isUnderWay = true
      publish(rotation, reply)
    } catch {
      reply(.failure(error))
    }
  }

  /// CARD-50.
  private func check(_ kinds: RotatedKinds) throws(ControlError) {
    let epoch = "the next epoch has other keys: 'liaison epoch open'"
    guard !kinds.isEmpty else {
      throw .refused(reason: "no key was named", hint: "name cosigning, sealing or transport")
    }
    guard !isUnderWay else { throw .busy }
    if let obstacle = replica.signingObstacle {
      throw .refused(reason: "nothing is signed now: \(obstacle.word)", hint: "see liaison status")
    }
    guard replica.core.frozenAt(replica.identity.id) == nil else {
      throw .refused(reason: "the log is frozen: no keys entry counts", hint: epoch)
    }
    guard !keys.rotated.isFull else {
      throw .refused(
        reason: "this epoch has had \(RotatedKeys.most) rotations, and no more are kept",
        hint: epoch)
    }
    let prepared: NextEpoch?
    do throws(IdentityError) { prepared = try NextEpoch.load(folder) } catch {
      throw .refused(reason: error.reason, hint: error.hint)
    }
    if let prepared {
      throw .refused(
        reason: "\(prepared.card.origin) is prepared in \(folder.next)",
        hint: "open it, or remove that folder")
    }
  }

  private func publish(
    _ rotation: KeyRotation, _ reply: @escaping (Result<RotateReply, ControlError>) -> Void
  ) {
    publishing.author.publish(
      Publication(
        records: [], recipients: { Recipients(members: []) }, replicas: 0,
        publicEntry: PublicEntry(
          kind: .keys, body: KeysChange(card: rotation.card).encode()),
        isHeard: { true },
        reply: { [weak self] result in
          guard let self else { return }
          self.isUnderWay = false
          switch result {
          case .success(let published):
            self.finish(rotation)
            reply(
              .success(
                RotateReply(
                  origin: rotation.card.origin.text, serial: rotation.card.serial,
                  entry: published.entries.last?.first ?? 0,
                  card: String(decoding: rotation.card.note, as: UTF8.self))))
          case .failure(let error):
            self.giveUp(error)
            reply(.failure(error))
          }
        }))
  }

  /// The keys entry is durable: these keys count, whatever the disk says from now on.
  private func finish(_ rotation: KeyRotation) {
    let next = rotation.card
    keys.rotate(to: next, rotation.generation)
    replica.keepSafe("rotation", "the keys of card \(next.serial)") { [folder] in
      try rotation.finish(folder)
    }
    notices.logger.notice("card \(next.serial) of \(next.origin) has new keys")
    desk.take(keys)
    publishing.rosterChanged()
    publishing.cardRotated(to: next)
    transport.keysChanged()
    replica.rotated(to: next)
    didRotate()
  }

  /// Nothing was published; where the disk failed, the next start finds out.
  private func giveUp(_ error: ControlError) {
    if case .diskFailed = error { return }
    notices.attempt("a rotation that was given up") { try KeyRotation.drop(folder) }
  }

  // MARK: Status

  /// The card that nobody has taken up, and one whose secrets are not here.
  var warnings: [String] {
    var warnings: [String] = []
    let id = replica.identity.id
    if let inForce = replica.cardInForce(id), inForce.serial > keys.card.serial {
      warnings.append(
        "card \(inForce.serial) of \(inForce.origin) is in force by this node's own log, and its secrets are not here: what is "
          + "sealed to it cannot be read; it was restored from an older export of the keys (docs/restore.md)"
      )
    }
    if let last = keys.rotated.generations.last, today > last.day + 1,
      let found = replica.cardOrigin(id), found.index > 0
    {
      let holders = replica.core.peersHolding(id, size: found.index + 1)
      let missing = replica.partners.map(\.card.name).filter { !holders.contains($0) }
      if !missing.isEmpty {
        warnings.append(
          "card \(keys.card.serial), \(today - last.day) days old, was not taken up by \(replica.list(missing)): they have not "
            + "shown the entry with it since this start")
      }
    }
    return warnings
  }
}
