import Crypto
import Log
import Replica
import Replication
import Runtime
import Secrets
import Store

/// The daemon's node on one loop thread: the replica's host, made of parts that each have a concern
/// of their own.
///
/// Every event becomes inputs of the replica, which calls back for what is to be done; the node
/// gives each call to its part. At the end of each round of the loop what was staged goes to the
/// disk as one group commit and what is to be sent leaves. Entries are announced only when the disk
/// said that they are durable.
final class Node {
  let loop: EventLoop
  /// Store and core.
  let replica: Replica
  let notices: Notices
  let membership: Membership
  let files: StateFiles
  let turns: TurnQueue
  /// Opens records.
  let desk: Desk
  let publishing: Publishing
  let signing: SigningDesk
  let peers: PeerHub
  let sockets: LocalSockets
  /// The entries that read otherwise than a reader was told.
  let changes: ChangeWatch
  let anchorage: Anchorage
  let receipts: ReceiptDesk
  let scrubber: Scrubber
  let epochs: OwnEpochs
  let backups: BackupWork
  let rotation: KeyRotator
  let terms: AudienceTerms
  private let commits: GroupCommit
  private let ticks: Alarm
  private var running: RunningTime

  init(
    loop: EventLoop, folder: NodeFolder, keys: OwnKeys, roster: LiveRoster,
    store: Store, disk: FileDisk, logger: Logger, token: TokenFile, start: SigningStart,
    room: Room, rotateSealingDays: Int? = nil
  ) throws {
    self.loop = loop
    notices = Notices(logger, loop.clock)
    running = RunningTime.load(folder, now: loop.now)
    membership = Membership(keys.card, roster, folder, notices)
    files = StateFiles(
      folder: folder, token: token, faults: try FaultFolder(folder), membership: membership)
    replica = try Node.replica(files, store, start, notices)
    turns = TurnQueue(loop)
    ticks = Alarm(loop)
    desk = Desk(store: store, secrets: keys.present, own: keys.card.name)
    publishing = try Publishing(loop, turns, keys, desk, replica, files, notices)
    signing = SigningDesk(loop, replica, publishing.author, keys, token, notices)
    sockets = LocalSockets(room, notices)
    changes = ChangeWatch(replica, desk, membership, disk, sockets, notices)
    commits = try GroupCommit(loop, disk, StoreWork(loop, replica, changes, notices))
    let transport = TransportKeys(keys, KeyUse(folder, keys.card.origin), membership)
    peers = PeerHub(loop, turns, replica, membership, transport, room, notices)
    anchorage = Anchorage(turns, replica, publishing.author, signing, notices, on: loop)
    receipts = ReceiptDesk(
      loop, turns, publishing, desk, membership, changes, folder, notices)
    scrubber = try Scrubber(loop, replica, files, notices)
    epochs = OwnEpochs(replica, files, notices)
    backups = BackupWork(loop, folder, store, logger)
    rotation = KeyRotator(
      loop, keys, publishing, desk, transport, folder, notices, everyDays: rotateSealingDays)
    terms = AudienceTerms(loop, publishing, notices)
    transport.ownerByLog = { [replica] in replica.owner(ofEarlier: $0) }
    transport.notWritten = { [notices] in
      notices.say(.warning, "keyuse", "\(folder.keyUse) was not written: \($0)")
    }
    desk.take(keys)
    desk.forgotten = try ForgottenRecords.load(folder)
    connect()
    for problem in files.faults.problems { logger.warning("evidence: \(problem)") }
    membership.holdCards()
    transport.rosterChanged()
    replica.begin(for: self, proofs: files.faults.proofs)
    tellFrozen()
  }

  private static func replica(
    _ files: StateFiles, _ store: Store, _ start: SigningStart, _ notices: Notices
  ) throws -> Replica {
    var random = SystemRandom()
    let budgets = DayBudgets.load(
      files.folder, logs: store.logs.map(\.id),
      today: notices.startedAt / DayBudget.dayMilliseconds)
    if budgets.isUnknown {
      notices.logger.error(
        "\(files.folder.taken) cannot be used: logs with a limit of a day count as at it until tomorrow"
      )
    }
    return try Replica(
      card: files.membership.card, store: store, partners: files.membership.roster.partners,
      runID: random.bytes(16), start: start, proofs: files.faults.proofs,
      openings: files.faults.openings, openingKeys: files.membership.openingKeys, budgets: budgets)
  }

  /// Lets the parts that make own entries, and those that open entries, ask the others.
  private func connect() {
    publishing.author.didStage = { [replica, scrubber] batch in
      scrubber.signedHere(batch.first..<batch.end)
      replica.didStage(batch, of: replica.identity.id)
    }
    let clock = loop.clock
    desk.nanoseconds = { clock.monotonicNanoseconds }
    desk.presharedKeys = { [membership] in membership.roster.presharedKeys[$0] ?? [] }
    desk.isLost = { [replica] log, index in
      replica.damage.lost[log]?.contains { $0.contains(index) } == true
    }
  }

  /// Logs at a start which logs are frozen, and by which evidence.
  private func tellFrozen() {
    for log in store.logs {
      guard let index = core.frozenAt(log.id) else { continue }
      let evidence = files.faults.evidence(of: log.id).joined(separator: " ")
      notices.logger.error("\(log.origin) is frozen at \(index): \(evidence)")
    }
  }

  var card: Card { replica.card }
  var identity: LogIdentity { replica.identity }
  var store: Store { replica.store }
  var core: Replicator { _read { yield replica.core } }

  /// Minutes that this node has run since its folder was made.
  var runningMinute: UInt32 { running.minute(at: now) }

  /// Gives the core the roster and begins to dial.
  func start() {
    loop.afterEvents = { [weak self] in self?.endRound() }
    giveRoster()
    peers.begin()
    scheduleTick()
    changes.recall()
    anchorage.begin()
    rotation.didRotate = { [changes] in changes.keysChanged() }
    rotation.begin()
    terms.begin()
  }

  // MARK: End of a round

  private func endRound() {
    // Own grants are read in pieces: another round goes on.
    if publishing.work() { turns.soon {} }
    replica.watchDamage()
    commits.commit()
    turns.work()
    loop.flushOutputs()
    peers.flush()
    peers.holdBack(store.stagedBytes > NodeLimits.stagedBytes)
    replica.endRound()
    scheduleTick()
    saveRunning()
    scrubber.schedule()
    publishing.scheduleTimeout()
  }

  /// Asks the core when it wants time, once a round is over.
  private func scheduleTick() {
    guard let due = replica.nextDue(now) else { return ticks.cancel() }
    ticks.ring(by: due) { [weak self] in self?.replica.tick() }
  }

  /// Saves the running time every few minutes: a crash in between only makes hidden bodies wait
  /// longer.
  private func saveRunning() {
    if running.isDue(at: now) { saveRunningNow() }
  }

  private func saveRunningNow() {
    notices.attempt("the running time was not written") { try running.save(files.folder, now: now) }
  }

  // MARK: The end

  /// Ends cleanly: staged entries become durable, sessions are closed. Under a second.
  func stop() {
    sockets.close()
    backups.stop()
    peers.stop()
    commits.stop()
    publishing.stop()
    scrubber.stop()
    rotation.stop()
    terms.stop()
  }

  /// After the loop ended: the store on its own, synchronously.
  func flush() {
    changes.flush()
    replica.finishLog()
    // Journals the changes that have just settled.
    changes.flush()
    scrubber.save()
    saveRunningNow()
    replica.finishStates()
  }
}
