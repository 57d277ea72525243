import Crypto
import Log
import Wire

// `bodies.index` from the segments (Protocols/store.md, 7.5).
extension Recovery {
  /// Writes the index records from entry `first` on. A body that hashes to its leaf is present; one whose record
  /// is there and all of whose bytes are zeros was purged here; every other one is absent.
  mutating func rebuildIndex(_ head: HeadRecord, from first: UInt64) throws(StoreError) {
    let file = StoreFile.log(head.id, .bodiesIndex)
    var index = IndexWriter(first: first)
    var start = try indexEnd(head, below: first)
    var leaves = FileWindow(disk: disk, file: .log(head.id, .entries))
    for segment in start.segment...max(start.segment, head.segment) {
      var bodies = FileWindow(disk: disk, file: .log(head.id, .bodies(segment)))
      while let record = try nextBody(&bodies, &leaves, from: start.offset, index.next, head) {
        let leaf = try leaves.bytes(
          at: record.index * UInt64(EntryLayout.leafBytes), count: EntryLayout.leafBytes)
        let body = try bodies.bytes(
          at: record.offset + UInt64(Layout.bodyHeaderBytes), count: record.length)
        let state = bodyState(body, leaf)
        index.append(absentUpTo: record.index)
        index.append(state, segment, UInt32(record.offset), UInt32(record.length))
        start.offset = record.offset + UInt64(Layout.bodyHeaderBytes + record.length)
        if index.bytes.count >= Layout.readBytes { try change([index.takeWrite(file)]) }
      }
      start.offset = 0
    }
    index.append(absentUpTo: head.size)
    if !index.bytes.isEmpty { try change([index.takeWrite(file)]) }
  }

  /// Where the body records of the entries from `first` on begin, at the latest.
  private func indexEnd(_ head: HeadRecord, below first: UInt64) throws(StoreError)
    -> (segment: UInt32, offset: UInt64)
  {
    var next = first
    while next > 0 {
      next -= 1
      let bytes = try disk.readExactly(
        .log(head.id, .bodiesIndex), at: next * UInt64(Layout.indexBytes),
        count: Layout.indexBytes)
      if let record = indexRecord(bytes), record.state == .present, record.segment <= head.segment {
        return (record.segment, record.end)
      }
    }
    return (0, 0)
  }

  /// The next body record of an entry from `next` on, whatever lies before it.
  private func nextBody(
    _ bodies: inout FileWindow, _ leaves: inout FileWindow, from start: UInt64, _ next: UInt64,
    _ head: HeadRecord
  ) throws(StoreError) -> (index: UInt64, offset: UInt64, length: Int)? {
    var offset = start
    while true {
      let header = try bodies.bytes(at: offset, count: Layout.bodyHeaderBytes)
      guard header.count == Layout.bodyHeaderBytes else { return nil }
      let (magic, length, index) = bodyHeader(header)
      if magic == EntryFiles.bodyMagic, index >= next, index < head.size {
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
}

/// Index records on their way to the file.
private struct IndexWriter {
  private(set) var next: UInt64
  private(set) var bytes: [UInt8] = []

  init(first: UInt64) { next = first }

  mutating func append(absentUpTo end: UInt64) {
    while next < end { append(.absent, 0, 0, 0) }
  }

  mutating func append(_ state: BodyState, _ segment: UInt32, _ offset: UInt32, _ length: UInt32) {
    let had = state != .absent
    bytes.append(bigEndian: had ? segment : 0)
    bytes.append(bigEndian: had ? offset : 0)
    bytes.append(bigEndian: had ? length : 0)
    bytes.append(bigEndian: UInt32(state.rawValue) << 24)
    next += 1
  }

  mutating func takeWrite(_ file: StoreFile) -> DiskOperation {
    let first = next - UInt64(bytes.count / Layout.indexBytes)
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
        content = try disk.read(file, at: offset, count: max(count, Layout.readBytes))
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
