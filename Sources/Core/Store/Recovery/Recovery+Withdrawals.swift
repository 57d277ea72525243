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
  mutating func hideWithdrawn(_ store: Store) throws(StoreError) {
    for log in store.order {
      let identity = log.identity
      let isRebuilt = store.order.contains {
        rebuilt[$0.id] != nil && $0.identity.origin.name == identity.origin.name
          && $0.identity.origin.epoch <= identity.origin.epoch
      }
      guard var next = isRebuilt ? 0 : kept[log.id] else { continue }
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

  private mutating func hide(
    by index: UInt64, of identity: LogIdentity, in store: Store
  ) throws(StoreError) {
    let isKept = index >= kept[identity.id] ?? .max
    let reach = reach(of: index, in: identity, isKept, store)
    switch store.look(at: index, of: identity) {
    case .nothing: return
    case .unread(let error?) where isKept: throw .disk(error, nil)
    case .unread:
      for (id, range) in reach.ranges { store.logsByID[id]?.doubt(range) }
    case .found(let withdrawal):
      for (origin, indices) in withdrawal.byOrigin {
        for (id, range) in reach.ranges where store.logsByID[id]?.identity.origin == origin {
          try hide(indices.filter(range.contains), of: id, by: reach.place, in: store)
        }
      }
    }
  }

  private func reach(
    of index: UInt64, in identity: LogIdentity, _ isKept: Bool, _ store: Store
  ) -> Reach {
    var ranges: [(log: LogID, range: Range<UInt64>)] = []
    for log in store.order where log.identity.origin.name == identity.origin.name {
      let isOwn = log.id == identity.id
      guard isOwn || log.identity.origin.epoch < identity.origin.epoch else { continue }
      let end = isOwn ? min(index, log.state.size) : log.state.size
      guard let first = isKept ? 0 : rebuilt[log.id], first < end else { continue }
      ranges.append((log.id, first..<end))
    }
    return Reach(
      place: Withdrawal.Place(epoch: identity.origin.epoch, index: index), ranges: ranges)
  }

  private mutating func hide(
    _ indices: [UInt64], of id: LogID, by place: Withdrawal.Place, in store: Store
  ) throws(StoreError) {
    guard let log = store.logsByID[id], !indices.isEmpty,
      let change = StateChange(.hidden, WithdrawalMark(place, dueMinute: .max))
    else { return }
    var bodies: [Purge.Body] = []
    for index in indices {
      let offset = index * UInt64(Layout.indexBytes)
      let bytes = try store.readExactly(
        .log(id, .bodiesIndex), at: offset, count: Layout.indexBytes)
      guard let record = indexRecord(bytes, 0), record.state == .present || record.state == .absent,
        try store.isRecord(log, index)
      else { continue }
      bodies.append(Purge.Body(index: index, place: record))
    }
    try self.change(Purge(id: id, change: change, bodies: bodies).operations)
  }
}
