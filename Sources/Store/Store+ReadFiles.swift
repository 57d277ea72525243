import Crypto
import Log
import Wire

// Entries from log files, compared before anybody gets them (Protocols/store.md, 7.2).
extension Store {
  func readFiles(_ log: StoredLog, _ range: Range<UInt64>, into run: inout EntryRun)
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
      let index = readWhatThereIs(
        .log(log.id, .bodiesIndex), at: next * UInt64(Layout.indexBytes),
        count: count * Layout.indexBytes)
      let hashes = readWhatThereIs(
        .log(log.id, .hashes), at: next * UInt64(Layout.hashBytes),
        count: count * Layout.hashBytes)
      let records = try take(log, next, leaves, hashes, index, into: &run)
      appendBodies(log, next, leaves, records, into: &run)
      next += UInt64(records.count)
    }
  }

  /// Takes leaves, as many as fit and are right.
  /// - Returns: where their bodies are.
  private func take(
    _ log: StoredLog, _ first: UInt64, _ leaves: [UInt8], _ hashes: [UInt8], _ index: [UInt8],
    into run: inout EntryRun
  ) throws(StoreError) -> [IndexRecord] {
    let count = leaves.count / EntryLayout.leafBytes
    var records: [IndexRecord] = []
    records.reserveCapacity(count)
    for position in 0..<count {
      let entry = first + UInt64(position)
      if !isLeaf(leaves, position, of: hashes), !belongs(log, entry, leaves, position) {
        let found = Damage(file: .log(log.id, .entries), index: entry, .leafHash)
        report(found)
        if run.end == run.first { throw .damaged(found) }
        run.stop()
        break
      }
      var record = indexRecord(index, position)
      if let present = record, present.state == .present,
        present.length != bodyBytes(leaves, position)
      {
        record = nil
      }
      if record == nil {
        report(Damage(file: .log(log.id, .bodiesIndex), index: entry, .indexRecord))
      }
      var known = record ?? .absent
      if let state = log.purging[entry] { known = known.with(state) }
      guard run.take(leaves, position, known) else { break }
      records.append(known)
    }
    return records
  }

  /// Body records that lie one behind the other are read at once.
  private func appendBodies(
    _ log: StoredLog, _ first: UInt64, _ leaves: [UInt8], _ records: [IndexRecord],
    into run: inout EntryRun
  ) {
    var start = 0
    while start < records.count {
      guard records[start].state == .present else {
        start += 1
        continue
      }
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
      appendBodies(log, first, leaves, records, start..<end, offset, into: &run)
      start = end
    }
  }

  private func appendBodies(
    _ log: StoredLog, _ first: UInt64, _ leaves: [UInt8], _ records: [IndexRecord],
    _ positions: Range<Int>, _ end: UInt64, into run: inout EntryRun
  ) {
    let head = records[positions.lowerBound]
    let file = StoreFile.log(log.id, .bodies(head.segment))
    let bytes = readWhatThereIs(file, at: UInt64(head.offset), count: Int(end) - Int(head.offset))
    var offset = 0
    for position in positions where records[position].state == .present {
      let entry = first + UInt64(position)
      let start = offset + Layout.bodyHeaderBytes
      let length = Int(records[position].length)
      offset = start + length
      var found = bytes
      var place = start
      if offset > bytes.count {
        // One bad sector costs the body that it is in.
        found = readWhatThereIs(
          file, at: UInt64(records[position].offset), count: Layout.bodyHeaderBytes + length)
        place = Layout.bodyHeaderBytes
      }
      if let problem = problem(found, place, length, entry, leaves, position) {
        report(Damage(file: file, index: entry, problem))
        run.leaveOut(entry)
      } else {
        run.bodies.append(contentsOf: found[place..<(place + length)])
      }
    }
  }

  /// Fewer bytes at the end of a file or where the disk gives none: the records concerned fail.
  private func readWhatThereIs(_ file: StoreFile, at offset: UInt64, count: Int) -> [UInt8] {
    do {
      return try disk.read(file, at: offset, count: count)
    } catch {
      report(Damage(file: file, error == .notFound ? .missing : .unreadable))
      return []
    }
  }

  /// Whether a leaf that is not what `hashes` says belongs to the tree all the same: then `hashes` is wrong,
  /// and the leaf may be handed out.
  private func belongs(_ log: StoredLog, _ entry: UInt64, _ leaves: [UInt8], _ position: Int)
    -> Bool
  {
    let block = entry >> UInt64(Layout.nodeLevel)
    let first = block << UInt64(Layout.nodeLevel)
    let end = first + UInt64(Layout.blockEntries)
    let isRight: Bool
    if end > log.state.size {
      // The open block's hashes are in memory.
      isRight = isLeaf(
        leaves, position, of: log.nodes.openBlock, number: Int(entry - first))
    } else {
      let written = min(end, log.written.size)
      guard
        let blockLeaves = try? readExactly(
          .log(log.id, .entries), at: first * UInt64(EntryLayout.leafBytes),
          count: Int(written - first) * EntryLayout.leafBytes),
        let behind = try? leafHashes(log, written..<end),
        let node = try? LogHashReader(store: self, log: log)
          .hash(level: Layout.nodeLevel, index: block)
      else { return false }
      isRight = blockRoot(hashes(of: blockLeaves) + behind) == node
    }
    if isRight { report(Damage(file: .log(log.id, .hashes), index: entry, .leafHash)) }
    return isRight
  }
}

// Spans of locals stay out of throwing functions: the 6.3.1 compiler fails on some of them.

private func isLeaf(
  _ leaves: [UInt8], _ position: Int, of hashes: [UInt8], number: Int? = nil
) -> Bool {
  let number = number ?? position
  return (number + 1) * Layout.hashBytes <= hashes.count
    && EntryHeader.leafHash(of: leaves.span, at: position * EntryLayout.leafBytes)
      == Digest(hashes.span, at: number * Layout.hashBytes)
}

private func blockRoot(_ hashes: [UInt8]) -> Digest {
  NodeBuilder.root(hashes.span, 0, Layout.blockEntries)
}

/// - Returns: nil where the index file ends before, and for a record that no store writes.
private func indexRecord(_ index: [UInt8], _ position: Int) -> IndexRecord? {
  guard (position + 1) * Layout.indexBytes <= index.count else { return nil }
  return IndexRecord(index.span, at: position * Layout.indexBytes)
}

private func bodyBytes(_ leaves: [UInt8], _ position: Int) -> UInt32 {
  leaves.span.bigEndian(at: position * EntryLayout.leafBytes + EntryLayout.bodyLength)
}

/// What is wrong with the body record whose bytes begin at `start`.
private func problem(
  _ bytes: [UInt8], _ start: Int, _ length: Int, _ entry: UInt64, _ leaves: [UInt8],
  _ position: Int
) -> Damage.Problem? {
  guard start + length <= bytes.count else { return .bodyRecord }
  let header = start - Layout.bodyHeaderBytes
  guard bytes.span.bigEndian(at: header) as UInt32 == EntryFiles.bodyMagic,
    bytes.span.bigEndian(at: header + 4) as UInt32 == UInt32(length),
    bytes.span.bigEndian(at: header + 8) as UInt64 == entry
  else { return .bodyRecord }
  let expected = Digest(
    leaves.span, at: position * EntryLayout.leafBytes + EntryLayout.bodyHash)
  return SHA256.hash(bytes.span.extracting(start..<(start + length))) == expected
    ? nil : .bodyHash
}
