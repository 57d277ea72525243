import Log
import Wire

// Bodies that a journal says were removed, hidden or brought back (Protocols/store.md, 6.7).
extension Recovery {
  /// After the replay of everything else, when the index says where the bodies are. Entries that
  /// are not in the index file of a log that cannot be loaded are left out.
  mutating func replayPurges(of id: LogID) throws(StoreError) {
    for (change, indices) in purges.removeValue(forKey: id) ?? [] {
      var start = 0
      while start < indices.count {
        var end = start + 1
        while end < indices.count, indices[end] - indices[start] < UInt64(Layout.entriesAtOnce) {
          end += 1
        }
        try replay(Array(indices[start..<end]), change, of: id)
        start = end
      }
    }
  }

  private mutating func replay(_ indices: [UInt64], _ change: StateChange, of id: LogID)
    throws(StoreError)
  {
    guard let first = indices.first, let last = indices.last else { return }
    let file = StoreFile.log(id, .bodiesIndex)
    let bytes: [UInt8]
    do {
      bytes = try disk.read(
        file, at: first * UInt64(Layout.indexBytes),
        count: Int(last - first + 1) * Layout.indexBytes)
    } catch {
      guard error == .notFound else { throw .disk(error, file) }
      return
    }
    var bodies: [Purge.Body] = []
    for index in indices {
      let position = Int(index - first)
      guard (position + 1) * Layout.indexBytes <= bytes.count else { break }
      let found = record(bytes, position) ?? torn(bytes, position, index, of: id)
      if found == nil, !change.state.isFinal {
        report(Damage(file: .log(id, .bodiesIndex), index: index, .indexRecord))
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
    try self.change(Purge(id: id, change: change, bodies: bodies).operations)
  }
}

extension Recovery {
  /// A record whose writing was broken off between two states keeps its place, if the body's header
  /// is there.
  private func torn(
    _ bytes: [UInt8], _ position: Int, _ index: UInt64, of id: LogID
  ) -> IndexRecord? {
    let start = position * Layout.indexBytes
    let place = Array(bytes[start..<(start + 12)]) + [UInt8](repeating: 0, count: 20)
    guard let record = record(place, 0),
      let header = try? disk.read(
        .log(id, .bodies(record.segment)), at: UInt64(record.offset),
        count: Layout.bodyHeaderBytes),
      isBodyHeader(header, Layout.bodyHeaderBytes, Int(record.length), index)
    else { return nil }
    return record
  }
}

private func record(_ bytes: [UInt8], _ position: Int) -> IndexRecord? {
  IndexRecord(bytes.span, at: position * Layout.indexBytes)
}
