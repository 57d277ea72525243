import Crypto
import Log
import Replica
import Replication
import Runtime
import Sealing
import Secrets
import Store
import Transport

/// The daemon's node on one loop thread: the replica's host, with sessions, author and control.
///
/// Every event becomes inputs of the replica, which calls back for what is to be done; at the end
/// of each round of the loop what was staged goes to the disk as one group commit and what is to be
/// sent leaves. Entries are announced only when the disk said that they are durable.
final class Node {
  let loop: EventLoop
  let folder: NodeFolder
  let secrets: NodeSecrets
  let logger: Logger
  let identity: LogIdentity
  let card: Card
  let replica: Replica
  let desk: Desk
  let author: Author
  let startedAt: UInt64
  var roster: LiveRoster
  var counters = Counters()
  var random = SystemRandom()

  var transportKeys: TransportKeys
  var gate: ConnectionGate
  var peerSources = PeerSources()
  var sourceTimer: TimerID?
  var dials: DialPlaces<(name: NodeName, address: SocketAddress)>
  /// How the process's descriptors are shared out.
  let room: Room
  var sessions: [SessionID: PeerSession] = [:]
  var lines: [NodeName: PeerLine] = [:]
  var nextSession: UInt64 = 1
  var isReadingPaused = false
  var isStopping = false

  var controlSessions: [UInt64: ControlSession] = [:]
  var readerSessions: [UInt64: ReaderSession] = [:]
  var anchorSessions: [UInt64: AnchorSession] = [:]
  var readability = ChangeWatch()
  /// Members may use the reader socket.
  var readerGroup: UInt32?
  /// Members may use the anchor socket.
  var anchorGroup: UInt32?
  var anchors: AnchorWatch
  var anchorRate = AnchorRate()
  /// One is on its way to the disk.
  var isAnchoring = false
  var observers: [ArrivalToken: () -> Void] = [:]
  var nextObserver: UInt64 = 1
  /// Counts the rosters that were loaded in this run.
  var rosterGeneration: UInt64 = 0
  /// When signing began to wait for peers' answers, by the wall clock; for people alone.
  var waitingSince: UInt64?

  var tickTimer: (id: TimerID, due: UInt64)?
  var gateTimer: TimerID?
  private var replicaTimer: TimerID?
  let token: TokenFile
  /// Matters that an operator must look into, by kind and peer: the wall clock's time for reading,
  /// the steady one's for ending.
  var warnings: [String: (at: UInt64, since: UInt64, text: String)] = [:]
  var backups = BackupWork()
  var adoption: Adoption?
  /// Ends this run and begins another, with the next epoch.
  var beginAgain: () -> Void = {}
  var scrub: Scrub
  var running: RunningTime
  var faults: FaultFolder
  var lineLimit = LogLineLimit()
  /// The first card of each log, which says what opens the epoch after it.
  var held: HeldCards
  /// Logs whose genesis was compared with the card that is held.
  var checkedGeneses: Set<LogID> = []
  var passTimer: TimerID?
  private var diskThread: DiskThread?
  let fileDisk: FileDisk
  private var diskPlan = DiskPlan()
  private var settleTimer: TimerID?
  private var outBatch: DiskBatch?
  /// Work for the end of the round, or of the next one.
  private var later: [() -> Void] = []
  private var diskErrors = DiskErrorLog()
  private let signers: WorkerPool<SignedSlice>
  let verifier: WorkerPool<VerifiedRun>

  init(
    loop: EventLoop, folder: NodeFolder, secrets: NodeSecrets, card: Card, roster: LiveRoster,
    store: Store, disk: FileDisk, logger: Logger, token: TokenFile, start: SigningStart,
    room: Room
  ) throws {
    self.room = room
    gate = ConnectionGate(total: room.halfOpen)
    dials = DialPlaces(room.dials)
    self.loop = loop
    self.folder = folder
    self.secrets = secrets
    self.card = card
    self.roster = roster
    self.logger = logger
    self.token = token
    identity = card.identity
    anchors = AnchorWatch(own: card.identity.id)
    startedAt = loop.clock.wallMilliseconds
    running = RunningTime.load(folder, now: loop.clock.monotonicMilliseconds)
    let earlier = try OwnSecrets.earlier(folder)
    transportKeys = TransportKeys(secrets, earlier: earlier)
    desk = Desk(store: store, secrets: secrets, earlier: earlier, own: card.name)
    scrub = Scrub(
      folder, logs: store.logs.map { ($0.id, store.durableHead($0.id)?.size ?? 0) },
      own: card.identity.id)
    scrub.recall(wall: startedAt, steady: loop.clock.monotonicMilliseconds)
    held = HeldCards(folder)
    faults = try FaultFolder(folder)
    let budgets = DayBudgets.load(
      folder, logs: store.logs.map(\.id), today: startedAt / DayBudget.dayMilliseconds)
    replica = try Replica(
      card: card, store: store, partners: roster.partners, runID: random.bytes(16), start: start,
      proofs: faults.proofs, openings: faults.openings,
      openingKeys: Node.openingKeys(held, card, roster), budgets: budgets)
    // The box lets closures made here reach the node that does not exist yet.
    let box = NodeBox()
    let results = loop.makeMailbox(of: SignedSlice.self) { box.node?.author.signed($0) }
    let signers = try WorkerPool<SignedSlice>(
      name: "liaison-sign", threads: 2, queueLimit: NodeLimits.workerQueue, results: results)
    self.signers = signers
    verifier = try WorkerPool<VerifiedRun>(
      name: "liaison-verify", threads: 1, queueLimit: 1,
      results: loop.makeMailbox(of: VerifiedRun.self) { box.node?.verified($0) })
    author = Author(
      identity: card.identity, secrets: secrets, store: store, desk: desk,
      submit: { signers.submit($0) })
    let clock = loop.clock
    author.wallMilliseconds = { clock.wallMilliseconds }
    author.pausedBecause = { box.node?.replica.pause }
    author.steadyMilliseconds = { clock.monotonicMilliseconds }
    desk.nanoseconds = { clock.monotonicNanoseconds }
    let completions = loop.makeMailbox(of: DiskCompletion.self) { box.node?.diskAnswered($0) }
    fileDisk = disk
    diskThread = try DiskThread(disk: fileDisk, completions: completions)
    box.node = self
    applyPresharedKeys()
    author.didOpen = { [weak self] in self?.announce($0) }
    author.didStage = { [weak self] batch in
      self?.scrub.signedHere(batch.first..<batch.end, of: card.identity.id)
      self?.replica.didStage(batch, of: card.identity.id)
    }
    desk.isLost = { [weak self] log, index in
      self?.replica.damage.lost[log]?.contains { $0.contains(index) } == true
    }
    if budgets.isUnknown {
      logger.error(
        "\(folder.taken) cannot be used: logs with a limit of a day count as at it until tomorrow")
    }
    for problem in faults.problems { logger.warning("evidence: \(problem)") }
    holdCards()
    replica.begin(for: self, proofs: faults.proofs)
    tellFrozen()
  }

  var store: Store { replica.store }
  var core: Replicator { _read { yield replica.core } }

  /// Gives the core the roster and begins to dial.
  func start() {
    loop.afterEvents = { [weak self] in self?.endRound() }
    giveRoster()
    knowSources()
    dialAll()
    scheduleTick()
    recallReadability()
    searchAnchors()
    watchAnchors()
  }

  func step(_ input: Input) { replica.step(input) }

  func attempt(_ what: String, _ body: () throws -> Void) {
    do { try body() } catch {
      counters.add("node.internal-errors")
      logger.warning("\(what): \(error)")
    }
  }

  func name(of log: LogID) -> String { replica.name(of: log) }

  // MARK: Disk

  /// Nobody executes a batch after a stop: the rest is for `flush`, which needs that none is out.
  private func giveDiskWork() {
    // A commit, and what it made ready.
    for _ in 0..<2 {
      guard outBatch == nil, let diskThread else { break }
      noteReadability()
      guard let batch = nextBatch() else { break }
      outBatch = batch
      guard diskPlan.isForLoop(batch.operations) else { return diskThread.submit(batch) }
      diskAnswered(DiskThread.execute(batch, on: fileDisk))
    }
    settleLater()
  }

  /// The journal of readability goes to the disk ahead of the entries that it announces.
  private func nextBatch() -> DiskBatch? {
    guard let batch = store.takeBatch(settling: diskPlan.maySettle(at: now)) else {
      return readabilityBatch()
    }
    return aheadOfStore().map(batch.preceded) ?? batch
  }

  private func settleLater() {
    guard settleTimer == nil, outBatch == nil, diskThread != nil, store.isUnsettled else { return }
    settleTimer = loop.schedule(afterMilliseconds: diskPlan.settlesIn(at: now)) { [weak self] in
      self?.settleTimer = nil
    }
  }

  private func diskAnswered(_ completion: DiskCompletion) {
    if let batch = outBatch {
      diskPlan.executed(batch.operations, in: completion.nanoseconds, at: now)
    }
    outBatch = nil
    readabilityWritten(completion.error)
    guard completion.token != 0 else { return }
    if let error = completion.error {
      counters.add("store.errors")
      if let line = diskErrors.line(for: error, at: now) { logger.error(line) }
    }
    replica.completed(token: completion.token, error: completion.error)
    if store.condition == .running { diskErrors.worked() }
  }

  func wakeObservers() {
    for wake in observers.keys.sorted(by: { $0.number < $1.number }) { observers[wake]?() }
  }

  func answerAuthors() {
    author.answer(
      durable: store.durableHead(identity.id)?.size ?? 0, now: now
    ) { end in
      core.peersHolding(identity.id, size: end).count
    }
  }

  /// Saves the running time every few minutes: a crash in between only makes hidden bodies wait
  /// longer.
  private func saveRunning() {
    guard running.isDue(at: now) else { return }
    attempt("the running time was not written") { try running.save(folder, now: now) }
  }

  // MARK: End of a round

  private func endRound() {
    author.work()
    // Own grants are read in pieces: another round goes on.
    if author.isReadingGrants { soon {} }
    replica.watchDamage()
    giveDiskWork()
    workLater()
    loop.flushOutputs()
    flushSessions()
    holdBackReaders()
    replica.endRound()
    scheduleTick()
    saveRunning()
    scheduleScrub()
    scheduleReplicaTimeout()
  }

  /// Runs once each round: work that this adds waits for the next one.
  func soon(_ work: @escaping () -> Void) {
    later.append(work)
    // Work that comes after the end of this round must not wait for an event.
    if later.count == 1 { loop.schedule(afterMilliseconds: 0) {} }
  }

  /// Does as much as one turn has time for, and one piece at least; the rest keeps its place.
  private func workLater() {
    guard !later.isEmpty else { return }
    var work: [() -> Void] = []
    swap(&work, &later)
    let end = loop.clock.monotonicNanoseconds + NodeLimits.nanosecondsOfTurn
    var done = 0
    repeat {
      work[done]()
      done += 1
    } while done < work.count && loop.clock.monotonicNanoseconds < end
    guard done < work.count else { return }
    later = work[done...] + later
    loop.schedule(afterMilliseconds: 0) {}
  }

  /// Somebody may wait for peers that do not come.
  private func scheduleReplicaTimeout() {
    guard author.waitsForReplicas, replicaTimer == nil else { return }
    replicaTimer = loop.schedule(afterMilliseconds: 1_000) { [weak self] in
      self?.replicaTimer = nil
      self?.answerAuthors()
    }
  }

  /// A disk that is slower than the network holds the senders back, not the memory.
  private func holdBackReaders() {
    let isTooMuch = store.stagedBytes > NodeLimits.stagedBytes
    guard isTooMuch != isReadingPaused else { return }
    isReadingPaused = isTooMuch
    for session in sessions.values { updateReading(session) }
  }

  /// Ends cleanly: staged entries become durable, sessions are closed. Under a second.
  func stop() {
    isStopping = true
    stopBackup()
    for session in sessions.values { session.connection.finish(withinMilliseconds: 200) }
    diskThread?.stop()
    diskThread = nil
    signers.stop()
    verifier.stop()
  }

  /// After the loop ended: the store on its own, synchronously.
  func flush() {
    flushReadability()
    replica.finishLog()
    // Journals the changes that have just settled.
    flushReadability()
    saveScrub()
    attempt("the running time was not written") { try running.save(folder, now: now) }
    replica.finishStates()
  }
}

/// Breaks the circle of a node and the callbacks that its parts are made with.
private final class NodeBox {
  weak var node: Node?
}
