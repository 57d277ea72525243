internal import HubInterface
internal import Matching
internal import Runtime
internal import SQL

/// All that runs for the tables: where this hub writes, the threads that gather facts and raise
/// alerts; where another does, the one that follows it. On the loop's thread.
final class Gathering {
  private let storage: HubStorage
  private let folder: HubFolder
  private let daemon: DaemonClient
  private let loop: EventLoop
  private let logger: Logger
  private let service: HubService
  private let alertKey: AlertKey
  private let stop = StopFlag()
  private let backlog = Backlog()
  private var threads: [SystemThread] = []
  private var facts: FactsThread?
  private var alerts: AlertThread?
  private var lease: (thread: LeaseThread, system: SystemThread)?
  /// The part that runs now; nil: the database is away.
  private(set) var role: HubRole?
  /// The lease under which the state in memory was read.
  private var held: Lease.State?
  /// Counts what was started: what an earlier one tells is of tables that are not open any more.
  private var number = 0
  /// The last event that the journal was told of.
  private var journaled: Int64 = 0
  private var mergeThread: SystemThread?
  private var takeMerged: ((CandidateIndex) -> Void)?
  /// The daemon answered.
  var met: (FeedStatus) -> Void = { _ in }

  init(
    _ storage: HubStorage, _ folder: HubFolder, _ daemon: DaemonClient, _ service: HubService,
    _ alertKey: AlertKey, _ loop: EventLoop, _ logger: Logger
  ) {
    self.storage = storage
    self.folder = folder
    self.daemon = daemon
    self.service = service
    self.alertKey = alertKey
    self.loop = loop
    self.logger = logger
  }

  /// - Parameter tables: as the service has them.
  func start(_ role: HubRole, _ tables: OpenTables) throws {
    number += 1
    mergeElsewhere(tables.index)
    service.progress.wasToldAll = false
    service.database.role = role
    stop.reset()
    switch role {
    case .writes: try startWriting()
    case .reads: try startReading(from: tables.position)
    }
    self.role = role
  }

  /// All that was read is written first.
  func end() {
    role = nil
    stop.stop()
    facts?.close()
    alerts?.close()
    for thread in threads { thread.join() }
    threads = []
    (facts, alerts) = (nil, nil)
    service.alerts?.detach()
  }

  func close() {
    end()
    lease?.thread.close()
    lease?.system.join()
    mergeThread?.join()
  }

  func tick() { alerts?.tick() }
  func set(_ duty: Duty) { alerts?.set(duty) }

  /// Forgets what was derived: the facts begin anew beside the looks, which go on.
  func rebuild() throws {
    guard role == .writes else { throw service.database.refusal }
    end()
    // Should it fail, the next word of the lease tries again.
    let before = held
    held = nil
    try storage.facts.remove()
    try restart(.writes)
    held = before
  }

  private func restart(_ role: HubRole) throws {
    let tables = try OpenTables(storage, role, folder, alertKey, logger)
    service.replaceFacts(tables.facts, tables.index)
    try start(role, tables)
  }

  // MARK: - Roles

  /// Follows the database from here on: it decides the role.
  /// - Parameter held: what was started under.
  func follow(_ server: Server, _ held: Lease.State, holder: String) throws {
    self.held = held
    let events = loop.makeMailbox(of: LeaseThread.Event.self) { [weak self] in self?.take($0) }
    let thread = LeaseThread(server, holder: holder) { events.post($0) }
    lease = (thread, try SystemThread(name: "lease") { thread.run() })
  }

  private func take(_ event: LeaseThread.Event) {
    switch event {
    case .away(let reason): note(trouble: "the database does not answer: \(reason)")
    case .held(let found):
      service.database.writer = found.writer
      service.progress.isWriterComplete = found.role == .writes || found.isWriterComplete
      lease?.thread.note(isComplete: role == .writes && service.progress.isComplete)
      // Another lease, or a server that was started since, may have other rows than those that are
      // in memory.
      if role == found.role, held == found.state { return note(trouble: nil) }
      begin(found)
    }
  }

  private func begin(_ found: LeaseThread.Held) {
    let isChange = role != found.role
    end()
    do {
      try restart(found.role)
      held = found.state
      note(trouble: nil)
      guard isChange else { return logger.notice("the tables were opened anew") }
      logger.notice(
        found.role == .writes ? "this hub writes now" : "this hub reads: \(found.writer) writes")
    } catch {
      // The next word of the lease tries again, unless another hub can do better.
      end()
      if found.role == .writes { lease?.thread.letGo() }
      note(trouble: "the tables cannot be opened: \(error)")
    }
  }

  private func note(trouble: String?) {
    guard service.progress.trouble != trouble else { return }
    service.progress.trouble = trouble
    if let trouble { logger.error(trouble) } else { logger.notice("the database answers again") }
  }

  // MARK: - Writing

  private func startWriting() throws {
    let number = number
    let events = loop.makeMailbox(of: FeedEvent.self) { [weak self] event in
      // An earlier feed told of facts that are gone.
      if self?.number == number { self?.take(event) } else { self?.backlog.taken(event) }
    }
    let facts = FactsThread(storage.facts) { [backlog, stop] event in
      if case .changed = event {
        backlog.wait(below: HubLimits.indexBatches, unless: stop)
        backlog.add()
      }
      events.post(event)
    }
    self.facts = facts
    try startAlerts()
    threads.append(try SystemThread(name: "facts") { facts.run() })
    threads.append(
      try SystemThread(name: "feed") { [daemon, stop] in
        Feed(daemon, facts, stop: stop) { events.post($0) }.run()
      })
  }

  private func startAlerts() throws {
    let number = number
    let duty = try Duty.read(folder)
    let desk = AlertDesk(try AlertReader(storage.alerts), alertKey, loop: loop)
    // Whoever asked before a rebuild gets his answer from the thread that he asked.
    let events = loop.makeMailbox(of: AlertThread.Event.self) { [weak self, desk] event in
      if self?.number == number { self?.note(event, desk) }
      desk.take(event)
    }
    let alerts = AlertThread(
      storage, index: service.index.shared, key: alertKey, duty: duty
    ) { events.post($0) }
    desk.attach(alerts)
    journaled =
      try desk.reader.hooks.find(Gathering.journalHook)?.done ?? desk.reader.events.last()
    // The index was loaded with all of these.
    desk.allow(through: try service.facts.lastTouched())
    self.alerts = alerts
    service.alerts = desk
    threads.append(try SystemThread(name: "alerts") { alerts.run() })
  }

  private func take(_ event: FeedEvent) {
    switch event {
    case .met(let status):
      service.progress.node = status.node
      service.progress.logs = status.progress
      met(status)
    case .changed(let change):
      backlog.taken(event)
      service.index.apply(change)
      if role == .writes { service.alerts?.allow(through: change.touched) }
    case .applied(let toldAll):
      service.progress.wasToldAll = toldAll
      turn(to: .following)
    case .lost(let reason): turn(to: .lost(reason))
    case .stopped(let reason): turn(to: .stopped(reason))
    case .replaced:
      // The next word of the lease starts again.
      turn(to: .stopped("the tables are opened anew"))
      number += 1
      end()
    }
  }

  /// Each trouble is written once: a daemon that is away is tried every second.
  private func turn(to link: HubProgress.Link) {
    guard service.progress.link != link else { return }
    service.progress.link = link
    if link != .following, let why = service.progress.why { logger.warning(why) }
  }

  // MARK: - Reading

  private func startReading(from position: IndexPosition) throws {
    let number = number
    let desk = AlertDesk(try AlertReader(storage.alerts), alertKey, loop: loop)
    desk.refusal = { [unowned service] in service.database.refusal }
    service.alerts = desk
    let events = loop.makeMailbox(of: FeedEvent.self) { [weak self] event in
      if self?.number == number { self?.take(event) }
    }
    let news = loop.makeMailbox(of: Void.self) { [desk] in desk.take(.news) }
    let follower = FactsFollower(
      storage, daemon, from: position, stop: stop, tell: { events.post($0) },
      news: { news.post(()) })
    threads.append(try SystemThread(name: "follower") { follower.run() })
  }

  // MARK: - The journal

  private func note(_ event: AlertThread.Event, _ desk: AlertDesk) {
    if case .trouble(let reason) = event, reason != desk.trouble {
      if let reason { logger.error(reason) } else { logger.notice("alerts are written again") }
    }
    if case .news = event { journalNews(desk) }
    if case .poisoned(let reason) = event { logger.error(reason) }
    if case .wentThrough(let number) = event { facts?.forgetTouched(through: number) }
  }

  /// The journal is told of each event by number and band, and of no name (HUB-86); how far, is
  /// kept as for any hook.
  private func journalNews(_ desk: AlertDesk) {
    do {
      let rows = try desk.reader.events.events(after: journaled, limit: HubLimits.alertsAtOnce)
      guard let last = rows.last else { return }
      for row in rows {
        if let number = row.alert, let alert = try desk.reader.alerts.find(number) {
          logger.notice("alert \(number): \(row.kind.rawValue), band \(alert.band.word)")
        } else if let number = row.watch {
          logger.notice("watch \(number): \(row.kind.rawValue)")
        }
      }
      journaled = last.number
      let (name, user, through) = (Gathering.journalHook, journalUser, last.number)
      desk.ask({ try $0.confirm(name, user, through: through) }) { _ in }
      if rows.count == HubLimits.alertsAtOnce { journalNews(desk) }
    } catch {
      logger.error("alerts cannot be read: \(error)")
    }
  }

  /// No hook of a user's can have this name.
  private static let journalHook = "(journal)"
  private var journalUser: String { Environment.userName(Environment.userID) }

  // MARK: - The index

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
}

extension Backlog {
  /// Only changes of the index are waited for.
  fileprivate func taken(_ event: FeedEvent) { if case .changed = event { taken() } }
}
