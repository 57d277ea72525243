import Crypto
import Log

/// The recovery that `Store.open` does (Protocols/store.md, 7). It can be broken off and done again
/// at any point: until the new journal begins, what the old ones say stays.
struct Recovery {
  let disk: any Disk
  var heads: [LogID: HeadRecord] = [:]
  /// The logs of `heads`, in the order of the journal.
  var order: [LogID] = []
  var identities: [LogID: LogIdentity] = [:]
  var damage: [Damage] = []
  /// The lowest entry that was kept although no journal has it.
  var kept: [LogID: UInt64] = [:]
  /// The lowest entry whose index record was made from the segments.
  var rebuilt: [LogID: UInt64] = [:]
  /// The lowest entry that the replay wrote.
  var touched: [LogID: UInt64] = [:]
  /// Files that are shorter than what was acknowledged of them, with their length before the
  /// replay.
  var gaps: [LogID: [LogFile: UInt64]] = [:]
  /// Removals that the journals name, done when the rest of the log is right.
  var purges: [LogID: [(change: StateChange, indices: [UInt64])]] = [:]
  /// Something of the journals was damaged: what follows need not connect.
  var isDoubtful = false
  /// The end of a journal is gone: what it acknowledged is known from log files alone.
  var mayLackEntries = false
  /// A beginning said how far the logs go.
  var hasHeads = false
  /// Heads to which a log goes back whose later entries are not there.
  var fallbacks: [LogID: HeadRecord] = [:]
  /// Sizes that were acknowledged and are not there.
  var lost: [LogID: UInt64] = [:]
  /// Writes of the replay that are not in log files yet.
  var joined = JoinedWrites()
  var dirty = SyncQueue()
  var reserveIsHeld = true
  /// Says in the newest journal that the older one is no longer needed, once that is so.
  var retirement: [DiskOperation] = []

  init(disk: any Disk) { self.disk = disk }

  mutating func run(limits: StoreLimits) throws(StoreError) -> Store {
    try checkFormat()
    var position = try replay(limits)
    var logs: [StoredLog] = []
    var unloaded: [HeadRecord] = []
    for id in order {
      guard let record = heads[id] else { continue }
      do {
        logs.append(try load(record))
      } catch {
        guard case .damaged(let found) = error else { throw error }
        if let log = try goBack(record) {
          logs.append(log)
        } else {
          report(found)
          unloaded.append(record)
        }
      }
      try replayPurges(of: id)
    }
    try findUnknownLogs()
    let store = Store(
      disk: disk, limits: limits, logs: logs, unloaded: unloaded, damage: damage,
      journal: position)
    try hideWithdrawn(store)
    do {
      try disk.execute(dirty.all.map(\.operation))
    } catch {
      throw .disk(error, nil)
    }
    for operation in retirement { try execute(operation) }
    store.mayLackEntries = mayLackEntries
    for log in store.order {
      guard let size = lost[log.id], size > log.state.size else { continue }
      store.lost[log.id] = size
      store.damage.append(
        Damage(file: .log(log.id, .entries), index: log.state.size, .lostTail))
    }
    let beginning = store.beginning(of: position, retiresOther: true)
    let file = StoreFile.journal(position.number)
    try execute(.write(file, offset: 0, bytes: beginning))
    try execute(.sync(file))
    position.offset = UInt64(beginning.count)
    store.journal = position
    try holdReserve(store)
    store.compareLeftOver()
    return store
  }

  /// The log without the entries that a damaged frame took, if it is one of those that have lost
  /// some.
  private mutating func goBack(_ record: HeadRecord) throws(StoreError) -> StoredLog? {
    guard let before = fallbacks[record.id] else { return nil }
    do {
      let log = try load(before)
      lost[record.id] = max(lost[record.id] ?? 0, record.size)
      return log
    } catch {
      guard case .damaged = error else { throw error }
      return nil
    }
  }

  private func checkFormat() throws(StoreError) {
    let bytes: [UInt8]
    do {
      bytes = try disk.read(.format, at: 0, count: Layout.format.count + 1)
    } catch {
      if error == .notFound { throw .noStore }
      throw .disk(error, .format)
    }
    guard bytes == Layout.format else { throw .unknownFormat }
  }

  /// A folder that holds entries of a log that no journal knows is never written over.
  private mutating func findUnknownLogs() throws(StoreError) {
    for name in try list(.logs) {
      guard let id = Hex.decode(name).flatMap({ LogID($0) }), heads[id] == nil else { continue }
      let entries = StoreFile.log(id, .entries)
      guard let size = try size(of: entries), size > 0 else { continue }
      report(Damage(file: entries, .unacknowledgedLog))
    }
  }

  /// On a full disk the reserve makes room.
  mutating func execute(_ operation: DiskOperation) throws(StoreError) {
    do {
      do {
        try disk.execute(operation)
      } catch {
        guard error == .noSpace, reserveIsHeld else { throw error }
        reserveIsHeld = false
        try disk.execute(.create(.reserve))
        try disk.execute(.truncate(.reserve, bytes: 0))
        try disk.execute(operation)
      }
    } catch let error as DiskError {
      throw .disk(error, nil)
    } catch {
      throw .disk(.other("an error without a name"), nil)
    }
  }

  mutating func change(_ operations: [DiskOperation]) throws(StoreError) {
    for operation in operations { try execute(operation) }
    dirty.insert(changedBy: operations)
  }

  mutating func report(_ found: Damage) {
    if !damage.contains(found) { damage.append(found) }
  }

  func size(of file: StoreFile) throws(StoreError) -> UInt64? {
    do { return try disk.size(of: file) } catch { throw .disk(error, file) }
  }

  func list(_ folder: StoreFolder) throws(StoreError) -> [String] {
    do { return try disk.list(folder).sorted() } catch { throw .disk(error, nil) }
  }

  private func holdReserve(_ store: Store) throws(StoreError) {
    do {
      try disk.execute(.create(.reserve))
      try disk.execute(.preallocate(.reserve, bytes: store.limits.reserveBytes))
    } catch {
      guard error == .noSpace else { throw .disk(error, .reserve) }
      store.condition = .full
      store.pipeline.reserveIsHeld = false
    }
  }
}
