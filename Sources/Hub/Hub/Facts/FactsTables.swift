internal import Crypto
internal import SQL
internal import Secrets

/// The tables of derived facts, and which versions made them.
enum FactsTables {
  /// The versions that they name. Another value of any means that they are made anew.
  struct Versions: Hashable, Sendable {
    var schema = Int64(FactsSchema.version)
    var keys: Int64
    var matcher: Int64
    var records: Int64

    func isNewer(than other: Versions) -> Bool {
      schema > other.schema || keys > other.keys || matcher > other.matcher
        || records > other.records
    }
  }

  /// Two versions of a program on one database would make the facts anew in turns.
  /// - Throws: where a newer one made them.
  static func checkNotNewer(_ place: SQLPlace, _ versions: Versions) throws {
    guard try place.isMade(), let made = try read(Database(place, .reading)) else { return }
    guard made.isNewer(than: versions) else { return }
    throw FactsFailure(reason: "a newer version made \(place): start the hub of that version")
  }

  /// Opens the facts for writing; removes them first when they were made by other versions, or are
  /// damaged.
  /// - Parameter lose: as of `KeptRecords.check`.
  /// - Returns: and whether they are new.
  static func open(
    _ place: SQLPlace, _ versions: Versions, lose: Int64? = nil
  ) throws -> (database: Database, isNew: Bool) {
    if try place.isMade() {
      do throws(SQLError) {
        let database = try Database(place, .writing)
        if try read(database) == versions { return (database, false) }
      } catch {
        // A full disk or a lock is no reason to throw away a million records.
        guard error.kind == .damaged || error.kind == .missing else { throw error }
      }
      try KeptRecords.check(place, lose: lose)
      try place.remove()
    }
    let database = try Database(place, .writing)
    try database.transaction { () throws(SQLError) in
      try database.create(FactsSchema.tables)
      let meta = try MetaRows(database)
      for (name, value) in values(versions) { try meta.set(name, value) }
      // Whoever reads on from a number of these facts knows them by it (HUB-71).
      var random = SystemRandom()
      try meta.set("made", Hex.encode(random.bytes(16)))
    }
    return (database, true)
  }

  /// Opens facts that were made before, as they are: whoever reads them has the same open.
  static func openMade(_ place: SQLPlace, _ versions: Versions) throws -> Database {
    try check(place, versions)
    return try Database(place, .writing)
  }

  /// - Throws: `FactsFailure` where they are not there, or another version made them.
  static func check(_ place: SQLPlace, _ versions: Versions) throws {
    guard try place.isMade() else {
      throw FactsFailure(reason: "\(place) is gone: start liaison-hub again")
    }
    guard try read(Database(place, .reading)) == versions else {
      throw FactsFailure(reason: "\(place) is of another version: start liaison-hub again")
    }
  }

  private static func values(_ versions: Versions) -> [(String, Int64)] {
    [
      ("schema", versions.schema), ("keys", versions.keys), ("matcher", versions.matcher),
      ("records", versions.records),
    ]
  }

  private static func read(_ database: Database) throws(SQLError) -> Versions? {
    let meta = try MetaRows(database)
    guard let schema = try meta.integer("schema"), let keys = try meta.integer("keys"),
      let matcher = try meta.integer("matcher"), let records = try meta.integer("records")
    else { return nil }
    return Versions(schema: schema, keys: keys, matcher: matcher, records: records)
  }
}
