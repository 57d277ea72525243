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
  private let logger: Logger
  /// This hub's name for the other hubs of a database.
  private let holder: String
  private let lock: LockFile
  private let loop: EventLoop
  private let storage: HubStorage
  private let service: HubService
  private let gathering: Gathering
  /// Until they are started.
  private var tables: OpenTables?
  /// Holds the lease until the thread that goes on with it has done so.
  private var firstLease: Lease?
  private let held: Lease.State?
  private var screening: ScreeningPool?
  private var sessions: [UInt64: HubSession] = [:]
  private var listener: UnixListener?
  private var signals: Signals?
  private var isStopping = false
  /// The epoch of the consultation log that is open.
  private var epoch: UInt32?
  private let anchors: AnchorKeeper

  init(_ configuration: HubConfiguration, _ logger: Logger) throws {
    self.configuration = configuration
    self.logger = logger
    folder = HubFolder(FileSystem.canonical(configuration.hub))
    try FileSystem.makeFolder(folder.root)
    lock = try LockFile(folder.lock)
    loop = try EventLoop()
    let server = try configuration.database.map { (url) throws(SQLError) in try Server(url) }
    var storage = server.map { HubStorage($0) } ?? HubStorage(folder)
    storage.lose = configuration.lose.map(Int64.init)
    self.storage = storage
    let holder = "\(Environment.hostName), process \(Environment.processID), \(folder.root)"
    self.holder = holder
    firstLease = try server.map { (server) throws(SQLError) in
      try Lease(server, holder: holder)
    }
    let alertKey = try AlertKey.load(folder.alertKey)
    _ = try Duty.read(folder)
    if server != nil { try FactsTables.checkNotNewer(storage.facts, HubHost.versions) }
    held = try firstLease?.hold()
    let role: HubRole = held?.isHeld ?? true ? .writes : .reads
    let tables = try OpenTables(storage, role, folder, alertKey, logger)
    self.tables = tables
    service = HubService(
      facts: tables.facts, index: tables.index, desk: try Desk(storage.desk),
      users: try HubHost.users(folder), clock: loop.clock)
    service.database.isShared = server != nil
    service.database.role = role
    service.database.writer = try firstLease?.writer().name ?? ""
    gathering = Gathering(
      storage, folder,
      DaemonClient(sockets: configuration.readerSockets, name: configuration.readerName), service,
      alertKey, loop,
      logger)
    anchors = AnchorKeeper(
      loop, sockets: configuration.anchorSockets,
      everyMilliseconds: UInt64(configuration.anchorSeconds) * 1_000)
  }

  static var versions: FactsTables.Versions {
    FactsTables.Versions(
      keys: Int64(NameKey.version), matcher: Int64(Matcher.version),
      records: Int64(FactsSchema.readingVersion))
  }

  private static func users(_ folder: HubFolder) throws -> Users {
    guard try FileSystem.status(folder.users) != nil else { return Users() }
    let bytes = try FileSystem.read(folder.users, maxBytes: Users.fileBytes)
    return try Users(parsing: String(decoding: bytes, as: UTF8.self))
  }

  func run() throws {
    let manager = ServiceManager()
    signals = try Signals(loop: loop) { [unowned self] signal in handle(signal, manager) }
    service.makeAnew = { [unowned self] in try gathering.rebuild() }
    service.copyOriginals = { [unowned self] in try backup(to: $0) }
    // Members of the hub's group reach it; `users.conf` says for what.
    listener = try UnixListener(loop: loop, path: folder.socket, mode: 0o660) {
      [unowned self] in accept($0)
    }
    loop.afterEvents = { [unowned self] in service.recorder?.commit() }
    anchors.changed = { [service] in service.anchor = $0 }
    anchors.report = { [logger] in logger.warning($0) }
    let pool = try ScreeningPool(loop)
    screening = pool
    service.screening = { [storage] in pool.run($0, storage.facts, $1) }
    service.report = { [logger] in logger.warning($0) }
    gathering.met = { [unowned self] in meet($0) }
    if let tables { try gathering.start(service.database.role, tables) }
    tables = nil
    if let server = storage.server, let held {
      try gathering.follow(server, held, holder: holder)
    }
    checkpointRegularly()
    tickRegularly()
    manager.watch(loop: loop)
    manager.ready(status: "hub of \(configuration.data)")
    logger.notice(
      "liaison-hub \(HubService.version): \(service.index.count) names indexed, socket \(folder.socket)"
    )
    try loop.run()
    screening?.stop()
    gathering.close()
    service.recorder?.commit()
    anchors.finish()
    service.recorder?.close()
    logger.notice("stopped")
  }

  private func handle(_ signal: Signal, _ manager: ServiceManager) {
    switch signal {
    case .hangUp:
      manager.reloading(clock: loop.clock)
      do { service.users = try HubHost.users(folder) } catch {
        logger.error("users.conf was not read again: \(error)")
      }
      do { gathering.set(try Duty.read(folder)) } catch {
        logger.error("duty.conf was not read again: \(error)")
      }
      manager.ready(status: "hub of \(configuration.data)")
    default:
      guard !isStopping else { return }
      isStopping = true
      logger.notice("stopping")
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
      gathering.tick()
      firstLease = nil
      tickRegularly()
    }
  }

  private func meet(_ status: FeedStatus) {
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
      if service.recorderProblem != reason { logger.error(reason) }
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

  private func backup(to path: String) throws -> [String] {
    guard path.hasPrefix("/") else {
      throw HubError.refused(reason: "\"\(path)\" is no absolute path", hint: "name it from /")
    }
    guard try FileSystem.contents(path).isEmpty else {
      throw HubError.refused(reason: "\(path) is not empty", hint: "name a new folder")
    }
    try FileSystem.makeFolder(path)
    try HubHost.copy(storage.desk, Desk.tables, to: path + "/desk.db")
    var files = ["desk.db"]
    if try FileSystem.status(folder.users) != nil {
      let users = try FileSystem.read(folder.users, maxBytes: Users.fileBytes)
      try FileSystem.writeNew(path + "/users.conf", users)
      files.append("users.conf")
    }
    for (from, name, most) in [
      (folder.duty, "duty.conf", Duty.fileBytes), (folder.alertKey, "alerts.key", AlertKey.bytes),
    ] where try FileSystem.status(from) != nil {
      let bytes = try FileSystem.read(from, maxBytes: most)
      try FileSystem.atomicWrite("\(path)/\(name)", bytes, mode: 0o600)
      files.append(name)
    }
    try HubHost.copy(storage.alerts, AlertSchema.tables, to: path + "/alerts.db")
    files.append("alerts.db")
    if let recorder = service.recorder { files += try recorder.copy(to: path) }
    return files
  }

  /// Copies the tables as they are at one moment into a new file.
  static func copy(_ place: SQLPlace, _ tables: String, to path: String) throws(SQLError) {
    let source = try Database(place, .reading)
    let target = try Database(.file(path), .writing)
    try target.transaction { () throws(SQLError) in
      try target.create(tables)
      try target.fill(from: source)
    }
    // One file, without a log beside it.
    _ = try target.empty()
  }
}
