import Log

// Bodies that withdrawals hid before are hidden again where nothing else says it
// (Protocols/store.md, STO-71).
extension Recovery {
  /// The records that a withdrawal may name and that may not be hidden yet: all that it can, where
  /// no journal has its `states` record; else those of a rebuilt index.
  private struct Reach {
    let place: Withdrawal.Place
    /// Entries of each log.
    let ranges: [(log: LogID, range: Range<UInt64>)]
  }

  /// They hide, by a minute that nobody waits for, until the log is asked which of them count.
  /// - Throws: `.disk` for a withdrawal of the kept tail that the disk does not give: the next
  ///   start looks at it again, and would not any more once this one has journaled the tail.
  func hideWithdrawn(_ store: Store) throws(StoreError) {
    for log in store.table.inOrder {
      let identity = log.identity
      let isRebuilt = store.table.inOrder.contains {
        logs[$0.id].rebuilt != nil && $0.identity.origin.name == identity.origin.name
          && $0.identity.origin.epoch <= identity.origin.epoch
      }
      guard var next = isRebuilt ? 0 : logs[log.id].kept else { continue }
      while true {
        let controls = try store.controlEntries(
          log.id, from: next, limit: WithdrawalPass.controlsAtOnce)
        for entry in controls where entry.kind == EntryKind.withdrawal.rawValue {
          try hide(by: entry.index, of: identity, in: store)
        }
        guard controls.count == WithdrawalPass.controlsAtOnce, let last = controls.last,
          last.index >= next, last.index < log.state.size
        else { break }
        next = last.index + 1
      }
    }
  }

  private func hide(
    by index: UInt64, of identity: LogIdentity, in store: Store
  ) throws(StoreError) {
    let isKept = index >= logs[identity.id].kept ?? .max
    let reach = reach(of: index, in: identity, isKept, store)
    switch WithdrawalReader(store: store).look(at: index, of: identity) {
    case .nothing: return
    case .unread(let error?) where isKept: throw .disk(error, nil)
    case .unread:
      for (id, range) in reach.ranges { store.table[id]?.doubt(range) }
    case .found(let withdrawal):
      for (origin, indices) in withdrawal.byOrigin {
        for (id, range) in reach.ranges where store.table[id]?.identity.origin == origin {
          try hide(indices.filter(range.contains), of: id, by: reach.place, in: store)
        }
      }
    }
  }

  private func reach(
    of index: UInt64, in identity: LogIdentity, _ isKept: Bool, _ store: Store
  ) -> Reach {
    var ranges: [(log: LogID, range: Range<UInt64>)] = []
    for log in store.table.inOrder where log.identity.origin.name == identity.origin.name {
      let isOwn = log.id == identity.id
      guard isOwn || log.identity.origin.epoch < identity.origin.epoch else { continue }
      let end = isOwn ? min(index, log.state.size) : log.state.size
      guard let first = isKept ? 0 : logs[log.id].rebuilt, first < end else { continue }
      ranges.append((log.id, first..<end))
    }
    return Reach(
      place: Withdrawal.Place(epoch: identity.origin.epoch, index: index), ranges: ranges)
  }

  private func hide(
    _ indices: [UInt64], of id: LogID, by place: Withdrawal.Place, in store: Store
  ) throws(StoreError) {
    guard let log = store.table[id], !indices.isEmpty,
      let change = StateChange(.hidden, WithdrawalMark(place, dueMinute: .max))
    else { return }
    let files = store.files(of: log)
    var bodies: [Purge.Body] = []
    for index in indices {
      let bytes = try files.exactly(.bodiesIndex, index..<(index + 1))
      guard let record = indexRecord(bytes, 0), record.state == .present || record.state == .absent,
        try files.isRecord(index)
      else { continue }
      bodies.append(Purge.Body(index: index, place: record))
    }
    try disk.change(Purge(id: id, change: change, bodies: bodies).operations)
  }
}
