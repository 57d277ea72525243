public import Log
import Wire

extension Store {
  /// Entries from the start of `range`: as many as fit `maxBytes` of leaves and bodies, and at least
  /// one. Staged entries included.
  /// - Throws: `.outOfRange` for an empty range or one that ends above the log's size; `.damaged`
  ///   where the files contradict each other. Hashes are not verified here.
  public func read(_ id: LogID, _ range: Range<UInt64>, maxBytes: Int) throws(StoreError)
    -> EntryBatch
  {
    let log = try log(id)
    guard !range.isEmpty, range.upperBound <= log.state.size else { throw .outOfRange }
    var run = EntryRun(first: range.lowerBound, maxBytes: maxBytes)
    if range.lowerBound < log.written.size {
      try readFiles(log, range.lowerBound..<min(range.upperBound, log.written.size), into: &run)
    }
    while !run.isFull, run.end < range.upperBound, let segment = log.segment(at: run.end) {
      run.append(segment.batch, upTo: range.upperBound)
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
    var low: UInt64 = 0
    var high = log.written.controlCount
    while low < high {
      let middle = (low + high) / 2
      let bytes = try readExactly(.log(id, .control), at: middle * stride, count: 8)
      if bytes.span.bigEndian(at: 0) as UInt64 >= index { high = middle } else { low = middle + 1 }
    }
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
        if kind != EntryKind.record.rawValue, entry >= index {
          entries.append(ControlEntry(index: entry, kind: kind))
        }
      }
    }
    return entries
  }

  /// Where a body is, or why it is not there.
  public func bodyState(_ id: LogID, _ index: UInt64) throws(StoreError) -> BodyState {
    let log = try log(id)
    guard index < log.state.size else { throw .outOfRange }
    if let segment = log.segment(at: index) {
      return segment.batch.bodyState(at: Int(index - segment.first))
    }
    let bytes = try readExactly(
      .log(id, .bodiesIndex), at: index * UInt64(Layout.indexBytes), count: Layout.indexBytes)
    guard let record = IndexRecord(bytes.span, at: 0) else {
      throw .damaged(Damage(file: .log(id, .bodiesIndex), index: index, .indexRecord))
    }
    return record.state
  }

  private func readFiles(_ log: StoredLog, _ range: Range<UInt64>, into run: inout EntryRun)
    throws(StoreError)
  {
    var next = range.lowerBound
    while next < range.upperBound, !run.isFull {
      // Leaves first, as many as may fit if their bodies are small.
      let most = max(1, min(run.room / EntryLayout.leafBytes, Layout.entriesAtOnce))
      let count = min(Int(range.upperBound - next), most)
      let leaves = try readExactly(
        .log(log.id, .entries), at: next * UInt64(EntryLayout.leafBytes),
        count: count * EntryLayout.leafBytes)
      let index = try readExactly(
        .log(log.id, .bodiesIndex), at: next * UInt64(Layout.indexBytes),
        count: count * Layout.indexBytes)
      let taken = try appendFromFiles(log, next, count, leaves, index, into: &run)
      next += UInt64(taken)
    }
  }

  /// - Returns: entries appended; fewer than `count` when the run is full.
  private func appendFromFiles(
    _ log: StoredLog, _ first: UInt64, _ count: Int, _ leaves: [UInt8], _ index: [UInt8],
    into run: inout EntryRun
  ) throws(StoreError) -> Int {
    var records: [IndexRecord] = []
    records.reserveCapacity(count)
    for position in 0..<count {
      guard let record = IndexRecord(index.span, at: position * Layout.indexBytes) else {
        throw .damaged(
          Damage(
            file: .log(log.id, .bodiesIndex), index: first + UInt64(position), .indexRecord))
      }
      guard run.take(leaves, position, record) else { break }
      records.append(record)
    }
    var start = 0
    while start < records.count {
      guard records[start].state == .present else {
        start += 1
        continue
      }
      // Body records that lie one behind the other are read at once.
      var end = start + 1
      var offset = records[start].end
      while end < records.count,
        records[end].state != .present
          || (records[end].segment == records[start].segment
            && UInt64(records[end].offset) == offset)
      {
        if records[end].state == .present { offset = records[end].end }
        end += 1
      }
      try appendBodies(log, first + UInt64(start), records[start..<end], offset, into: &run)
      start = end
    }
    return records.count
  }

  private func appendBodies(
    _ log: StoredLog, _ first: UInt64, _ records: ArraySlice<IndexRecord>, _ end: UInt64,
    into run: inout EntryRun
  ) throws(StoreError) {
    guard let head = records.first else { return }
    let file = StoreFile.log(log.id, .bodies(head.segment))
    let bytes = try readExactly(
      file, at: UInt64(head.offset), count: Int(end - UInt64(head.offset)))
    var offset = 0
    for (position, record) in records.enumerated() where record.state == .present {
      let index = first + UInt64(position)
      guard bytes.span.bigEndian(at: offset) as UInt32 == EntryFiles.bodyMagic,
        bytes.span.bigEndian(at: offset + 4) as UInt32 == record.length,
        bytes.span.bigEndian(at: offset + 8) as UInt64 == index
      else { throw .damaged(Damage(file: file, index: index, .bodyRecord)) }
      let start = offset + Layout.bodyHeaderBytes
      offset = start + Int(record.length)
      run.bodies.append(contentsOf: bytes[start..<offset])
    }
  }
}

/// 16 bytes of `bodies.index` (Protocols/store.md, 4.5).
struct IndexRecord {
  let segment: UInt32
  let offset: UInt32
  let length: UInt32
  let state: BodyState

  init?(_ bytes: Span<UInt8>, at start: Int) {
    let flags: UInt32 = bytes.bigEndian(at: start + 12)
    guard flags & 0xff_ffff == 0, let state = BodyState(rawValue: UInt8(flags >> 24))
    else { return nil }
    self.state = state
    segment = bytes.bigEndian(at: start)
    offset = bytes.bigEndian(at: start + 4)
    length = bytes.bigEndian(at: start + 8)
    if length > EntryLayout.maxBodyBytes { return nil }
  }

  /// Where the body's record ends.
  var end: UInt64 { UInt64(offset) + UInt64(Layout.bodyHeaderBytes) + UInt64(length) }
}

/// A run of entries put together from files and tail, in contiguous arrays.
struct EntryRun {
  let first: UInt64
  let maxBytes: Int
  private(set) var leaves: [UInt8] = []
  var bodies: [UInt8] = []
  private var states: [BodyState] = []
  private var allPresent = true
  private var bytes = 0
  private(set) var isFull = false

  init(first: UInt64, maxBytes: Int) {
    self.first = first
    self.maxBytes = maxBytes
  }

  var end: UInt64 { first + UInt64(states.count) }
  var room: Int { max(0, maxBytes - bytes) }

  /// Takes a leaf; its body follows in `bodies`.
  /// - Returns: false, and nothing taken, if it does not fit.
  mutating func take(_ source: [UInt8], _ position: Int, _ record: IndexRecord) -> Bool {
    guard claim(record.state == .present ? Int(record.length) : 0, record.state) else {
      return false
    }
    let start = position * EntryLayout.leafBytes
    leaves.append(contentsOf: source[start..<(start + EntryLayout.leafBytes)])
    return true
  }

  /// Appends from `batch` what fits, from the entry that is next up to `limit`.
  mutating func append(_ batch: EntryBatch, upTo limit: UInt64) {
    let start = Int(end - batch.first)
    let last = Int(min(limit, batch.end) - batch.first)
    var offset = 0
    for position in 0..<start where batch.bodyState(at: position) == .present {
      offset += batch.claimedBodyBytes(at: position)
    }
    var position = start
    var bodyEnd = offset
    while position < last {
      let state = batch.bodyState(at: position)
      let length = state == .present ? batch.claimedBodyBytes(at: position) : 0
      guard claim(length, state) else { break }
      bodyEnd += length
      position += 1
    }
    let stride = EntryLayout.leafBytes
    leaves.append(contentsOf: batch.leaves[(start * stride)..<(position * stride)])
    bodies.append(contentsOf: batch.bodies[offset..<bodyEnd])
  }

  func batch(of id: LogID) throws(StoreError) -> EntryBatch {
    do {
      return try EntryBatch(
        first: first, leaves: leaves, bodies: bodies, bodyStates: allPresent ? nil : states)
    } catch {
      // A leaf's length and the index disagree.
      throw .damaged(Damage(file: .log(id, .bodiesIndex), index: first, .indexRecord))
    }
  }

  private mutating func claim(_ bodyBytes: Int, _ state: BodyState) -> Bool {
    let total = bytes + EntryLayout.leafBytes + bodyBytes
    guard states.isEmpty || total <= maxBytes else {
      isFull = true
      return false
    }
    bytes = total
    states.append(state)
    if state != .present { allPresent = false }
    return true
  }
}

extension TailSegment {
  var hasControl: Bool { place.controlCount < after.controlCount }
}
