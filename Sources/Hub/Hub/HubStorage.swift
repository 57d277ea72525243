internal import Runtime
internal import SQL

/// Where the hub keeps its tables: in three files of its own folder, or in three schemas of a
/// database that hubs share.
struct HubStorage: Sendable {
  /// Derived: can be removed, and is made anew.
  let facts: SQLPlace
  /// The tables of watches, alerts and exclusions, which are not derived.
  let alerts: SQLPlace
  /// The tables of cases and judgements, which are not derived.
  let desk: SQLPlace
  /// nil: files, which nobody shares.
  let server: Server?
  /// So many records that nothing else has may go with facts that are made anew.
  var lose: Int64?

  init(_ folder: HubFolder) {
    facts = .file(folder.facts)
    alerts = .file(folder.alerts)
    desk = .file(folder.desk)
    server = nil
  }

  init(_ server: Server) {
    facts = .schema("facts", server)
    alerts = .schema("alerts", server)
    desk = .schema("desk", server)
    self.server = server
  }
}

extension SQLPlace {
  /// Tables were made here.
  func isMade() throws -> Bool {
    switch self {
    case .file(let path): try FileSystem.status(path) != nil
    case .schema: try Database(self, .reading).exists(table: "meta")
    }
  }

  /// Removes all tables, and what is in them.
  func remove() throws {
    switch self {
    case .file(let path):
      for name in [path, path + "-wal", path + "-shm"] { try FileSystem.remove(name) }
    case .schema(let name, _):
      let database = try Database(self, .writing)
      try database.transaction { () throws(SQLError) in
        try database.execute("DROP SCHEMA IF EXISTS \(name) CASCADE")
      }
    }
  }
}
