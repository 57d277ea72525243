import Log

/// Bodies of one log that go: what one `states` record of the journal means (Protocols/store.md, 6.7).
struct Purge {
  struct Body {
    let index: UInt64
    /// Where it is; absent: it never was here, and shall not come.
    let place: IndexRecord
  }

  let id: LogID
  let state: BodyState
  /// Ascending.
  let bodies: [Body]

  /// Of the bodies that are here.
  var bytes: UInt64 { bodies.reduce(0) { $0 + UInt64($1.place.length) } }

  var record: JournalRecord {
    .states(id, state, bytes: bytes, indices: bodies.map(\.index))
  }

  /// First every state, then every hole. Doing it again changes nothing.
  var operations: [DiskOperation] {
    var operations: [DiskOperation] = []
    var start = 0
    while start < bodies.count {
      var end = start + 1
      while end < bodies.count, bodies[end].index == bodies[end - 1].index + 1 { end += 1 }
      var records: [UInt8] = []
      for body in bodies[start..<end] { body.place.with(state).append(to: &records) }
      operations.append(
        .write(
          .log(id, .bodiesIndex), offset: bodies[start].index * UInt64(Layout.indexBytes),
          bytes: records))
      start = end
    }
    for body in bodies where body.place.length > 0 {
      operations.append(
        .punchHole(
          .log(id, .bodies(body.place.segment)),
          offset: UInt64(body.place.offset) + UInt64(Layout.bodyHeaderBytes),
          bytes: UInt64(body.place.length)))
    }
    return operations
  }
}

extension BodyState {
  /// The body is not here and never will be again.
  var isFinal: Bool { self == .purged || self == .purgedHere || self == .expired }
}

extension TailSegment {
  /// Where the body of entry `index` is, or will be.
  func place(of index: UInt64) -> IndexRecord {
    let position = Int(index - first)
    let state = batch.bodyState(at: position)
    guard state == .present else { return IndexRecord.absent.with(state) }
    var offset = place.segmentOffset
    for earlier in 0..<position where batch.bodyState(at: earlier) == .present {
      offset += UInt32(Layout.bodyHeaderBytes + batch.claimedBodyBytes(at: earlier))
    }
    return IndexRecord(
      segment: place.segment, offset: offset,
      length: UInt32(batch.claimedBodyBytes(at: position)), state: .present)
  }
}
