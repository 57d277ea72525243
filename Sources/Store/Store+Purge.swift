public import Log
import Wire

// Removal of bodies; leaves stay (Protocols/store.md, 6.7).
extension Store {
  /// Stages the removal of bodies: from now on they are not handed out, and `mend` and bodies that arrive
  /// do not bring them back. Entries that are no records, and bodies that were removed before, are left out. A full disk does
  /// not refuse it.
  /// - Parameters:
  ///   - indices: ascending, at most `purgesAtOnce`.
  ///   - state: purged, purged here or expired.
  /// - Returns: how many bodies go, those that were absent included.
  /// - Throws: `.outOfRange` for an index above the log's end; `.busy` when too many are on their way, or
  ///   something of the log is being mended.
  @discardableResult
  public func purge(_ id: LogID, _ indices: [UInt64], as state: BodyState) throws(StoreError) -> Int
  {
    if case .failed(let error) = condition { throw .failed(error) }
    precondition(state.isFinal && indices.count <= Store.purgesAtOnce)
    let log = try log(id)
    guard indices.last.map({ $0 < log.state.size }) ?? true else { throw .outOfRange }
    guard pipeline.purging + indices.count <= Layout.purgesKept else { throw .busy }
    // A mend that is written behind a removal would bring back what it removed.
    guard log.changing == 0 else { throw .busy }
    var bodies: [Purge.Body] = []
    var reader = PlaceReader(store: self, log: log)
    for index in indices where log.purging[index] == nil {
      let place = try reader.place(of: index)
      guard !place.state.isFinal, try isRecord(log, index) else { continue }
      bodies.append(Purge.Body(index: index, place: place))
    }
    guard let last = bodies.last else { return 0 }
    for body in bodies {
      log.purging[body.index] = state
      log.damaged.remove(body.index)
    }
    log.staged.purgedBytes += bodies.reduce(0) { $0 + UInt64($1.place.length) }
    pipeline.purging += bodies.count
    let purge = Purge(id: id, state: state, bodies: bodies)
    if log.waitingPurges.isEmpty, last.index < log.journaledSize {
      pipeline.stage(purge)
    } else {
      log.waitingPurges.append(purge)
    }
    return bodies.count
  }

  /// Entries that one `purge` takes.
  public static let purgesAtOnce = 512

  func releasePurges(_ log: StoredLog) {
    while let first = log.waitingPurges.first, let last = first.bodies.last,
      last.index < log.journaledSize
    {
      pipeline.stage(first)
      log.waitingPurges.removeFirst()
    }
  }

  func didPurge(_ purge: Purge) {
    guard let log = logsByID[purge.id] else { return }
    log.written.purgedBytes += purge.bytes
    for body in purge.bodies { log.purging[body.index] = nil }
    pipeline.purging -= purge.bodies.count
  }

  private func isRecord(_ log: StoredLog, _ index: UInt64) throws(StoreError) -> Bool {
    let kind: UInt8
    if let segment = log.segment(at: index) {
      kind = segment.batch.header(at: Int(index - segment.first)).kind
    } else {
      let offset = index * UInt64(EntryLayout.leafBytes) + UInt64(EntryLayout.kind)
      kind = try readExactly(.log(log.id, .entries), at: offset, count: 1)[0]
    }
    return kind == EntryKind.record.rawValue
  }
}

/// Where bodies are, in ascending order of their entries.
private struct PlaceReader {
  let store: Store
  let log: StoredLog
  private var first: UInt64 = 0
  private var records: [UInt8] = []

  init(store: Store, log: StoredLog) {
    self.store = store
    self.log = log
  }

  /// Where the index file has no valid record, which is reported, the body is looked for; one that is not found counts
  /// as absent: it shall not come.
  mutating func place(of index: UInt64) throws(StoreError) -> IndexRecord {
    if let segment = log.segment(at: index) { return segment.place(of: index) }
    let stride = UInt64(Layout.indexBytes)
    if index < first || index >= first + UInt64(records.count) / stride {
      first = index
      let count = min(log.written.size - index, UInt64(Store.purgesAtOnce))
      records = try store.readExactly(
        .log(log.id, .bodiesIndex), at: index * stride, count: Int(count * stride))
    }
    guard let record = record(at: Int(index - first)) else {
      store.report(Damage(file: .log(log.id, .bodiesIndex), index: index, .indexRecord))
      let leaf = try store.readExactly(
        .log(log.id, .entries), at: index * UInt64(EntryLayout.leafBytes),
        count: EntryLayout.leafBytes)
      let found = store.locateBody(log, index, leaf, 0)
      return found?.state == .present ? found ?? .absent : .absent
    }
    return record
  }

  private func record(at position: Int) -> IndexRecord? {
    IndexRecord(records.span, at: position * Layout.indexBytes)
  }
}
