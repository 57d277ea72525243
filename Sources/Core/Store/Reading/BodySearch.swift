import Log

/// Where the body of an entry must lie whose index record is damaged, by its neighbours' records
/// (Protocols/store.md, 7.5).
struct BodySearch {
  let files: LogFiles

  init(_ files: LogFiles) { self.files = files }

  /// The index record of an entry whose own is damaged: its body lies behind that of an entry
  /// before, or begins a segment. With its header there it is present, and purged here if every
  /// byte is zero.
  /// - Parameters:
  ///   - leaves: 216 bytes an entry.
  ///   - position: the entry's place in `leaves`.
  func record(of entry: UInt64, _ leaves: [UInt8], _ position: Int) -> IndexRecord? {
    let length = Int(bodyBytes(leaves, position))
    let start = Layout.bodyHeaderBytes
    for place in places(behind: entry) {
      // An empty place is no news: it is one of several.
      guard
        let bytes = try? files.disk.read(
          files.file(.bodies(place.segment)), at: UInt64(place.offset), count: start + length)
      else { continue }
      guard isBodyHeader(bytes, start, length, entry) else { continue }
      let isZero = length > 0 && bytes[start...].allSatisfy { $0 == 0 }
      let isWhole = bodyProblem(bytes, start, length, entry, leaves, position) == nil
      return IndexRecord(
        segment: place.segment, offset: place.offset, length: UInt32(length),
        state: isZero && !isWhole ? .purgedHere : .present)
    }
    return nil
  }

  /// True when entries before and behind say that the entry's body lies at this place, and none
  /// claims it.
  func isPlace(_ record: IndexRecord, of entry: UInt64) -> Bool {
    let before = placesBefore(entry)
    let behind = placesBehind(entry)
    guard
      !(before + behind).contains(where: {
        $0.segment == record.segment && UInt64($0.offset) < record.end
          && UInt64(record.offset) < $0.end
      })
    else { return false }
    let beginsThere =
      record.offset == 0
      || before.contains { $0.segment == record.segment && $0.end == UInt64(record.offset) }
    let written = files.log.written
    let endsThere =
      behind.contains { $0.segment == record.segment && UInt64($0.offset) == record.end }
      || behind.contains { $0.segment == record.segment + 1 && $0.offset == 0 }
      || written.segment == record.segment && UInt64(written.segmentOffset) == record.end
    return beginsThere && endsThere
  }

  private func places(behind entry: UInt64) -> [(segment: UInt32, offset: UInt32)] {
    guard let before = placesBefore(entry).last else {
      return entry <= Limits.neighbours ? [(0, 0)] : []
    }
    return [(before.segment, UInt32(before.end)), (before.segment + 1, 0)]
  }

  private func placesBefore(_ entry: UInt64) -> [IndexRecord] {
    places(of: (entry - min(entry, Limits.neighbours))..<entry)
  }

  private func placesBehind(_ entry: UInt64) -> [IndexRecord] {
    let end = min(files.log.written.size, entry + 1 + Limits.neighbours)
    return places(of: (entry + 1)..<max(entry + 1, end))
  }

  /// The index records that say where bodies are or were.
  private func places(of entries: Range<UInt64>) -> [IndexRecord] {
    let bytes = files.whatThereIs(.bodiesIndex, entries)
    return (0..<entries.count).compactMap { indexRecord(bytes, $0) }.filter(\.hasPlace)
  }
}
