public import Log
import Wire

// Removal of bodies; leaves stay (Protocols/store.md, 6.7).
extension Store {
  /// Stages the removal of bodies: from now on they are not handed out, and `mend` and bodies that
  /// arrive do not bring them back. Entries that are no records, and bodies that were removed
  /// before, are left out. A full disk does not refuse it.
  /// - Parameters:
  ///   - indices: ascending, at most `purgesAtOnce`.
  ///   - state: purged, purged here or expired.
  ///   - withdrawal: what purged them, if that is known.
  ///   - isDue: asked of each body that is hidden.
  /// - Returns: how many bodies go, those that were absent included.
  /// - Throws: `.outOfRange` for an index above the log's end; `.busy` when too many are on their
  ///   way, something of the log is being mended, or one of them is on its way into or out of
  ///   hiding.
  @discardableResult
  public func purge(
    _ id: LogID, _ indices: [UInt64], as state: BodyState, by withdrawal: Withdrawal.Place? = nil,
    where isDue: (HiddenBody) -> Bool = { _ in true }
  ) throws(StoreError) -> Int {
    let mark = withdrawal.map { WithdrawalMark($0, dueMinute: 0) }
    guard state.isFinal, let change = StateChange(state, mark) else {
      preconditionFailure("only a final state removes a body, and only a withdrawal purges one")
    }
    return try stage(change, id, indices) { index, place in
      place.hidden(index).map(isDue) ?? true
    }
  }

  /// - Parameter isWanted: asked of each body that is neither gone for good nor on its way.
  func stage(
    _ change: StateChange, _ id: LogID, _ indices: [UInt64],
    where isWanted: (UInt64, IndexRecord) -> Bool
  ) throws(StoreError) -> Int {
    if case .failed(let error) = condition { throw .failed(error) }
    precondition(indices.count <= Store.purgesAtOnce)
    let log = try log(id)
    guard indices.last.map({ $0 < log.state.size }) ?? true else { throw .outOfRange }
    // Hiding never waits: withdrawals are bounded by what is staged of them.
    guard change.state == .hidden || pipeline.purging + indices.count <= Limits.purgesKept else {
      throw .busy
    }
    // A mend that is written behind a removal would bring back what it removed.
    guard log.changing == 0 else { throw .busy }
    // A body on its way into or out of hiding is decided on when it is there.
    guard !indices.contains(where: { log.handing.stagedState(of: $0) == .hidden }) else {
      throw .busy
    }
    let files = files(of: log)
    var bodies: [Purge.Body] = []
    var reader = PlaceReader(files)
    for index in indices where log.handing.stagedState(of: index) == nil {
      let place = try reader.place(of: index)
      guard !place.state.isFinal, isWanted(index, place), try files.isRecord(index) else {
        continue
      }
      bodies.append(Purge.Body(index: index, place: place))
    }
    guard !bodies.isEmpty else { return 0 }
    stage(Purge(id: id, change: change, bodies: bodies), log)
    return bodies.count
  }

  /// Entries that one `purge` takes.
  public static let purgesAtOnce = 512

  private func stage(_ purge: Purge, _ log: StoredLog) {
    for body in purge.bodies {
      log.handing.stage(purge.change, of: body.index)
      log.damaged.remove(body.index)
    }
    handing.tellStaged(purge)
    log.staged.purgedBytes += purge.bytes
    let withdrawalLogs = purge.change.withdrawal.map { table.logs(of: $0.place, for: log.identity) }
    pipeline.stage(StagedPurge(log: log, purge: purge, withdrawalLogs: withdrawalLogs ?? []))
  }

  func didPurge(_ purge: Purge, _ log: StoredLog) {
    log.written.purgedBytes += purge.bytes
    for body in purge.bodies {
      log.handing.didChange(body.index)
      guard body.place.with(purge.change).state == .absent else { continue }
      log.damaged.insert(body.index)
      findings.reportAbsent()
    }
    handing.tellSettled(purge)
  }
}
