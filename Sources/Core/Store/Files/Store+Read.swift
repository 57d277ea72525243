public import Log
import Wire

extension Store {
  /// Entries from the start of `range`: as many as fit `maxBytes` of leaves and bodies, and at
  /// least one. Staged entries included.
  ///
  /// Entries from files are compared: a body that does not hash to what its leaf says is handed out
  /// as absent, a leaf that does not belong to the tree ends the run. `takeDamage` has what was
  /// found.
  /// - Throws: `.outOfRange` for an empty range or one that ends above the log's size; `.damaged`
  ///   when the first leaf is.
  public func read(_ id: LogID, _ range: Range<UInt64>, maxBytes: Int) throws(StoreError)
    -> EntryBatch
  {
    let log = try log(id)
    guard !range.isEmpty, range.upperBound <= log.state.size else { throw .outOfRange }
    try requireSettled(log, below: range.upperBound)
    var run = EntryRun(first: range.lowerBound, maxBytes: maxBytes)
    if range.lowerBound < log.written.size {
      try readFiles(log, range.lowerBound..<min(range.upperBound, log.written.size), into: &run)
    }
    while !run.isFull, run.end < range.upperBound, let segment = log.segment(at: run.end) {
      run.append(segment.batch, of: log, upTo: range.upperBound)
    }
    return try run.batch(of: id)
  }

  /// The entries that are no records, from `index` on, at most `limit`.
  public func controlEntries(_ id: LogID, from index: UInt64, limit: Int = .max)
    throws(StoreError) -> [ControlEntry]
  {
    let log = try log(id)
    var entries: [ControlEntry] = []
    let stride = UInt64(Layout.controlBytes)
    var low = try controlPlace(log, from: index)
    while low < log.written.controlCount, entries.count < limit {
      let count = min(
        log.written.controlCount - low, UInt64(limit - entries.count),
        UInt64(Layout.readBytes) / stride)
      let bytes = try readExactly(
        .log(id, .control), at: low * stride, count: Int(count * stride))
      for position in 0..<Int(count) {
        let offset = position * Layout.controlBytes
        entries.append(
          ControlEntry(index: bytes.span.bigEndian(at: offset), kind: bytes[offset + 8]))
      }
      low += count
    }
    for segment in log.tail where segment.end > index && segment.hasControl {
      for position in 0..<segment.batch.count where entries.count < limit {
        let kind = segment.batch.leaves[position * EntryLayout.leafBytes + EntryLayout.kind]
        let entry = segment.first + UInt64(position)
        if EntryKind.isControl(kind), entry >= index {
          entries.append(ControlEntry(index: entry, kind: kind))
        }
      }
    }
    return entries
  }

  /// The last entries below `index` that are no records, the highest first: for who looks back from
  /// the end.
  /// - Parameter limit: at most so many.
  public func lastControlEntries(_ id: LogID, below index: UInt64, limit: Int)
    throws(StoreError) -> [ControlEntry]
  {
    let log = try log(id)
    var entries: [ControlEntry] = []
    for segment in log.tail.reversed() where segment.first < index && segment.hasControl {
      for position in (0..<segment.batch.count).reversed() where entries.count < limit {
        let kind = segment.batch.leaves[position * EntryLayout.leafBytes + EntryLayout.kind]
        let entry = segment.first + UInt64(position)
        if EntryKind.isControl(kind), entry < index {
          entries.append(ControlEntry(index: entry, kind: kind))
        }
      }
    }
    let stride = UInt64(Layout.controlBytes)
    var high = try controlPlace(log, from: index)
    while high > 0, entries.count < limit {
      let count = min(high, UInt64(limit - entries.count), UInt64(Layout.readBytes) / stride)
      let bytes = try readExactly(
        .log(id, .control), at: (high - count) * stride, count: Int(count * stride))
      for position in (0..<Int(count)).reversed() {
        let offset = position * Layout.controlBytes
        entries.append(
          ControlEntry(index: bytes.span.bigEndian(at: offset), kind: bytes[offset + 8]))
      }
      high -= count
    }
    return entries
  }

  /// The place in `control` of the first entry that is at `index` or behind it.
  private func controlPlace(_ log: StoredLog, from index: UInt64) throws(StoreError) -> UInt64 {
    var low: UInt64 = 0
    var high = log.written.controlCount
    while low < high {
      let middle = (low + high) / 2
      let bytes = try readExactly(
        .log(log.id, .control), at: middle * UInt64(Layout.controlBytes), count: 8)
      if bytes.span.bigEndian(at: 0) as UInt64 >= index { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// Where a body is, or why it is not there.
  public func bodyState(_ id: LogID, _ index: UInt64) throws(StoreError) -> BodyState {
    let log = try log(id)
    guard index < log.state.size else { throw .outOfRange }
    if let state = log.purging[index] { return state }
    let kind =
      log.undecided.contains(index) ? try kind(log, index) : EntryKind.record.rawValue
    if let segment = log.segment(at: index) {
      let state = segment.batch.bodyState(at: Int(index - segment.first))
      return log.handedOut(index, state, kind: kind)
    }
    let bytes = try readExactly(
      .log(id, .bodiesIndex), at: index * UInt64(Layout.indexBytes), count: Layout.indexBytes)
    guard let record = IndexRecord(bytes.span, at: 0) else {
      let found = Damage(file: .log(id, .bodiesIndex), index: index, .indexRecord)
      report(found)
      throw .damaged(found)
    }
    return log.handedOut(index, record.state, kind: kind)
  }
}
