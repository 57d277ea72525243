internal import Crypto
internal import Runtime
internal import SQL
internal import Secrets

/// The file of derived facts, and which versions made it.
enum FactsFile {
  /// What a file says of itself. Another value of any means that it is made anew.
  struct Versions: Hashable, Sendable {
    var schema = Int64(FactsSchema.version)
    var keys: Int64
    var matcher: Int64
    var records: Int64
  }

  /// Opens the facts for writing; removes them first when they were made by other versions, or are damaged.
  /// - Returns: and whether they are new.
  static func open(
    _ path: String, _ versions: Versions
  ) throws -> (database: Database, isNew: Bool) {
    if try FileSystem.status(path) != nil {
      do throws(SQLError) {
        let database = try Database(path, .writing)
        if try read(database) == versions { return (database, false) }
      } catch {
        // A full disk or a lock is no reason to throw away a million records.
        guard error.isDamaged || error.code == 1 else { throw error }
      }
      try remove(path)
    }
    let database = try Database(path, .writing)
    try database.transaction { () throws(SQLError) in
      try database.execute(FactsSchema.tables)
      let meta = try database.prepare("INSERT INTO meta VALUES (?1, ?2)")
      for (name, value) in values(versions) {
        try meta.bind(1, name)
        try meta.bind(2, value)
        try meta.run()
      }
      // Whoever reads on from a number of these facts knows them by it (HUB-71).
      var random = SystemRandom()
      try meta.bind(1, "made")
      try meta.bind(2, Hex.encode(random.bytes(16)))
      try meta.run()
    }
    return (database, true)
  }

  /// Opens facts that were made before, as they are: whoever reads them has the same file open.
  static func openMade(_ path: String, _ versions: Versions) throws -> Database {
    guard try FileSystem.status(path) != nil else {
      throw FactsFailure(reason: "\(path) is gone: start liaison-hub again")
    }
    let database = try Database(path, .writing)
    guard try read(database) == versions else {
      throw FactsFailure(reason: "\(path) is another file now: start liaison-hub again")
    }
    return database
  }

  static func remove(_ path: String) throws {
    for name in [path, path + "-wal", path + "-shm"] { try FileSystem.remove(name) }
  }

  private static func values(_ versions: Versions) -> [(String, Int64)] {
    [
      ("schema", versions.schema), ("keys", versions.keys), ("matcher", versions.matcher),
      ("records", versions.records),
    ]
  }

  private static func read(_ database: Database) throws(SQLError) -> Versions? {
    let meta = try database.prepare("SELECT value FROM meta WHERE name = ?1")
    func value(_ name: String) throws(SQLError) -> Int64? {
      try meta.bind(1, name)
      defer { meta.reset() }
      return try meta.step() ? meta.integer(0) : nil
    }
    guard let schema = try value("schema"), let keys = try value("keys"),
      let matcher = try value("matcher"), let records = try value("records")
    else { return nil }
    return Versions(schema: schema, keys: keys, matcher: matcher, records: records)
  }
}
