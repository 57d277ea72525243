public import Log

/// How far each log of a store reached at one moment, as acknowledged and as in its files: what a
/// copy holds (Protocols/store.md, 11). A value, so that another thread can copy while the store
/// goes on.
public struct StoreSnapshot: Sendable {
  struct Part: Sendable {
    let identity: LogIdentity
    let head: HeadRecord
  }

  let parts: [Part]
  /// Logs that are damaged, and so cannot be copied.
  public let leftOut: [LogID]

  /// In the order of their origins.
  public var logs: [LogIdentity] { parts.map(\.identity) }
  /// Entries of all logs together.
  public var entries: UInt64 { parts.reduce(0) { $0 + $1.head.size } }

  /// - Returns: nil for a log that is not in it.
  public func head(_ id: LogID) -> LogHead? {
    parts.first { $0.identity.id == id }?.head.head
  }
}

extension Store {
  /// How far each log reached, but for those whose folder is not on the disk yet or that no journal
  /// knows.
  public func snapshot() -> StoreSnapshot {
    StoreSnapshot(
      parts: table.inOrder.filter { $0.isOnDisk && $0.isDurable }
        .map { StoreSnapshot.Part(identity: $0.identity, head: $0.copiedHead) },
      leftOut: table.unloaded.map(\.id))
  }
}

extension StoredLog {
  /// The part that is both acknowledged and in the files. Bulk data is in them before it is
  /// acknowledged, and all else after.
  fileprivate var copiedHead: HeadRecord {
    var head = written
    if durable.size < written.size { head.takeEntries(from: durable) }
    head.frozenAt = durable.frozenAt
    head.pendingNote = durable.pendingNote
    return head
  }
}
