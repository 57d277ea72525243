internal import HubInterface
internal import Runtime
internal import SQL

/// Watches, alerts, cases and judgements of a hub that kept them in files go with it into a
/// database, once.
struct TableMove {
  private let folder: HubFolder
  private let key: AlertKey
  private let logger: Logger

  init(_ folder: HubFolder, _ key: AlertKey, _ logger: Logger) {
    self.folder = folder
    self.key = key
    self.logger = logger
  }

  func run(to storage: HubStorage) throws {
    try move(folder.desk, Desk.tables, "desk", to: storage.desk) { _ in }
    try move(folder.alerts, AlertSchema.tables, "meta", to: storage.alerts) { database in
      try AlertSchema.check(.file(folder.alerts), database, key)
    }
  }

  /// - Parameters:
  ///   - mark: a table that is there when the others are.
  ///   - check: throws where the file is none that can be gone on with.
  private func move(
    _ path: String, _ tables: String, _ mark: String, to place: SQLPlace,
    _ check: (Database) throws -> Void
  ) throws {
    guard try FileSystem.status(path) != nil else { return }
    let target = try Database(place, .writing)
    guard try !target.exists(table: mark) else {
      return logger.warning(
        "\(path) is not used: what is not derived is in the database. Move the file away")
    }
    try copy(path, tables, to: target, check)
    logger.notice("\(path) was copied into the database; it is kept as \(path).moved")
    try FileSystem.rename(path, to: path + ".moved")
  }

  /// The log that a hub which was killed left beside the file is in it afterwards.
  private func copy(
    _ path: String, _ tables: String, to target: Database, _ check: (Database) throws -> Void
  ) throws {
    let source = try Database(.file(path), .writing)
    try check(source)
    try target.transaction { () throws(SQLError) in
      try target.create(tables)
      try target.fill(from: source)
    }
    guard try source.empty() else {
      throw HubError.refused(
        reason: "another process reads \(path)", hint: "end it, and start the hub again")
    }
  }
}
