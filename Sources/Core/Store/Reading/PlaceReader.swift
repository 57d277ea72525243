import Log

/// Where bodies are, in ascending order of their entries.
struct PlaceReader {
  let files: LogFiles
  private var first: UInt64 = 0
  private var records: [UInt8] = []

  init(_ files: LogFiles) { self.files = files }

  /// Where the index file has no valid record, which is reported, the body is looked for; one that
  /// is not found counts as absent: it shall not come.
  mutating func place(of index: UInt64) throws(StoreError) -> IndexRecord {
    if let segment = files.log.segment(at: index) { return segment.place(of: index) }
    if index < first || index >= first + UInt64(records.count / Layout.indexBytes) {
      first = index
      let count = min(files.log.written.size - index, UInt64(Store.purgesAtOnce))
      records = try files.exactly(.bodiesIndex, index..<(index + count))
    }
    if let record = indexRecord(records, Int(index - first)) { return record }
    files.report(.bodiesIndex, index, .indexRecord)
    let leaf = try files.exactly(.entries, index..<(index + 1))
    let found = BodySearch(files).record(of: index, leaf, 0)
    return found?.state == .present ? found ?? .absent : .absent
  }
}
