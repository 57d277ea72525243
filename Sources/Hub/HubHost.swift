internal import HubInterface
internal import Log
internal import Matching
internal import Runtime
internal import SQL
internal import Varlink

/// Puts the hub together: files, threads, socket, timers.
final class HubHost {
  private let configuration: HubConfiguration
  private let folder: HubFolder
  private let journal: Journal
  private let lock: LockFile
  private let loop: EventLoop
  private let stop = StopFlag()
  private let backlog = Backlog()
  private let service: HubService
  private var feedThread: SystemThread?
  private var writerThread: SystemThread?
  private var facts: FactsThread?
  private var alertThread: SystemThread?
  private var alerts: AlertThread?
  private var screening: ScreeningPool?
  private let alertKey: AlertKey
  /// The last event that the journal was told of.
  private var journaled: Int64 = 0
  private var feedNumber = 0
  private var mergeThread: SystemThread?
  private var takeMerged: ((CandidateIndex) -> Void)?
  private var sessions: [UInt64: HubSession] = [:]
  private var listener: UnixListener?
  private var signals: Signals?
  private var isStopping = false
  /// Of the consultation log that is open.
  private var epoch: UInt32?
  private let anchors: AnchorKeeper

  init(_ configuration: HubConfiguration, _ journal: Journal) throws {
    self.configuration = configuration
    self.journal = journal
    folder = HubFolder(FileSystem.canonical(configuration.hub))
    try FileSystem.makeFolder(folder.root)
    lock = try LockFile(folder.lock)
    loop = try EventLoop()
    service = try HubHost.open(folder, loop.clock, journal)
    alertKey = try AlertKey.load(folder.alertKey)
    // The file is there before anybody reads it.
    _ = try AlertSchema.open(folder.alerts)
    anchors = AnchorKeeper(
      loop, sockets: configuration.anchorSockets,
      everyMilliseconds: UInt64(configuration.anchorSeconds) * 1_000)
  }

  /// Opens the facts, made anew where another version made them, and loads the index from them.
  private static func open(
    _ folder: HubFolder, _ clock: SystemClock, _ journal: Journal
  ) throws -> HubService {
    if try AlertCursor.isLost(facts: folder.facts, alerts: folder.alerts) {
      journal.notice("\(folder.alerts) is not of these facts: they are made anew")
      try FactsFile.remove(folder.facts)
    }
    let (_, isNew) = try FactsFile.open(folder.facts, HubHost.versions)
    if isNew { journal.notice("\(folder.facts): made new; the daemon is asked for everything") }
    let facts = try Facts(folder.facts)
    let index = try facts.loadIndex()
    return HubService(
      facts: facts, index: index, desk: try Desk(folder.desk), users: try HubHost.users(folder),
      clock: clock)
  }

  static var versions: FactsFile.Versions {
    FactsFile.Versions(
      keys: Int64(NameKey.version), matcher: Int64(Matcher.version),
      records: Int64(FactsSchema.readingVersion))
  }

  private static func users(_ folder: HubFolder) throws -> Users {
    guard try FileSystem.status(folder.users) != nil else { return Users() }
    let bytes = try FileSystem.read(folder.users, maxBytes: Users.fileBytes)
    return try Users(parsing: String(decoding: bytes, as: UTF8.self))
  }

  private static func duty(_ folder: HubFolder) throws -> Duty {
    guard try FileSystem.status(folder.duty) != nil else { return Duty() }
    let bytes = try FileSystem.read(folder.duty, maxBytes: Duty.fileBytes)
    return try Duty(parsing: String(decoding: bytes, as: UTF8.self))
  }

  func run() throws {
    let manager = ServiceManager()
    signals = try Signals(loop: loop) { [unowned self] signal in handle(signal, manager) }
    service.rebuild = { [unowned self] in try rebuild() }
    service.backup = { [unowned self] in try backup(to: $0) }
    // Members of the hub's group reach it; `users.conf` says for what.
    listener = try UnixListener(loop: loop, path: folder.socket, mode: 0o660) {
      [unowned self] in accept($0)
    }
    loop.afterEvents = { [unowned self] in service.recorder?.commit() }
    mergeElsewhere(service.index)
    anchors.changed = { [service] in service.anchor = $0 }
    anchors.report = { [journal] in journal.warning($0) }
    let pool = try ScreeningPool(loop)
    screening = pool
    service.screening = { [folder] in pool.run($0, folder.facts, $1) }
    service.report = { [journal] in journal.warning($0) }
    try startFeed()
    checkpointRegularly()
    tickRegularly()
    manager.watch(loop: loop)
    manager.ready(status: "hub of \(configuration.data)")
    journal.notice(
      "liaison-hub \(HubService.version): \(service.index.count) names indexed, socket \(folder.socket)"
    )
    try loop.run()
    screening?.stop()
    stopFeed()
    mergeThread?.join()
    service.recorder?.commit()
    anchors.finish()
    service.recorder?.close()
    journal.notice("stopped")
  }

  private func handle(_ signal: Signal, _ manager: ServiceManager) {
    switch signal {
    case .hangUp:
      manager.reloading(clock: loop.clock)
      do { service.users = try HubHost.users(folder) } catch {
        journal.error("users.conf was not read again: \(error)")
      }
      do { alerts?.set(try HubHost.duty(folder)) } catch {
        journal.error("duty.conf was not read again: \(error)")
      }
      manager.ready(status: "hub of \(configuration.data)")
    default:
      guard !isStopping else { return }
      isStopping = true
      journal.notice("stopping")
      manager.stopping()
      listener?.close()
      loop.stop()
    }
  }

  private func checkpointRegularly() {
    loop.schedule(afterMilliseconds: HubLimits.checkpointMilliseconds) { [weak self] in
      guard let self else { return }
      service.recorder?.checkpoint()
      checkpointRegularly()
    }
  }

  private func tickRegularly() {
    loop.schedule(afterMilliseconds: HubLimits.tickMilliseconds) { [weak self] in
      guard let self else { return }
      alerts?.tick()
      tickRegularly()
    }
  }

  // MARK: - Alerts

  private func startAlerts() throws {
    let number = feedNumber
    let desk = AlertDesk(try AlertReader(folder.alerts), alertKey, loop: loop)
    // Whoever asked before a rebuild gets his answer from the thread that he asked.
    let events = loop.makeMailbox(of: AlertThread.Event.self) { [weak self, desk] event in
      if self?.feedNumber == number { self?.note(event, desk) }
      desk.take(event)
    }
    let files = AlertEngine.Files(
      facts: folder.facts, alerts: folder.alerts, desk: folder.desk)
    let alerts = AlertThread(
      files, index: service.index.shared, key: alertKey, duty: try HubHost.duty(folder)
    ) { events.post($0) }
    desk.attach(alerts)
    journaled =
      try desk.reader.hooks.find(HubHost.journalHook)?.done ?? desk.reader.events.last()
    // What is in the index was loaded with it.
    desk.allow(through: try service.facts.lastTouched())
    self.alerts = alerts
    service.alerts = desk
    alertThread = try SystemThread(name: "alerts") { alerts.run() }
  }

  private func note(_ event: AlertThread.Event, _ desk: AlertDesk) {
    if case .trouble(let reason) = event, reason != desk.trouble {
      if let reason { journal.error(reason) } else { journal.notice("alerts are written again") }
    }
    if case .news = event { journalNews(desk) }
    if case .poisoned(let reason) = event { journal.error(reason) }
    if case .wentThrough(let number) = event { facts?.forgetTouched(through: number) }
  }

  /// The journal is told of each event by number and band, and of no name (HUB-86); how far, is kept as for any hook.
  private func journalNews(_ desk: AlertDesk) {
    do {
      let rows = try desk.reader.events.events(after: journaled, limit: HubLimits.alertsAtOnce)
      guard let last = rows.last else { return }
      for row in rows {
        if let number = row.alert, let alert = try desk.reader.alerts.find(number) {
          journal.notice("alert \(number): \(row.kind.rawValue), band \(alert.band.word)")
        } else if let number = row.watch {
          journal.notice("watch \(number): \(row.kind.rawValue)")
        }
      }
      journaled = last.number
      let (name, user, through) = (HubHost.journalHook, journalUser, last.number)
      desk.ask({ try $0.confirm(name, user, through: through) }) { _ in }
      if rows.count == HubLimits.alertsAtOnce { journalNews(desk) }
    } catch {
      journal.error("alerts cannot be read: \(error)")
    }
  }

  /// No hook of a user's can have this name.
  private static let journalHook = "(journal)"
  private var journalUser: String { Environment.userName(Environment.userID) }

  // MARK: - The feed

  private func startFeed() throws {
    feedNumber += 1
    let number = feedNumber
    let events = loop.makeMailbox(of: FeedEvent.self) { [weak self] event in
      // What an earlier feed told is of facts that are gone.
      if self?.feedNumber == number { self?.take(event) } else { self?.backlog.taken(event) }
    }
    let facts = FactsThread(folder.facts) { [backlog, stop] event in
      if case .changed = event {
        backlog.wait(below: HubLimits.indexBatches, unless: stop)
        backlog.add()
      }
      events.post(event)
    }
    self.facts = facts
    try startAlerts()
    let settings = Feed.Settings(sockets: configuration.readerSockets)
    writerThread = try SystemThread(name: "facts") { facts.run() }
    feedThread = try SystemThread(name: "feed") { [stop] in
      Feed(settings, facts, stop: stop) { events.post($0) }.run()
    }
  }

  /// All that was read is written first.
  private func stopFeed() {
    stop.stop()
    facts?.close()
    feedThread?.join()
    writerThread?.join()
    alerts?.close()
    alertThread?.join()
    (feedThread, writerThread, facts) = (nil, nil, nil)
    (alertThread, alerts) = (nil, nil)
  }

  private func take(_ event: FeedEvent) {
    switch event {
    case .met(let status): meet(status)
    case .changed(let change):
      backlog.taken(event)
      service.index.apply(change)
      service.alerts?.allow(through: change.touched)
    case .applied(let toldAll):
      service.progress.wasToldAll = toldAll
      turn(to: .following)
    case .lost(let reason): turn(to: .lost(reason))
    case .stopped(let reason): turn(to: .stopped(reason))
    }
  }

  /// Each trouble is written once: a daemon that is away is tried every second.
  private func turn(to link: HubProgress.Link) {
    guard service.progress.link != link else { return }
    service.progress.link = link
    if link != .following, let why = service.progress.why { journal.warning(why) }
  }

  private func meet(_ status: FeedStatus) {
    service.progress.node = status.node
    service.progress.logs = status.progress
    guard epoch != status.epoch else { return }
    // One folder, one store: what was open is closed before the log of the next epoch is begun.
    anchors.end()
    service.recorder?.commit()
    service.recorder?.close()
    service.recorder = nil
    do {
      let log = try ConsultationLog(folder: folder.consultations, epoch: status.epoch)
      let recorder = LookRecorder(log, clock: loop.clock)
      service.recorder = recorder
      service.recorderProblem = nil
      epoch = status.epoch
      anchor(recorder, of: status)
    } catch {
      // A full disk passes: it is tried again when the daemon is met the next time.
      let reason = "the consultation log cannot be opened: \(error)"
      if service.recorderProblem != reason { journal.error(reason) }
      service.recorderProblem = reason
    }
  }

  private func anchor(_ recorder: LookRecorder, of status: FeedStatus) {
    guard let name = try? NodeName(status.node) else { return }
    anchors.begin(
      AnchorKeeper.Source(
        path: folder.anchors(status.epoch),
        origin: Origin(name: name, epoch: status.epoch), log: recorder.logID,
        checkpoint: { recorder.wholeCheckpoint() }))
  }

  /// A merge takes as long as a start: questions go on meanwhile.
  private func mergeElsewhere(_ index: NameIndex) {
    let merged = loop.makeMailbox(of: CandidateIndex.self) { [weak self] in
      self?.mergeThread?.join()
      self?.mergeThread = nil
      self?.takeMerged?($0)
    }
    index.mergeElsewhere = { [weak self] begun, take in
      self?.takeMerged = take
      do throws(SystemError) {
        self?.mergeThread = try SystemThread(name: "merge") { merged.post(begun.merged()) }
      } catch {
        // Without a thread it is done here, or what came since would be kept for ever.
        take(begun.merged())
      }
    }
  }

  // MARK: - Clients

  private func accept(_ connection: Connection) {
    guard !isStopping, sessions.count < HubLimits.clients, let id = connection.peerUserID else {
      return connection.close()
    }
    let isOperator = id == 0 || id == Environment.userID
    guard isOperator || !service.users.isOpen else { return connection.close() }
    let session = HubSession(user: Environment.userName(id), isOperator: isOperator) {
      [service] in service.answer($0)
    }
    sessions[connection.id] = session
    connection.outputLimitBytes = HubLimits.outputBytes
    session.send = { connection.write($0) }
    session.changed = { [weak self, unowned session] in self?.settle(session, connection) }
    connection.onReadable = { [weak self] connection, bytes in
      session.receive(bytes)
      self?.settle(session, connection)
    }
    connection.onClosed = { [weak self] connection, _ in
      session.disconnected()
      session.changed = {}
      self?.sessions[connection.id] = nil
    }
  }

  private func settle(_ session: HubSession, _ connection: Connection) {
    if session.isClosed { return connection.finish() }
    if session.wantsInput { connection.resumeReading() } else { connection.pauseReading() }
  }

  // MARK: - Operations

  /// Forgets what was derived: the facts begin anew beside the looks, which go on.
  private func rebuild() throws {
    stopFeed()
    try FactsFile.remove(folder.facts)
    let next = try HubHost.open(folder, loop.clock, journal)
    service.replaceFacts(next.facts, next.index)
    mergeElsewhere(next.index)
    service.progress.wasToldAll = false
    stop.reset()
    try startFeed()
  }

  private func backup(to path: String) throws -> [String] {
    guard path.hasPrefix("/") else {
      throw HubError.refused(reason: "\"\(path)\" is no absolute path", hint: "name it from /")
    }
    guard try FileSystem.contents(path).isEmpty else {
      throw HubError.refused(reason: "\(path) is not empty", hint: "name a new folder")
    }
    try FileSystem.makeFolder(path)
    try service.desk.copy(to: path + "/desk.db")
    var files = ["desk.db"]
    if try FileSystem.status(folder.users) != nil {
      let users = try FileSystem.read(folder.users, maxBytes: Users.fileBytes)
      try FileSystem.writeNew(path + "/users.conf", users)
      files.append("users.conf")
    }
    for (from, name) in [(folder.duty, "duty.conf"), (folder.alertKey, "alerts.key")]
    where try FileSystem.status(from) != nil {
      let bytes = try FileSystem.read(from, maxBytes: Duty.fileBytes)
      try FileSystem.atomicWrite("\(path)/\(name)", bytes, mode: 0o600)
      files.append(name)
    }
    try Database(folder.alerts, .writing).copy(to: path + "/alerts.db")
    files.append("alerts.db")
    if let recorder = service.recorder { files += try recorder.copy(to: path) }
    return files
  }
}

extension Backlog {
  /// Only changes of the index are waited for.
  fileprivate func taken(_ event: FeedEvent) { if case .changed = event { taken() } }
}
