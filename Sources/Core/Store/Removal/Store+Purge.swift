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

  func stage(
    _ change: StateChange, _ id: LogID, _ indices: [UInt64],
    where isWanted: (UInt64, IndexRecord) -> Bool
  ) throws(StoreError) -> Int {
    if case .failed(let error) = condition { throw .failed(error) }
    precondition(indices.count <= Store.purgesAtOnce)
    let log = try log(id)
    guard indices.last.map({ $0 < log.state.size }) ?? true else { throw .outOfRange }
    // Hiding never waits: withdrawals are bounded by what is staged of them.
    guard change.state == .hidden || pipeline.purging + indices.count <= Layout.purgesKept else {
      throw .busy
    }
    // A mend that is written behind a removal would bring back what it removed.
    guard log.changing == 0 else { throw .busy }
    // A body on its way into or out of hiding is decided on when it is there.
    guard !indices.contains(where: { log.purging[$0] == .hidden }) else { throw .busy }
    var bodies: [Purge.Body] = []
    var reader = PlaceReader(store: self, log: log)
    for index in indices where log.purging[index] == nil {
      let place = try reader.place(of: index)
      guard !place.state.isFinal, isWanted(index, place), try isRecord(log, index) else { continue }
      bodies.append(Purge.Body(index: index, place: place))
    }
    guard !bodies.isEmpty else { return 0 }
    for body in bodies {
      // A body that comes back is not handed out before that is on the disk.
      log.purging[body.index] = change.state.isFinal ? change.state : .hidden
      log.pendingMarks[body.index] = change.withdrawal
      log.damaged.remove(body.index)
    }
    tellStaged(change, id, bodies)
    let purge = Purge(id: id, change: change, bodies: bodies)
    log.staged.purgedBytes += purge.bytes
    pipeline.purging += bodies.count
    stage(purge)
    return bodies.count
  }

  /// Entries that one `purge` takes.
  public static let purgesAtOnce = 512

  /// Stages a purge behind its entries, and behind the withdrawal: no crash leaves it without them.
  /// Two changes of one body are never on their way at once, so that their order does not matter.
  private func stage(_ purge: Purge) {
    guard let log = logsByID[purge.id], let last = purge.bodies.last else { return }
    if last.index >= log.journaledSize {
      log.waitingPurges.append(purge)
    } else if let place = purge.change.withdrawal?.place, let other = bulkLog(of: place, for: log) {
      other.waitingPurges.append(purge)
    } else {
      pipeline.stage(purge)
    }
  }

  /// The log in which a withdrawal stands and is not journaled.
  private func bulkLog(of place: Withdrawal.Place, for log: StoredLog) -> StoredLog? {
    func isWaited(for log: StoredLog) -> Bool {
      place.index >= log.journaledSize && place.index < log.state.size
    }
    if place.epoch == log.identity.origin.epoch { return isWaited(for: log) ? log : nil }
    return order.first {
      $0.identity.origin.name == log.identity.origin.name
        && $0.identity.origin.epoch == place.epoch && isWaited(for: $0)
    }
  }

  func releasePurges(_ log: StoredLog) {
    let waiting = log.waitingPurges
    log.waitingPurges = []
    for purge in waiting { stage(purge) }
  }

  func didPurge(_ purge: Purge) {
    guard let log = logsByID[purge.id] else { return }
    log.written.purgedBytes += purge.bytes
    for body in purge.bodies {
      log.purging[body.index] = nil
      log.pendingMarks[body.index] = nil
      guard body.place.with(purge.change).state == .absent else { continue }
      log.damaged.insert(body.index)
      foundAbsent = true
    }
    tellSettled(purge)
    pipeline.purging -= purge.bodies.count
  }

  private func tellStaged(_ change: StateChange, _ id: LogID, _ bodies: [Purge.Body]) {
    let comesBack = change.state == .present
    // A body that is not handed out and will not be is nothing new.
    let told = bodies.lazy.filter { comesBack || $0.place.state == .present }.map(\.index)
    tell(.staged(isTold: !comesBack), id, told)
  }

  private func tellSettled(_ purge: Purge) {
    let comesBack = purge.change.state == .present
    let told = purge.bodies.lazy.filter { comesBack || $0.place.state == .present }.map(\.index)
    tell(.settled(isBack: comesBack), purge.id, told)
  }

  func isRecord(_ log: StoredLog, _ index: UInt64) throws(StoreError) -> Bool {
    EntryKind.mayLackBody(try kind(log, index))
  }

  func kind(_ log: StoredLog, _ index: UInt64) throws(StoreError) -> UInt8 {
    if let segment = log.segment(at: index) {
      return segment.batch.header(at: Int(index - segment.first)).kind
    }
    let offset = index * UInt64(EntryLayout.leafBytes) + UInt64(EntryLayout.kind)
    return try readExactly(.log(log.id, .entries), at: offset, count: 1)[0]
  }
}
