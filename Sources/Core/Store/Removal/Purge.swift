import Log

/// Bodies of one log that go, are hidden, or come back: what one `states` record of the journal
/// means (Protocols/store.md, 6.7).
struct Purge {
  struct Body {
    let index: UInt64
    /// Where it is; absent: it never was here, and shall not come.
    let place: IndexRecord

    /// The next entry, whose body lies right behind.
    func follows(_ other: Body) -> Bool {
      index == other.index + 1 && place.segment == other.place.segment
        && UInt64(place.offset) == other.place.end
    }
  }

  let id: LogID
  let change: StateChange
  /// Ascending.
  let bodies: [Body]

  /// Bytes of the bodies that were here and are freed.
  var bytes: UInt64 {
    change.state.isFinal ? bodies.reduce(0) { $0 + UInt64($1.place.length) } : 0
  }

  var record: JournalRecord {
    .states(id, change, bytes: bytes, indices: bodies.map(\.index))
  }

  /// First every state, then every hole. Doing it again changes nothing.
  var operations: [DiskOperation] {
    var operations: [DiskOperation] = []
    var start = 0
    while start < bodies.count {
      var end = start + 1
      while end < bodies.count, bodies[end].index == bodies[end - 1].index + 1 { end += 1 }
      var records: [UInt8] = []
      for body in bodies[start..<end] { body.place.with(change).append(to: &records) }
      operations.append(
        .write(
          .log(id, .bodiesIndex), offset: bodies[start].index * UInt64(Layout.indexBytes),
          bytes: records))
      start = end
    }
    return change.state.isFinal ? operations + holes : operations
  }

  /// One for each body, and one for bodies that lie side by side if blocks can become free: then
  /// the record headers between them go, too.
  private var holes: [DiskOperation] {
    var holes: [DiskOperation] = []
    let here = bodies.filter { $0.place.length > 0 }
    var start = 0
    while start < here.count {
      var end = start + 1
      while end < here.count, here[end].follows(here[end - 1]) { end += 1 }
      let (first, last) = (here[start].place, here[end - 1].place)
      if last.end - UInt64(first.offset) >= Limits.freeingBytes {
        holes.append(hole(from: first, to: last))
      } else {
        for body in here[start..<end] { holes.append(hole(from: body.place, to: body.place)) }
      }
      start = end
    }
    return holes
  }

  /// The hole from behind the first one's header.
  private func hole(from first: IndexRecord, to last: IndexRecord) -> DiskOperation {
    let offset = UInt64(first.offset) + UInt64(Layout.bodyHeaderBytes)
    return .punchHole(
      .log(id, .bodies(first.segment)), offset: offset, bytes: last.end - offset)
  }
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
