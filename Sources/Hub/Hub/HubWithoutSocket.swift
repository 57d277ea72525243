internal import Crypto
internal import HubInterface
internal import Matching
internal import Log
internal import Records
internal import Runtime
internal import SQL

/// A hub without its socket and its daemon, for benchmarks, fuzzing and tests: told entries, asked
/// calls. Its threads are those of the program; its loop turns only while something is waited for.
package final class HubWithoutSocket {
  private let lease: Lease?
  private let facts: FactsThread
  private let writerThread: SystemThread
  private let alerts: AlertThread
  private let alertThread: SystemThread
  private let desk: AlertDesk
  private let pool: ScreeningPool
  private let loop: EventLoop
  private let changes = Monitor([IndexChange]())
  private let service: HubService
  private let index: NameIndex
  private var output: [UInt8] = []
  private var sessions: [String: HubSession] = [:]

  /// The node whose hub it is.
  private static let node = "hub"

  /// - Parameters:
  ///   - folder: of the facts; what is there is gone on with.
  ///   - database: `postgresql://…`; nil: files in the folder.
  ///   - consultations: another folder for the log of looks, so that its fsync can be measured
  ///     apart.
  ///   - users: as `users.conf`; nil: everybody may look for everything.
  ///   - duty: as `duty.conf`.
  package init(
    folder: String, database: String? = nil, consultations: String? = nil, users: String? = nil,
    duty: String = ""
  ) throws {
    Environment.keepFreedMemory()
    let folder = HubFolder(folder)
    try FileSystem.makeFolder(folder.root)
    let server = try database.map { (url) throws(SQLError) in try Server(url) }
    let storage = server.map { HubStorage($0) } ?? HubStorage(folder)
    lease = try server.map { (server) throws(SQLError) in try Lease(server, holder: folder.root) }
    try HubWithoutSocket.take(lease)
    let key = try AlertKey.load(folder.alertKey)
    let tables = try OpenTables(storage, .writes, folder, key, Logger())
    loop = try EventLoop()
    let reading = tables.facts
    index = tables.index
    facts = FactsThread(storage.facts) { [changes] event in
      if case .changed(let change) = event { changes.withLock { $0.append(change) } }
    }
    writerThread = try SystemThread(name: "facts") { [facts] in facts.run() }
    service = HubService(
      facts: reading, index: index, desk: try Desk(storage.desk),
      users: try users.map { try Users(parsing: $0) } ?? Users(), clock: SystemClock())
    service.recorder = LookRecorder(
      try ConsultationLog(folder: consultations ?? folder.consultations, epoch: 1),
      clock: SystemClock())
    service.progress.link = .following
    service.progress.wasToldAll = true
    let desk = AlertDesk(try AlertReader(storage.alerts), key, loop: loop)
    let events = loop.makeMailbox(of: AlertThread.Event.self) { desk.take($0) }
    alerts = AlertThread(
      storage, index: index.shared, key: key, duty: try Duty(parsing: duty)
    ) { events.post($0) }
    alertThread = try SystemThread(name: "alerts") { [alerts] in alerts.run() }
    desk.attach(alerts)
    desk.allow(through: try reading.lastTouched())
    self.desk = desk
    let pool = try ScreeningPool(loop)
    self.pool = pool
    service.alerts = desk
    service.screening = { pool.run($0, storage.facts, $1) }
    try facts.put(.belong(HubWithoutSocket.node))
  }

  package var indexBytes: Int { index.bytes }
  /// Whoever had it before may have ended just now.
  private static func take(_ lease: Lease?) throws {
    guard let lease else { return }
    for _ in 0..<300 {
      if try lease.hold().isHeld { return }
      StopFlag.rest(milliseconds: 20)
    }
    throw HubError.busy
  }

  /// Bytes of all tables on the disk.
  package func databaseBytes() throws -> Int { try Statistics(service.facts).databaseBytes() }
  package var indexed: Int { index.count }

  deinit {
    pool.stop()
    alerts.close()
    alertThread.join()
    facts.close()
    writerThread.join()
    try? lease?.end()
  }

  /// Records of one log, from `first` on. They are written on another thread: `settle` waits for
  /// it.
  /// - Parameter origin: `nl/1`.
  package func tell(_ origin: String, first: UInt64, _ records: [[UInt8]]) throws {
    let origin = try Origin(origin)
    let log = LogNames.id(of: origin)
    let changes = records.enumerated().map { place, record in
      EntryChange(
        log: log, origin: origin, index: first + UInt64(place), count: 1,
        readable: ReadableEntry(time: 0, expiryDay: 0, state: [], record: record))
    }
    let page = FeedPage(
      changes: changes, cursor: FeedCursor(journal: "one", number: 1, next: [log: first]),
      isComplete: true)
    try facts.put(.page(PreparedPage(page)))
    takeChanges()
  }

  /// All that was told is durable, and in the index.
  package func settle() throws {
    try facts.settle()
    takeChanges()
  }

  /// All that was told is compared with the watches, and what fits is durable.
  package func settleAlerts() throws {
    try settle()
    while desk.behind > 0 { try loop.turn(waitingAtMost: 50) }
  }

  package func standingAlerts() throws -> Int { try desk.reader.count().alerts }

  private func takeChanges() {
    let taken = changes.withLock { changes in
      defer { changes = [] }
      return changes
    }
    for change in taken {
      index.apply(change)
      desk.allow(through: change.touched)
    }
  }

  /// Entries of one log are readable no more, in one message.
  package func forget(_ origin: String, first: UInt64, count: UInt64) throws {
    let origin = try Origin(origin)
    let log = LogNames.id(of: origin)
    let gone = EntryChange(log: log, origin: origin, index: first, count: count, readable: nil)
    let page = FeedPage(
      changes: [gone], cursor: FeedCursor(journal: "one", number: 1, next: [:]), isComplete: true)
    try facts.put(.page(PreparedPage(page)))
    takeChanges()
  }

  private func session(_ user: String) -> HubSession {
    if let known = sessions[user] { return known }
    let session = HubSession(user: user) { [service] in service.answer($0) }
    session.send = { [unowned self] in output += $0 }
    sessions[user] = session
    return session
  }

  /// - Parameter call: with its NUL.
  /// - Returns: the answers, each with its NUL.
  package func ask(_ call: [UInt8], as user: String = "nobody") -> [UInt8] {
    output = []
    session(user).receive(call.span)
    service.recorder?.commit()
    // A watch, an alert or a list is answered from another thread.
    while output.isEmpty {
      _ = try? loop.turn(waitingAtMost: 50)
      service.recorder?.commit()
    }
    return output
  }

  /// The host's work of each second: a checkpoint over the looks, and log files for them.
  package func checkpointLooks() { service.recorder?.checkpoint() }

  /// Watches for persons, all at once, as if nothing were there that they fit.
  /// - Parameter persons: name and date of birth of each.
  package func watch(_ persons: [(name: String, born: String?)]) throws {
    let rows = persons.map {
      WatchRow(
        name: $0.name, birth: $0.born, threshold: .review, until: 1_000_000, purpose: .ct,
        reason: "many", user: "nobody", time: 0)
    }
    let isDone = Monitor<Bool?>(nil)
    _ = alerts.put(-1) { engine in
      isDone.withLock { $0 = (try? engine.addUnasked(rows)) != nil }
      isDone.signalAll()
      return true
    }
    guard isDone.wait({ $0 }) else { throw HubError.busy }
  }
}

/// An id for a log that nobody signed.
enum LogNames {
  static func id(of origin: Origin) -> LogID { LogID(SHA256.hash(Array(origin.text.utf8)).bytes) }
}
