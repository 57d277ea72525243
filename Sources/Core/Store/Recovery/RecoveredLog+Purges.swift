import Log
import Wire

// Bodies that a journal says were removed, hidden or brought back (Protocols/store.md, 6.7).
extension RecoveredLog {
  /// After the replay of everything else, when the index says where the bodies are. Entries that
  /// are not in the index file of a log that cannot be loaded are left out.
  func replayPurges(on disk: RecoveryDisk) throws(StoreError) {
    for (change, indices) in purges {
      var start = 0
      while start < indices.count {
        var end = start + 1
        while end < indices.count, indices[end] - indices[start] < UInt64(Limits.entriesAtOnce) {
          end += 1
        }
        try replay(Array(indices[start..<end]), change, on: disk)
        start = end
      }
    }
  }

  private func replay(
    _ indices: [UInt64], _ change: StateChange, on disk: RecoveryDisk
  ) throws(StoreError) {
    guard let first = indices.first, let last = indices.last else { return }
    let file = file(.bodiesIndex)
    let bytes = try disk.whatThereIs(
      file, at: first * UInt64(Layout.indexBytes),
      count: Int(last - first + 1) * Layout.indexBytes)
    var bodies: [Purge.Body] = []
    for index in indices {
      let position = Int(index - first)
      guard (position + 1) * Layout.indexBytes <= bytes.count else { break }
      let found = record(bytes, position) ?? torn(bytes, position, index, on: disk)
      if found == nil, !change.state.isFinal {
        disk.report(Damage(file: file, index: index, .indexRecord))
        // It is read as damaged, and the body looked for.
        if change.state == .present { continue }
      }
      // A damaged record points nowhere; the body that it forgot cannot be asked for any more, or
      // not until it comes back.
      let place = found ?? .absent
      // A body that is gone can be neither hidden nor brought back.
      if place.state.isFinal, !change.state.isFinal { continue }
      bodies.append(Purge.Body(index: index, place: place))
    }
    try disk.change(Purge(id: id, change: change, bodies: bodies).operations)
  }

  /// A record whose writing was broken off between two states keeps its place, if the body's header
  /// is there.
  private func torn(
    _ bytes: [UInt8], _ position: Int, _ index: UInt64, on disk: RecoveryDisk
  ) -> IndexRecord? {
    let start = position * Layout.indexBytes
    let place = Array(bytes[start..<(start + 12)]) + [UInt8](repeating: 0, count: 20)
    guard let record = record(place, 0),
      let header = try? disk.disk.read(
        file(.bodies(record.segment)), at: UInt64(record.offset),
        count: Layout.bodyHeaderBytes),
      isBodyHeader(header, Layout.bodyHeaderBytes, Int(record.length), index)
    else { return nil }
    return record
  }
}

private func record(_ bytes: [UInt8], _ position: Int) -> IndexRecord? {
  IndexRecord(bytes.span, at: position * Layout.indexBytes)
}
