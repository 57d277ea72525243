public import Log

// The part of a store that withdrawals need to know.
extension Store {
  func identity(of log: LogID) -> LogIdentity? { table[log]?.identity }

  var hasFailed: Bool { if case .failed = condition { true } else { false } }

  /// The logs that a withdrawal in `log` means by `origin`: its own, or those of an earlier epoch.
  func logs(named origin: Origin, by log: LogIdentity) -> [LogIdentity] {
    origin == log.origin ? [log] : logs.filter { $0.origin == origin }
  }

  /// The logs in which a withdrawal of a record of `log` may stand.
  func logs(of place: Withdrawal.Place, for log: LogIdentity) -> [LogIdentity] {
    table.logs(of: place, for: log).map(\.identity)
  }

  /// The records whose bodies are not gone for good: each pass sees every withdrawal again.
  func remaining(_ id: LogID, _ indices: [UInt64]) -> [UInt64] {
    indices.filter { index in
      // An index record that cannot be read is no reason to keep a body.
      (try? bodyState(id, index))?.isFinal != true
    }
  }

  /// Records of the log whose bodies are here and not handed out: withdrawals that may name them
  /// are to be looked at first. Ascending.
  public func undecidedRanges(_ id: LogID) -> [Range<UInt64>] {
    table[id]?.handing.undecided.ranges ?? []
  }

  /// True when any log has such records.
  public var hasUndecided: Bool { table.inOrder.contains { !$0.handing.undecided.isEmpty } }

  /// True when a withdrawal that may name this record is to be looked at first: its body is not
  /// handed out until then.
  public func isUndecided(_ id: LogID, _ index: UInt64) -> Bool {
    table[id]?.handing.undecided.contains(index) ?? false
  }

  func undecided(of logs: [LogIdentity]) -> [LogID: EntryRanges] {
    Dictionary(
      uniqueKeysWithValues: logs.map { ($0.id, table[$0.id]?.handing.undecided ?? EntryRanges()) })
  }
}

extension Withdrawal {
  /// Its records by log, each ascending.
  var byOrigin: [(origin: Origin, indices: [UInt64])] {
    var named: [(origin: Origin, indices: [UInt64])] = []
    for record in records {
      if named.last?.origin != record.origin { named.append((record.origin, [])) }
      named[named.count - 1].indices.append(record.index)
    }
    return named
  }
}

extension EntryBatch {
  func kind(at position: Int) -> EntryKind? {
    EntryKind(rawValue: leaves[position * EntryLayout.leafBytes + EntryLayout.kind])
  }
}
