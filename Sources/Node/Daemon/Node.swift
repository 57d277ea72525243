import Crypto
import Log
import Replication
import Runtime
import Sealing
import Secrets
import Store
import Transport

/// The composed node on one loop thread: store, replication core, sessions, author and control.
///
/// Every event becomes inputs of the core; its effects are carried out in order; at the end of each round of the loop
/// what was staged goes to the disk as one group commit and what is to be sent leaves. Entries are announced only when the
/// disk said that they are durable.
final class Node {
  let loop: EventLoop
  let folder: NodeFolder
  let secrets: NodeSecrets
  let journal: Journal
  let identity: LogIdentity
  let card: Card
  let store: Store
  let desk: Desk
  let author: Author
  let startedAt: UInt64
  var core: Replicator
  var roster: LiveRoster
  var counters = Counters()
  var random = SystemRandom()

  var transportKeys: TransportKeys
  var gate: ConnectionGate
  var peerSources = PeerSources()
  var sourceTimer: TimerID?
  var dials = Dials()
  /// What the process's descriptors are for.
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
  var checkpointTimer: TimerID?
  var gateTimer: TimerID?
  private var replicaTimer: TimerID?
  var token: TokenKeeper
  var isClosedRemembered = false
  var unsaved = Unsaved()
  var unsavedTimer: TimerID?
  /// What an operator must look into, by kind and peer: the wall clock's time for reading, the steady one's for ending.
  var warnings: [String: (at: UInt64, since: UInt64, text: String)] = [:]
  var backups = BackupWork()
  /// Openings of partners' next epochs, until their genesis is durable here.
  var openings: [LogID: Opening] = [:]
  var adoption: Adoption?
  /// Ends this run and begins another, with the next epoch.
  var beginAgain: () -> Void = {}
  var scrub: Scrub
  var damage = DamageWatch()
  var withdrawals = Withdrawals()
  var running: RunningTime
  var removalTimer: TimerID?
  var undecidedTimer: TimerID?
  /// Some records wait for withdrawals to be read.
  var isUndecided = false
  /// Below which withdrawals of each log counted when that was looked at last.
  var standing: [LogID: UInt64] = [:]
  var seenStandingChanges: UInt64 = 0
  var limits = LimitWatch()
  var faults: FaultFolder
  var proofs = ProofQueue()
  var proofTimer: TimerID?
  var lineLimit = LineLimit()
  /// The first card of each log, which says what opens the epoch after it.
  var held: HeldCards
  /// Logs whose genesis was compared with the card that is held.
  var checkedGeneses: Set<LogID> = []
  var passTimer: TimerID?
  var limitTimer: TimerID?
  /// Computed last at this time, by the monotonic clock; stale: cosignatures came since.
  var clock: (at: UInt64, isStale: Bool, value: ExpiryClock)?
  private var diskThread: DiskThread?
  let fileDisk: FileDisk
  private var diskPlan = DiskPlan()
  private var settleTimer: TimerID?
  private var outBatch: DiskBatch?
  /// Work for the end of the round, or of the next one.
  private var later: [() -> Void] = []
  private var wasStoreWell = true
  private var diskErrors = DiskErrorLog()
  private let signers: WorkerPool<SignedSlice>
  let verifier: WorkerPool<VerifiedRun>

  init(
    loop: EventLoop, folder: NodeFolder, secrets: NodeSecrets, card: Card, roster: LiveRoster,
    store: Store, disk: FileDisk, journal: Journal, token: TokenKeeper, start: SigningStart,
    room: Room
  ) throws {
    self.room = room
    gate = ConnectionGate(total: room.halfOpen)
    self.loop = loop
    self.folder = folder
    self.secrets = secrets
    self.card = card
    self.roster = roster
    self.store = store
    self.journal = journal
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
    for entry in roster.entries where store.state(entry.card.identity.id) == nil {
      try store.addLog(entry.card.identity)
    }
    held = HeldCards(folder)
    faults = try FaultFolder(folder)
    core = Replicator(
      ownName: card.name, ownLog: card.identity.id, runID: random.bytes(16), logs: store.logs,
      reader: StoreReader(store), start: start.state, proofs: faults.proofs,
      openings: faults.openings, openingKeys: Node.openingKeys(held, card, roster))
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
    author.pausedBecause = { box.node?.pause }
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
      self?.didStage(batch, of: card.identity.id)
    }
    desk.isLost = { [weak self] log, index in
      self?.damage.lost[log]?.contains { $0.contains(index) } == true
    }
    limits.budgets = DayBudgets.load(
      folder, logs: store.logs.map(\.id), today: startedAt / DayBudget.dayMilliseconds)
    if limits.budgets.isUnknown {
      journal.error(
        "\(folder.taken) cannot be used: logs with a limit of a day count as at it until tomorrow")
    }
    applyLimits()
    recallFaults()
    holdCards()
    startSigning(start)
  }

  var now: UInt64 { loop.clock.monotonicMilliseconds }

  /// Gives the core the roster and begins to dial.
  func start() {
    loop.afterEvents = { [weak self] in self?.endRound() }
    giveRoster()
    knowSources()
    watchDamage()
    resumeFollowing()
    recheckAllWithdrawals()
    dialAll()
    scheduleTick()
    scheduleCheckpoint()
    // A disk may be full from the beginning.
    watchStore()
    recallReadability()
    searchAnchors()
    watchAnchors()
  }

  // MARK: Core

  func step(_ input: Input) {
    var effects: [Effect] = []
    core.step(input, now: now, into: &effects)
    for effect in effects { carryOut(effect) }
  }

  private func carryOut(_ effect: Effect) {
    switch effect {
    case .send(let id, let message): enqueue(message, on: id)
    case .close(let id, let reason): closeSession(id, because: reason.rawValue)
    case .hold(let id, let until): hold(id, until: until)
    case .relieve(let id): relieveSoon(id)
    case .append(let batch, let bulk): append(batch, bulk: bulk)
    case .keepCheckpoint(let checkpoint): keep(checkpoint)
    case .keepCosignature(let log, let checkpoint, let cosignature):
      attempt("a cosignature was not stored") {
        try store.addCosignature(log, checkpoint: checkpoint, cosignature)
      }
      clock?.isStale = true
    case .cosign(let checkpoint): cosign(checkpoint)
    case .keepEvidence(let log, let fault): keepEvidence(log, fault)
    case .keepProof(let proof): keepProof(proof)
    case .mend(let log, let batch, let peer): mend(log, with: batch, from: peer)
    case .replace(let replacement): replace(replacement)
    case .follow(let opening): follow(opening)
    case .freeze(let log, let index): keepFrozen(log, at: index)
    case .keepOpening(let opening): keepOpening(opening)
    case .event(let event): note(event)
    }
  }

  private func append(_ batch: VerifiedBatch, bulk: Bool) {
    let log = batch.after.identity.id
    // Own entries come to an old copy alone; with them the next start would not see that it is one (STO-42).
    guard log != identity.id || isClosedRemembered else {
      return step(.refused(log, "that the log is closed is not written yet"))
    }
    guard mayTake(batch.batch, of: log) else {
      return step(.refused(log, "it is at its limit"))
    }
    do throws(StoreError) {
      if bulk { try store.appendBulk(batch) } else { try store.append(batch) }
      didTake(batch.batch, of: log)
      didStage(batch.batch, of: log)
      if batch.batch.bodyStates != nil { damage.isDue = true }
    } catch {
      counters.add("store.refused")
      if case .logFull = error { limitReached(log, by: batch.batch) }
      step(.refused(log, "\(error)"))
    }
  }

  private func keep(_ checkpoint: VerifiedCheckpoint) {
    attempt("a checkpoint was not stored") {
      if case .contradiction = try store.addCheckpoint(checkpoint) {
        counters.add("store.contradictions")
      }
    }
  }

  private func cosign(_ checkpoint: VerifiedCheckpoint) {
    let secrets = secrets
    let cosignature = Cosignature.make(
      checkpoint: checkpoint, name: card.name, key: secrets.cosigning.publicKey,
      time: loop.clock.wallMilliseconds / 1_000
    ) { secrets.cosigning.sign($0) }
    step(.cosigned(checkpoint.logID, checkpoint, cosignature, secrets.cosigning.publicKey))
  }

  func attempt(_ what: String, _ body: () throws -> Void) {
    do { try body() } catch {
      counters.add("node.internal-errors")
      journal.warning("\(what): \(error)")
    }
  }

  func name(of log: LogID) -> String {
    store.logs.first { $0.id == log }?.origin.text ?? log.description
  }

  // MARK: Disk

  /// After a stop nobody executes a batch: what is left is for `flush`, which needs that none is out.
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

  /// What the store stages must not be on the disk before the journal of readability says that it may be.
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
    let durables = store.completed(token: completion.token, error: completion.error)
    if let error = completion.error {
      counters.add("store.errors")
      if let line = diskErrors.line(for: error, at: now) { journal.error(line) }
    } else if store.condition == .running {
      diskErrors.worked()
    }
    for durable in durables { becameDurable(durable) }
    for log in store.takeReplaced() {
      journal.warning(
        "\(name(of: log)): its key signed entries twice; they stand here as under its checkpoint now"
      )
      warnings["contradiction \(log)"] = nil
      step(.replaced(log))
      wholeLogChanged(log)
      if log != identity.id { desk.forget(log) }
    }
    watchStore()
  }

  private func becameDurable(_ durable: Durable) {
    // The core learns of the next own epoch when the node begins again with it.
    if durable.id == adoption?.prepared.card.identity.id { return finishAdoption(durable.head) }
    step(.durable(durable.id, durable.head))
    if durable.id == identity.id {
      // Who waits for them is told while they are on their way.
      flushSessions(atOnce: true)
      token.isDue = true
      scheduleCheckpoint()
      answerAuthors()
    }
    compareGenesis(of: durable)
    if let opening = openings.removeValue(forKey: durable.id) { finishFollowing(opening.card) }
    wakeObservers()
  }

  func wakeObservers() {
    for wake in observers.keys.sorted(by: { $0.number < $1.number }) { observers[wake]?() }
  }

  private func watchStore() {
    let isWell = store.condition == .running
    if isWell != wasStoreWell {
      if isWell {
        journal.notice("disk: taking entries again")
      } else {
        journal.error("disk: \(store.condition): nothing new is taken, what is stored is served")
      }
    }
    if isWell != wasStoreWell, store.condition == .running || store.condition == .full {
      holdPulls(whileFull: !isWell)
    }
    wasStoreWell = isWell
    watchDamage()
    if case .failed(let error) = store.condition {
      author.fail("\(error)")
      failAdoption("\(error)")
    }
    if case .full = store.condition {
      loop.schedule(afterMilliseconds: 1_000) { [weak self] in self?.store.retry() }
    }
  }

  func answerAuthors() {
    author.answer(
      durable: store.durableHead(identity.id)?.size ?? 0, now: now
    ) { end in
      core.peersHolding(identity.id, size: end).count
    }
  }

  // MARK: End of a round

  private func endRound() {
    author.work()
    // Own grants are read in pieces: another round goes on.
    if author.isReadingGrants { soon {} }
    watchDamage()
    giveDiskWork()
    workLater()
    loop.flushOutputs()
    flushSessions()
    holdBackReaders()
    scheduleTick()
    scheduleToken()
    removeSome()
    saveRunning()
    scheduleScrub()
    scheduleReplicaTimeout()
  }

  /// Once each round: what this makes waits for the next one.
  func soon(_ work: @escaping () -> Void) {
    later.append(work)
    // Work that comes after the end of this round must not wait for an event.
    if later.count == 1 { loop.schedule(afterMilliseconds: 0) {} }
  }

  /// As much as one turn has time for, and one piece at least; the rest keeps its place.
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

  /// Ends cleanly: what is staged becomes durable, sessions are closed. Under a second.
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
    attempt("the last entries could not be written") {
      for durable in try store.flush() where durable.id == identity.id { token.isDue = true }
      // A log that rests stands wholly under its author's checkpoint.
      if try author.makeCheckpoint() != nil { try store.flush() }
    }
    // What settled just now.
    flushReadability()
    // A stop that needed the reserve says so.
    watchStore()
    writeToken()
    saveScrub()
    saveTaken()
    attempt("the running time was not written") { try running.save(folder, now: now) }
    writeProofs()
    saveUnsaved()
    // A freeze among them is the store's to write.
    attempt("the last entries could not be written") { try store.flush() }
    for line in unsaved.lines { journal.error("at the stop: \(line)") }
  }
}

/// Breaks the circle of a node and the callbacks that its parts are made with.
private final class NodeBox {
  weak var node: Node?
}
