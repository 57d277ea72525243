import Log
import Wire

/// Where bodies are, in ascending order of their entries.
struct PlaceReader {
  let store: Store
  let log: StoredLog
  private var first: UInt64 = 0
  private var records: [UInt8] = []

  init(store: Store, log: StoredLog) {
    self.store = store
    self.log = log
  }

  /// Where the index file has no valid record, which is reported, the body is looked for; one that
  /// is not found counts as absent: it shall not come.
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
