internal import Runtime
internal import SQL

/// The tables as a hub of one role opens them, and the index in memory that was loaded from them.
struct OpenTables {
  let facts: Facts
  let index: NameIndex
  /// The place in the facts up to which the index has everything.
  let position: IndexPosition

  /// - Parameter folder: what its files hold that is not derived moves into a database that has
  ///   nothing of it yet.
  init(
    _ storage: HubStorage, _ role: HubRole, _ folder: HubFolder, _ key: AlertKey, _ logger: Logger
  ) throws {
    switch role {
    case .writes:
      if storage.server != nil {
        try KeptRecords.check(.file(folder.facts), lose: storage.lose)
      }
      if storage.server != nil { try TableMove(folder, key, logger).run(to: storage) }
      try OpenTables.make(storage, key, logger)
    case .reads: try OpenTables.check(storage, key)
    }
    facts = try Facts(storage.facts)
    (index, position) = try facts.loadFollowedIndex()
  }

  /// Facts are made anew where another version made them.
  private static func make(_ storage: HubStorage, _ key: AlertKey, _ logger: Logger) throws {
    if storage.server != nil { try FactsTables.checkNotNewer(storage.facts, HubHost.versions) }
    // They are there before anybody reads them.
    _ = try AlertSchema.open(storage.alerts, key)
    if try AlertCursor.isLost(facts: storage.facts, alerts: storage.alerts) {
      logger.notice("\(storage.alerts) has alerts of other facts: these are made anew")
      try KeptRecords.check(storage.facts, lose: storage.lose)
      try storage.facts.remove()
    }
    let (_, isNew) = try FactsTables.open(storage.facts, HubHost.versions, lose: storage.lose)
    if isNew { logger.notice("\(storage.facts): made new; the daemon is asked for everything") }
  }

  private static func check(_ storage: HubStorage, _ key: AlertKey) throws {
    guard try storage.alerts.isMade(), try storage.facts.isMade() else {
      throw FactsFailure(reason: "the hub that writes has not made its tables yet")
    }
    try AlertSchema.check(storage.alerts, Database(storage.alerts, .reading), key)
    try FactsTables.check(storage.facts, HubHost.versions)
  }
}
