public import Log

/// A body that was withdrawn and is not erased yet.
public struct HiddenBody: Hashable, Sendable {
  /// The entry's.
  public let index: UInt64
  /// The withdrawal that hides it, as its index record says.
  public let withdrawal: Withdrawal.Place
  /// When its bytes go, by the node's running time.
  public let dueMinute: UInt32
}

// Bodies that withdrawals hide, and that come back (Protocols/store.md, STO-61 to 63).
extension Store {
  /// Stages that bodies are hidden: from now on they are not handed out to anybody, and their bytes
  /// stay.
  /// - Parameters:
  ///   - indices: as in `purge`.
  ///   - stays: asked of each body that is hidden already: whether it stays as it is.
  /// - Returns: how many are hidden by this.
  /// - Throws: as `purge`.
  @discardableResult
  public func hide(
    _ id: LogID, _ indices: [UInt64], by withdrawal: Withdrawal.Place, dueMinute: UInt32,
    unless stays: (HiddenBody) -> Bool
  ) throws(StoreError) -> Int {
    guard
      let change = StateChange(.hidden, WithdrawalMark(withdrawal, dueMinute: dueMinute))
    else { preconditionFailure("a withdrawal hides") }
    let log = try log(id)
    // A body that another withdrawal is just hiding waits for nothing, if that one stands.
    let others = indices.filter { index in
      guard log.handing.stagedState(of: index) == .hidden,
        let pending = log.handing.stagedWithdrawal(of: index)
      else { return true }
      return !stays(
        HiddenBody(index: index, withdrawal: pending.place, dueMinute: pending.dueMinute))
    }
    return try stage(change, id, others) { index, place in
      place.hidden(index).map { !stays($0) } ?? true
    }
  }

  /// Until `unveil` or a restart these are handed out as hidden ones: they were withdrawn, and the
  /// store was busy.
  public func veil(_ id: LogID, _ indices: [UInt64]) {
    table[id]?.handing.veil(indices)
    handing.tell(.veiled, id, indices)
  }

  /// They were hidden meanwhile, or their withdrawal does not count any more.
  public func unveil(_ id: LogID, _ indices: [UInt64]) {
    guard let known = table[id]?.handing.unveil(indices) else { return }
    handing.tell(.now, id, known)
  }

  /// Stages that hidden bodies come back: they are handed out again when that is on the disk.
  /// - Parameter isVoid: asked of each body that is hidden.
  /// - Returns: how many come back; those that never were here are asked for as any absent one.
  /// - Throws: as `purge`.
  @discardableResult
  public func restore(
    _ id: LogID, _ indices: [UInt64], where isVoid: (HiddenBody) -> Bool
  ) throws(StoreError) -> Int {
    guard let change = StateChange(.present, nil) else {
      preconditionFailure("what was hidden comes back")
    }
    return try stage(change, id, indices) { index, place in
      place.hidden(index).map(isVoid) ?? false
    }
  }

  /// The hidden bodies of entries whose records are in log files, ascending. Those on their way
  /// into or out of hiding are left out.
  public func hiddenBodies(_ id: LogID, _ range: Range<UInt64>) throws(StoreError) -> [HiddenBody] {
    let log = try log(id)
    var found: [HiddenBody] = []
    var reader = PlaceReader(files(of: log))
    for index in range.clamped(to: 0..<log.written.size)
    where log.handing.stagedState(of: index) == nil {
      if let hidden = try reader.place(of: index).hidden(index) { found.append(hidden) }
    }
    return found
  }

  /// The withdrawal of an entry's body, hidden or purged, if that is known.
  public func withdrawal(_ id: LogID, of index: UInt64) throws(StoreError) -> Withdrawal.Place? {
    let log = try log(id)
    guard index < log.state.size else { throw .outOfRange }
    if let pending = log.handing.stagedWithdrawal(of: index) { return pending.place }
    var reader = PlaceReader(files(of: log))
    return try reader.place(of: index).withdrawal?.place
  }
}

extension IndexRecord {
  func hidden(_ index: UInt64) -> HiddenBody? {
    guard state == .hidden, let withdrawal else { return nil }
    return HiddenBody(
      index: index, withdrawal: withdrawal.place, dueMinute: withdrawal.dueMinute)
  }
}
