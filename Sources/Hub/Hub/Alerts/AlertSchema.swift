internal import HubInterface
internal import SQL

/// The tables of `alerts.db` (Protocols/hub.md, 10 and 11): not derived, and never made anew.
enum AlertSchema {
  static let version: Int64 = 1

  static let tables = """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE watch (
      number INTEGER PRIMARY KEY AUTOINCREMENT, revision INTEGER NOT NULL, name TEXT, birth TEXT, nationality TEXT,
      document TEXT, phone TEXT, threshold INTEGER NOT NULL, until INTEGER NOT NULL, purpose TEXT NOT NULL,
      reason TEXT NOT NULL, username TEXT NOT NULL, time INTEGER NOT NULL, state INTEGER NOT NULL, warned INTEGER NOT NULL);
    CREATE INDEX watch_until ON watch (until) WHERE state < 2;
    CREATE TABLE alert (
      number INTEGER PRIMARY KEY AUTOINCREMENT, watch INTEGER NOT NULL, own TEXT NOT NULL, revision INTEGER NOT NULL,
      subject TEXT NOT NULL, key BLOB NOT NULL, band INTEGER NOT NULL, state INTEGER NOT NULL, purposes INTEGER NOT NULL,
      points INTEGER NOT NULL, explanation TEXT NOT NULL, sentence TEXT NOT NULL, entry TEXT NOT NULL,
      instruction BLOB NOT NULL, why TEXT, raised INTEGER NOT NULL, changed INTEGER NOT NULL, escalated INTEGER NOT NULL,
      taken TEXT, closed TEXT, outcome INTEGER, closing TEXT, matcher INTEGER NOT NULL);
    CREATE UNIQUE INDEX alert_reason ON alert (watch, own, revision, subject, key);
    CREATE INDEX alert_subject ON alert (subject);
    CREATE INDEX alert_own ON alert (own) WHERE own <> '';
    CREATE INDEX alert_state ON alert (state, number);
    CREATE TABLE event (
      number INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, alert INTEGER, watch INTEGER, username TEXT, time INTEGER NOT NULL);
    CREATE TABLE handover (
      number INTEGER PRIMARY KEY AUTOINCREMENT, giver TEXT NOT NULL, taker TEXT NOT NULL, alerts TEXT NOT NULL,
      reason TEXT NOT NULL, offered INTEGER NOT NULL, accepted INTEGER);
    CREATE TABLE ownwatch (ref TEXT PRIMARY KEY, since INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE hook (name TEXT PRIMARY KEY, username TEXT NOT NULL, done INTEGER NOT NULL, failed INTEGER, reason TEXT) WITHOUT ROWID;
    CREATE TABLE exclusion (
      number INTEGER PRIMARY KEY AUTOINCREMENT, traveller BLOB NOT NULL, subject TEXT NOT NULL, until INTEGER NOT NULL,
      purpose TEXT NOT NULL, basis TEXT NOT NULL, reason TEXT NOT NULL, proposed TEXT NOT NULL, confirmed TEXT, time INTEGER NOT NULL, ended INTEGER);
    CREATE INDEX exclusion_traveller ON exclusion (traveller, subject);
    CREATE TABLE screening (
      number INTEGER PRIMARY KEY AUTOINCREMENT, flight TEXT, digest BLOB, username TEXT NOT NULL, purpose TEXT NOT NULL,
      time INTEGER NOT NULL, lines INTEGER NOT NULL, unreadable INTEGER NOT NULL, alerts INTEGER NOT NULL, reviews INTEGER NOT NULL);
    CREATE INDEX screening_flight ON screening (flight, number) WHERE flight IS NOT NULL;
    CREATE TABLE hit (
      number INTEGER PRIMARY KEY AUTOINCREMENT, screening INTEGER NOT NULL, traveller BLOB NOT NULL, subject TEXT NOT NULL,
      band INTEGER NOT NULL, named INTEGER NOT NULL, documented INTEGER NOT NULL);
    CREATE INDEX hit_screening ON hit (screening, traveller, subject);
    """

  /// Opens the tables for their one writer, or makes them.
  static func open(_ place: SQLPlace, _ key: AlertKey) throws -> Database {
    let database = try Database(place, .writing)
    try database.setCache(kibibytes: HubLimits.deskCacheKibibytes)
    if try !database.exists(table: "meta") {
      try database.transaction { () throws(SQLError) in
        try database.create(tables)
        let meta = try MetaRows(database)
        try meta.set("schema", version)
        try meta.set("key", key.check)
      }
    }
    try check(place, database, key)
    return database
  }

  /// - Throws: where another version made the tables, or another key their reasons: every alert
  ///   would be raised again.
  static func check(_ place: SQLPlace, _ database: Database, _ key: AlertKey) throws {
    let meta = try MetaRows(database)
    let found = try meta.integer("schema") ?? 0
    guard found == version else {
      throw HubError.refused(
        reason: "\(place) has the schema \(found), and this program knows \(version)",
        hint: "use the program that made it")
    }
    guard try meta.text("key") == key.check else {
      throw HubError.refused(
        reason: "alerts.key is not the key that the alerts in \(place) were made with",
        hint: "copy it from the hub that made them, or from its backup")
    }
  }
}
