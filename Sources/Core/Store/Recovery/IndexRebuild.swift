import Crypto
import Log
import Wire

/// `bodies.index` from the segments (Protocols/store.md, 7.5).
struct IndexRebuild {
  let disk: RecoveryDisk
  let head: HeadRecord
  /// Entries before it have their records.
  let first: UInt64

  /// Writes the index records. A body that hashes to its leaf is present; one
  /// whose record is there and all of whose bytes are zeros was purged here; every other one is
  /// absent. The later of two records of one entry counts, unless only the earlier one's body is
  /// right: bodies may have arrived later.
  func run() throws(StoreError) {
    let file = StoreFile.log(head.id, .bodiesIndex)
    var next = first
    while next < head.size {
      let count = min(head.size - next, UInt64(Limits.readBytes / Layout.indexBytes))
      try disk.change([.write(file, offset: next * UInt64(Layout.indexBytes), bytes: absent(count))]
      )
      next += count
    }
    var start = try indexEnd()
    var leaves = FileWindow(disk: disk.disk, file: .log(head.id, .entries))
    var run = IndexRun()
    for segment in try disk.disk.segments(of: head.id)
    where (start.segment...max(start.segment, head.segment)).contains(segment) {
      var bodies = FileWindow(disk: disk.disk, file: .log(head.id, .bodies(segment)))
      while let record = try nextBody(&bodies, &leaves, from: start.offset) {
        let leaf = try leaves.bytes(
          at: record.index * UInt64(EntryLayout.leafBytes), count: EntryLayout.leafBytes)
        let body = try bodies.bytes(
          at: record.offset + UInt64(Layout.bodyHeaderBytes), count: record.length)
        start.offset = record.offset + UInt64(Layout.bodyHeaderBytes + record.length)
        let state = bodyState(body, leaf)
        // A body that is not right takes its record's place only in a replay of what is known.
        guard state != .absent else { continue }
        let found = IndexRecord(
          segment: segment, offset: UInt32(record.offset), length: UInt32(record.length),
          state: state)
        if let write = run.append(found, of: record.index, file) { try disk.change([write]) }
      }
      start.offset = 0
    }
    if let write = run.take(file) { try disk.change([write]) }
  }

  /// Where the body records of the entries from `first` on begin, at the latest.
  private func indexEnd() throws(StoreError) -> (segment: UInt32, offset: UInt64) {
    // One that arrived later lies behind others: the earliest end of some is early enough.
    var end: (segment: UInt32, offset: UInt64)?
    var next = first
    while next > 0, end == nil || first - next < Limits.neighbours {
      next -= 1
      let bytes = try disk.disk.readExactly(
        .log(head.id, .bodiesIndex), at: next * UInt64(Layout.indexBytes),
        count: Layout.indexBytes)
      guard let record = indexRecord(bytes), record.state == .present,
        record.segment <= head.segment
      else { continue }
      let found = (segment: record.segment, offset: record.end)
      if let known = end, known < found { continue }
      end = found
    }
    return end ?? (0, 0)
  }

  /// The next body record of an entry from `first` on, whatever lies before it.
  private func nextBody(
    _ bodies: inout FileWindow, _ leaves: inout FileWindow, from start: UInt64
  ) throws(StoreError) -> (index: UInt64, offset: UInt64, length: Int)? {
    var offset = start
    while true {
      let header = try bodies.bytes(at: offset, count: Layout.bodyHeaderBytes)
      guard header.count == Layout.bodyHeaderBytes else { return nil }
      let (magic, length, index) = bodyHeader(header)
      if magic == EntryFiles.bodyMagic, index >= first, index < head.size {
        let leaf = try leaves.bytes(
          at: index * UInt64(EntryLayout.leafBytes), count: EntryLayout.leafBytes)
        if leaf.count == EntryLayout.leafBytes, bodyBytes(leaf) == length {
          return (index, offset, Int(length))
        }
      }
      // Bodies that were removed leave long runs of zeros.
      let ahead = try bodies.bytes(at: offset, count: Layout.journalPage)
      offset += UInt64(max(1, ahead.firstIndex { $0 != 0 } ?? ahead.count))
    }
  }

  private func absent(_ count: UInt64) -> [UInt8] {
    let record = IndexRecord.absent.encoded
    return (0..<count).flatMap { _ in record }
  }
}

/// Index records of entries in a row, on their way to the file.
private struct IndexRun {
  private var first: UInt64 = 0
  private var bytes: [UInt8] = []

  /// - Returns: the run before, if this record does not continue it.
  mutating func append(_ record: IndexRecord, of entry: UInt64, _ file: StoreFile)
    -> DiskOperation?
  {
    var write: DiskOperation?
    if entry != first + UInt64(bytes.count / Layout.indexBytes) || bytes.count >= Limits.readBytes {
      write = take(file)
    }
    if bytes.isEmpty { first = entry }
    record.append(to: &bytes)
    return write
  }

  mutating func take(_ file: StoreFile) -> DiskOperation? {
    guard !bytes.isEmpty else { return nil }
    defer { bytes = [] }
    return .write(file, offset: first * UInt64(Layout.indexBytes), bytes: bytes)
  }
}

/// A file read from its beginning to its end in large pieces.
private struct FileWindow {
  let disk: any Disk
  let file: StoreFile
  private var start: UInt64 = 0
  private var content: [UInt8] = []

  init(disk: any Disk, file: StoreFile) {
    self.disk = disk
    self.file = file
  }

  /// Fewer than `count` at the end of the file, or when it is not there.
  mutating func bytes(at offset: UInt64, count: Int) throws(StoreError) -> [UInt8] {
    if offset < start || offset + UInt64(count) > start + UInt64(content.count) {
      do {
        content = try disk.read(file, at: offset, count: max(count, Limits.readBytes))
      } catch {
        guard error == .notFound else { throw .disk(error, file) }
        content = []
      }
      start = offset
    }
    let from = Int(offset - start)
    return Array(content[min(from, content.count)..<min(from + count, content.count)])
  }
}

private func bodyState(_ body: [UInt8], _ leaf: [UInt8]) -> BodyState {
  if SHA256.hash(body) == Digest(leaf.span, at: EntryLayout.bodyHash) { return .present }
  return body.isEmpty || body.contains { $0 != 0 } ? .absent : .purgedHere
}

private func bodyHeader(_ bytes: [UInt8]) -> (magic: UInt32, length: UInt32, index: UInt64) {
  (bytes.span.bigEndian(at: 0), bytes.span.bigEndian(at: 4), bytes.span.bigEndian(at: 8))
}

private func bodyBytes(_ leaf: [UInt8]) -> UInt32 {
  leaf.span.bigEndian(at: EntryLayout.bodyLength)
}

private func indexRecord(_ bytes: [UInt8]) -> IndexRecord? { IndexRecord(bytes.span, at: 0) }
