import Log
import Wire

// Bodies that a journal says were removed (Protocols/store.md, 6.7).
extension Recovery {
  /// After the replay of everything else, when the index says where the bodies are. What is not in the index file
  /// of a log that cannot be loaded is left out.
  mutating func replayPurges(of id: LogID) throws(StoreError) {
    for (state, indices) in purges.removeValue(forKey: id) ?? [] {
      var start = 0
      while start < indices.count {
        var end = start + 1
        while end < indices.count, indices[end] - indices[start] < UInt64(Layout.entriesAtOnce) {
          end += 1
        }
        try replay(Array(indices[start..<end]), as: state, of: id)
        start = end
      }
    }
  }

  private mutating func replay(_ indices: [UInt64], as state: BodyState, of id: LogID)
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
      // A damaged record points nowhere; the body that it forgot cannot be asked for any more.
      let place = record(bytes, position) ?? .absent
      bodies.append(Purge.Body(index: index, place: place))
    }
    try change(Purge(id: id, state: state, bodies: bodies).operations)
  }
}

private func record(_ bytes: [UInt8], _ position: Int) -> IndexRecord? {
  IndexRecord(bytes.span, at: position * Layout.indexBytes)
}
