import Foundation
import HubInterface
import Matching
import Records
import Runtime
import Testing

@testable import Hub
@testable import SQL

/// Rules of a database that hubs share. The other tests of this module run on it as well.
@Suite(
  "Tables on PostgreSQL",
  .enabled(
    if: !TestStorage.isFile, "LIAISON_POSTGRES names no server: Tests/system/lib/postgres.py"))
struct PostgresTests {
  // MARK: - Who writes

  @Test(
    "One hub writes; when its session is gone another does, and what the first still writes is refused"
  )
  func fence() throws {
    let host = try FactsHost()
    let (other, lease) = try Self.second(host)
    #expect(try !lease.hold().isHeld, "the first one lives")
    try host.tell([Told.entry("nl", 1, Told.person("a", "Testo One"))])
    try Self.terminate(host, where: "pid = (SELECT session FROM hub.lease)")
    #expect(try !lease.hold().isHeld, "it may say so on another session")
    try Self.administer(host, "UPDATE hub.lease SET beat = beat - 4000")
    #expect(try lease.hold().isHeld)
    let before = try host.dump()
    let error = #expect(throws: SQLError.self) {
      try host.tell([Told.entry("nl", 2, Told.person("b", "Testo Two"))])
    }
    #expect(error?.kind == .fenced)
    #expect(try host.dump() == before)
    #expect(try host.tables.lease?.hold().isHeld == false, "it finds out")
    let writer = try FactsWriter(Database(other.facts, .writing))
    _ = try writer.apply([])
  }

  @Test("Who takes over ends the transaction under way, whose writer may stand still for ever")
  func underWay() throws {
    let host = try FactsHost()
    let (_, lease) = try Self.second(host)
    try Self.administer(host, "UPDATE hub.lease SET beat = beat - 16000")
    let database = try Database(host.place, .writing)
    let meta = try MetaRows(database)
    let error = #expect(throws: SQLError.self) {
      try database.transaction { () throws(SQLError) in
        try meta.set("half", "done")
        #expect(try lease.hold().isHeld)
        try meta.set("other half", "done")
      }
    }
    #expect(error?.kind == .lost)
    #expect(try MetaRows(Database(host.place, .reading)).text("half") == nil)
  }

  @Test(
    "What was opened under one lease writes nothing under another, though this process has both")
  func otherLease() throws {
    let host = try FactsHost()
    let database = try Database(host.place, .writing)
    try host.tables.lease?.end()
    #expect(try host.tables.lease?.hold().isHeld == true)
    let error = #expect(throws: SQLError.self) {
      try database.transaction { () throws(SQLError) in }
    }
    #expect(error?.kind == .fenced)
    try host.reopen()
    try host.tell([Told.entry("nl", 1, Told.person("a", "Testo One"))])
  }

  @Test("Without a word for its term a hub is followed though its session stands")
  func silence() throws {
    let host = try FactsHost()
    let (_, lease) = try Self.second(host)
    #expect(try !lease.hold().isHeld)
    try Self.administer(host, "UPDATE hub.lease SET beat = beat - 16000")
    #expect(try lease.hold().isHeld)
    try lease.end()
    #expect(try host.tables.lease?.hold().isHeld == false, "it was fenced, and finds out")
    #expect(try host.tables.lease?.hold().isHeld == true, "what was ended can be taken")
  }

  @Test("A hub of an older version neither reads nor makes anew what a newer one made")
  func newer() throws {
    let host = try FactsHost()
    try host.tell([Told.entry("nl", 1, Told.person("a", "Testo One"))])
    try Self.administer(host, "UPDATE facts.meta SET value = '1000' WHERE name = 'keys'")
    let key = try AlertKey.load(host.folder + "/alerts.key")
    for role in [HubRole.writes, .reads] {
      #expect(throws: (any Error).self) {
        try OpenTables(host.tables.storage, role, HubFolder(host.folder), key, Logger())
      }
    }
    #expect(try host.dump().count { $0.hasPrefix("entry") } == 1)
  }

  // MARK: - What fails

  @Test(
    "Sessions that end between two transactions are begun again unnoticed; within one all of it is undone"
  )
  func lost() throws {
    let host = try FactsHost()
    let reader = try Facts(host.place)
    try host.tell([Told.entry("nl", 1, Told.person("a", "Testo One"))])
    try Self.terminate(host, where: "true")
    // The lease was lost with them, and is gone on with.
    #expect(try host.tables.lease?.hold().isHeld == true)
    let other = [Told.entry("nl", 2, Told.person("b", "Testo Two"))]
    let idle = #expect(throws: SQLError.self) { try host.tell(other) }
    #expect(idle?.kind == .lost)
    try host.tell(other)
    #expect(try reader.entry("nl/1", 2) != nil)
    try Self.terminate(host, where: "true")
    #expect(try reader.entry("nl/1", 1) != nil)
    let database = try Database(host.place, .writing)
    let meta = try MetaRows(database)
    let error = #expect(throws: SQLError.self) {
      try database.transaction { () throws(SQLError) in
        try meta.set("half", "done")
        do { try Self.terminate(host, where: "true") } catch { Issue.record(error) }
        try meta.set("other half", "done")
      }
    }
    #expect(error?.kind == .lost)
    #expect(try meta.text("half") == nil)
  }

  @Test(
    "Serialisation failures, a full disk, a server that goes: the page is written once",
    arguments: ["40001", "40P01", "53100", "57P01"])
  func faults(state: String) throws {
    let host = try FactsHost()
    try Self.fail(host, "facts.entry", state, times: 3)
    let whole = Monitor([FeedEvent]())
    let facts = FactsThread(host.place) { event in whole.withLock { $0.append(event) } }
    let thread = try SystemThread(name: "facts") { facts.run() }
    let changes = (1...40).map { Told.entry("nl", $0, Told.person("p\($0)", "Testo Number\($0)")) }
    let page = FactsThread.Work.page(
      PreparedPage(
        FeedPage(
          changes: changes, cursor: FeedCursor(journal: "j", number: 7, next: [:]),
          isComplete: true)))
    var attempts = 0
    while try facts.begin()?.number != 7, attempts < 10 {
      attempts += 1
      try? facts.put(page)
      try? facts.settle()
    }
    facts.close()
    thread.join()
    #expect(attempts == 4)
    let other = try FactsHost()
    try other.tell(changes)
    #expect(try host.dump() == other.dump())
    // Nobody knows whether a commit happened where the server went: the index is loaded anew.
    let isReplaced = whole.withLock {
      $0.contains { if case .replaced = $0 { true } else { false } }
    }
    #expect(isReplaced == (state == "57P01"))
  }

  @Test(
    "An alert whose transaction fails is raised once, when it can be",
    arguments: ["40001", "53100"])
  func alertFaults(state: String) throws {
    let host = try AlertHost()
    _ = try host.watch("Testo Personovic")
    try Self.fail(host.facts, "alerts.event", state, times: 2)
    for _ in 0..<2 {
      #expect(throws: SQLError.self) {
        try host.tell([Told.entry("nl", 1, Told.person("p", "Testo Personovic"))])
      }
      try host.restart()
      #expect(try host.rows.isEmpty)
    }
    try host.settle()
    #expect(try host.news() == [.raised])
    #expect(try host.standing.count == 1)
  }

  @Test("A statement that fails after others were sent is undone with its savepoint alone")
  func savepoints() throws {
    let host = try FactsHost()
    let database = try Database(host.place, .writing)
    let insert = try database.prepare("INSERT INTO tally VALUES (?1, ?2, ?3)")
    func add(_ name: String) throws(SQLError) {
      try insert.bind(1, "test")
      try insert.bind(2, name)
      try insert.bind(3, 1)
      try insert.run()
    }
    try database.transaction { () throws(SQLError) in
      try add("a")
      let error = #expect(throws: SQLError.self) {
        try database.savepoint { () throws(SQLError) in
          try add("b")
          try add("a")
          try add("c")
        }
      }
      #expect(error?.kind == .value)
      try add("d")
    }
    let counts = Statistics(try Facts(host.place))
    #expect(try database.prepare("SELECT count(*) FROM tally").returned() == 2)
    _ = counts
    // Without one the whole transaction is.
    #expect(throws: SQLError.self) {
      try database.transaction { () throws(SQLError) in
        try add("e")
        try add("a")
      }
    }
    #expect(try database.prepare("SELECT count(*) FROM tally").returned() == 2)
  }

  // MARK: - A hub that reads

  @Test("An index that follows is the index that writes; what it cannot follow is told")
  func following() throws {
    let host = try FactsHost()
    try host.tell((1...50).map { Told.entry("nl", $0, Told.person("p\($0)", "Testo Number\($0)")) })
    let reader = try Facts(host.place)
    var (index, position) = try reader.loadFollowedIndex()
    func follow() throws -> Bool {
      while let step = try reader.indexChanges(after: position) {
        index.apply(step.change)
        position = step.position
        if step.isWhole { return true }
      }
      return false
    }
    try host.tell([
      Told.gone("nl", 3), Told.entry("nl", 60, Told.person("p4", "Testo Other")),
      Told.entry("nl", 61, Told.person("new", "Testo Newman")), Told.gone("nl", 10, count: 5),
    ])
    // One that comes and goes between two looks.
    try host.tell([Told.entry("nl", 70, Told.person("short", "Testo Short"))])
    try host.tell([Told.gone("nl", 70)])
    #expect(try follow())
    #expect(index.count == host.index.count)
    for name in ["Testo Other", "Testo Newman", "Testo Number7", "Testo Number3", "Testo Short"] {
      let evidence = try #require(Evidence(name: name, dates: []))
      #expect(
        index.candidates(evidence, limit: 50).numbers
          == host.index.candidates(evidence, limit: 50).numbers)
    }
    try Self.administer(host, "INSERT INTO facts.meta VALUES ('droppedForgotten', '1000')")
    #expect(try !follow(), "what went is not known any more")
    try host.makeAnew()
    (index, position) = try Facts(host.place).loadFollowedIndex()
    try host.makeAnew()
    #expect(try !follow(), "these are other facts")
  }

  // MARK: - Moving, keeping, forgetting

  @Test("What files hold that is not derived moves into a new database, once, and back by a backup")
  func move() throws {
    let host = try AlertHost()
    let folder = HubFolder(host.facts.folder)
    let key = try AlertKey.load(folder.alertKey)
    let files = HubStorage(folder)
    _ = try Desk(files.desk).open(purpose: .ct, reason: "a case", user: "testo", time: 5)
    let old = try AlertSchema.open(files.alerts, key)
    let watches = try WatchRows(old)
    _ = try watches.add(Self.watch("Testo One"))
    _ = try watches.add(Self.watch("Testo Two"))
    try EventRows(old).add(.watchEnds, watch: 1, 7)
    let tables = try TestStorage()
    try TableMove(folder, key, Logger()).run(to: tables.storage)
    #expect(FileManager.default.fileExists(atPath: folder.alerts + ".moved"))
    #expect(!FileManager.default.fileExists(atPath: folder.alerts))
    let moved = try AlertSchema.open(tables.storage.alerts, key)
    #expect(try WatchRows(moved).all().map(\.name) == ["Testo One", "Testo Two"])
    #expect(try WatchRows(moved).add(Self.watch("Testo Three")) == 3)
    #expect(try EventRows(moved).last() == 1)
    #expect(try Desk(tables.storage.desk).investigations().map(\.reason) == ["a case"])
    try HubHost.copy(tables.storage.alerts, AlertSchema.tables, to: folder.root + "/backup.db")
    let back = try AlertSchema.open(.file(folder.root + "/backup.db"), key)
    #expect(try WatchRows(back).all().map(\.name) == ["Testo One", "Testo Two", "Testo Three"])
  }

  @Test("Alerts that another key made are not gone on with")
  func otherKey() throws {
    let tables = try TestStorage()
    let folder = HubFolder(tables.folder)
    _ = try AlertSchema.open(tables.storage.alerts, AlertKey.load(folder.alertKey))
    #expect(throws: HubError.self) {
      try AlertSchema.open(tables.storage.alerts, AlertKey.load(folder.root + "/other.key"))
    }
  }

  @Test("The server's statistics keep no value; rows that went are vacuumed")
  func forgetting() throws {
    let host = try FactsHost()
    try host.tell(
      (1...300).map { Told.entry("nl", $0, Told.person("p\($0)", "Testo Number\($0)")) })
    try Self.administer(host, "ANALYZE")
    let text =
      "SELECT count(*) FROM pg_stats WHERE schemaname = 'facts' AND attname IN ('record', 'value', 'name', 'fields', 'keys', 'target', 'id')"
    #expect(try Database(host.place, .reading).prepare(text).returned() == 0)
    try host.tell([Told.gone("nl", 1, count: 300)])
    #expect(try host.emptyLog())
    let left = "SELECT pg_relation_size('facts.entry') + pg_relation_size('facts.keys')"
    #expect(try Database(host.place, .reading).prepare(left).returned() == 0)
  }

  @Test(
    "A URL that cannot be used is refused with a sentence",
    arguments: ["postgresql://user:secret@host/name", "postgresql:///name?nonsense=1"])
  func urls(url: String) {
    let error = #expect(throws: SQLError.self) { try Server(url) }
    #expect(error?.kind == .unfit && error?.message.contains("secret") == false)
  }

  // MARK: - Made for these

  private static func watch(_ name: String) -> WatchRow {
    WatchRow(
      name: name, threshold: .review, until: 25_000, purpose: .ct, reason: "a test", user: "testo",
      time: 1)
  }

  /// Another process, as it were, on the same database.
  private static func second(_ host: FactsHost) throws -> (storage: HubStorage, lease: Lease) {
    let server = try Server(try #require(host.tables.url))
    return (HubStorage(server), try Lease(server, holder: "another test"))
  }

  private static func administer(_ host: FactsHost, _ command: String) throws {
    let server = try Server(try #require(host.tables.url))
    try Database(.schema("public", server), .sharing).execute(command)
  }

  /// - Parameter condition: on `pg_stat_activity`.
  private static func terminate(_ host: FactsHost, where condition: String) throws {
    try administer(
      host,
      "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND \(condition)"
    )
  }

  /// The first writes into a table fail; counted by a sequence, which no rollback takes back.
  private static func fail(
    _ host: FactsHost, _ table: String, _ state: String, times: Int
  ) throws {
    // The state of a server that goes ends the session, too.
    let act =
      state == "57P01"
      ? "PERFORM pg_terminate_backend(pg_backend_pid())"
      : "RAISE EXCEPTION 'a fault' USING ERRCODE = '\(state)'"
    try administer(
      host,
      """
      DROP SEQUENCE IF EXISTS public.faults; CREATE SEQUENCE public.faults;
      CREATE OR REPLACE FUNCTION public.fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('public.faults') <= \(times) THEN \(act); END IF; RETURN NEW; END $$;
      CREATE TRIGGER fault BEFORE INSERT ON \(table) FOR EACH STATEMENT EXECUTE FUNCTION public.fault();
      """)
  }
}
