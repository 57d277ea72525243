import Crypto
import Log

/// The recovery that `Store.open` does (Protocols/store.md, 7). It can be broken off and done again
/// at any point: until the new journal begins, what the old ones say stays.
struct Recovery {
  let disk: RecoveryDisk
  let limits: StoreLimits
  /// How far each log goes: the replay says it, and then what is missing.
  let logs = RecoveredLogs()

  init(_ disk: any Disk, _ limits: StoreLimits) {
    self.disk = RecoveryDisk(disk)
    self.limits = limits
  }

  /// Journals, logs, withdrawals; then everything is synced, and the new journal begins.
  func run() throws(StoreError) -> Store {
    try checkFormat()
    var replay = JournalReplay(disk, logs)
    var position = try replay.run(limits)
    let table = try load()
    try findUnknownLogs()
    let lost = lostTails(table)
    let beginning = position.beginning(table.heads, retiresOther: true)
    position.offset = UInt64(beginning.count)
    let store = Store(
      disk: disk.disk, limits: limits, table: table, journal: position, damage: disk.damage,
      lost: lost, mayLackEntries: replay.mayLackEntries)
    try hideWithdrawn(store)
    try disk.sync()
    for operation in replay.retirement { try disk.execute(operation) }
    try disk.execute(.write(position.file, offset: 0, bytes: beginning))
    try disk.execute(.sync(position.file))
    try holdReserve(store)
    store.compareLeftOver()
    return store
  }

  /// A log that cannot be loaded is reported, and left as it is.
  private func load() throws(StoreError) -> LogTable {
    var loaded: [StoredLog] = []
    var unloaded: [HeadRecord] = []
    for id in logs.order {
      let log = logs[id]
      guard let record = log.head else { continue }
      do throws(StoreError) {
        loaded.append(try LogLoad(disk: disk, log: log).run(record))
      } catch .damaged(let found) {
        if let log = try goBack(log, from: record) {
          loaded.append(log)
        } else {
          disk.report(found)
          unloaded.append(record)
        }
      }
      try log.replayPurges(on: disk)
    }
    return LogTable(loaded, unloaded: unloaded)
  }

  /// The log without the entries that a damaged frame took, if it is one of those that have lost
  /// some.
  private func goBack(
    _ log: RecoveredLog, from record: HeadRecord
  ) throws(StoreError) -> StoredLog? {
    guard let before = log.fallback else { return nil }
    do throws(StoreError) {
      let loaded = try LogLoad(disk: disk, log: log).run(before)
      log.lose(upTo: record.size)
      return loaded
    } catch .damaged {
      return nil
    }
  }

  /// Sizes that were acknowledged and are not there.
  private func lostTails(_ table: LogTable) -> [LogID: UInt64] {
    var lost: [LogID: UInt64] = [:]
    for log in table.inOrder {
      guard let size = logs[log.id].lost, size > log.state.size else { continue }
      lost[log.id] = size
      disk.report(Damage(file: .log(log.id, .entries), index: log.state.size, .lostTail))
    }
    return lost
  }

  private func checkFormat() throws(StoreError) {
    let bytes: [UInt8]
    do {
      bytes = try disk.disk.read(.format, at: 0, count: Layout.format.count + 1)
    } catch {
      if error == .notFound { throw .noStore }
      throw .disk(error, .format)
    }
    guard bytes == Layout.format else { throw .unknownFormat }
  }

  /// A folder that holds entries of a log that no journal knows is never written over.
  private func findUnknownLogs() throws(StoreError) {
    for id in try disk.logFolders() where logs[id].head == nil {
      let entries = StoreFile.log(id, .entries)
      guard let size = try disk.size(of: entries), size > 0 else { continue }
      disk.report(Damage(file: entries, .unacknowledgedLog))
    }
  }

  private func holdReserve(_ store: Store) throws(StoreError) {
    do {
      try disk.disk.execute(.create(.reserve))
      try disk.disk.execute(.preallocate(.reserve, bytes: limits.reserveBytes))
    } catch {
      guard error == .noSpace else { throw .disk(error, .reserve) }
      store.pipeline.room.lackReserve()
    }
  }
}
