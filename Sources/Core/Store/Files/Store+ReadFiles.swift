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
      next += UInt64(try readPiece(log, next..<range.upperBound, into: &run).count)
    }
  }

  /// Leaves first, as many as may fit if their bodies are small.
  /// - Returns: where the bodies of those that were taken are.
  @discardableResult
  func readPiece(_ log: StoredLog, _ range: Range<UInt64>, into run: inout EntryRun)
    throws(StoreError) -> [IndexRecord]
  {
    let first = range.lowerBound
    let most = max(1, min(run.room / EntryLayout.leafBytes, Layout.entriesAtOnce))
    let wanted = min(Int(range.upperBound - first), most)
    let index = readWhatThereIs(
      .log(log.id, .bodiesIndex), at: first * UInt64(Layout.indexBytes),
      count: wanted * Layout.indexBytes)
    let count = entriesToRead(index, wanted, room: run.room)
    let leaves = readPadded(
      .log(log.id, .entries), at: first * UInt64(EntryLayout.leafBytes),
      count: count * EntryLayout.leafBytes)
    let hashes = readWhatThereIs(
      .log(log.id, .hashes), at: first * UInt64(Layout.hashBytes),
      count: count * Layout.hashBytes)
    // Bytes that turn out to be computable are staged, unless something of the log is being mended
    // already.
    var mending = Mending(log, on: disk)
    defer { if condition == .running, !log.isChanging, mending.hasWrites { stage(mending) } }
    let records = try take(log, first, leaves, hashes, index, into: &run, &mending)
    appendBodies(log, first, leaves, records, into: &run)
    return records
  }

  /// Takes leaves, as many as fit and are right.
  /// - Returns: where their bodies are.
  private func take(
    _ log: StoredLog, _ first: UInt64, _ leaves: [UInt8], _ hashes: [UInt8], _ index: [UInt8],
    into run: inout EntryRun, _ mending: inout Mending
  ) throws(StoreError) -> [IndexRecord] {
    let count = leaves.count / EntryLayout.leafBytes
    let computed = computedHashes(of: leaves)
    var records: [IndexRecord] = []
    records.reserveCapacity(count)
    var block: TrustedBlock?
    for position in 0..<count {
      let entry = first + UInt64(position)
      if !isSame(computed, hashes, position), !belongs(entry, leaves, position, &block, &mending) {
        let found = Damage(file: .log(log.id, .entries), index: entry, .leafHash)
        report(found)
        log.damaged.insert(entry)
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
        record = locateBody(log, entry, leaves, position)
        if let record { mending.write(index: record, of: entry) }
        if mayBeHidden(index, position) { log.doubt(entry..<(entry + 1)) }
      }
      var known = record ?? .absent
      let state = log.handedOut(
        entry, known.state, kind: leaves[position * EntryLayout.leafBytes + EntryLayout.kind])
      // One that is here and undecided lacks nothing.
      if known.state == .absent, state == .absent, !log.damaged.contains(entry) {
        log.damaged.insert(entry)
        foundAbsent = true
      }
      if state != known.state { known = known.with(state) }
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
    if let bodies = wholeBodies(bytes, first, leaves, records, positions) {
      return run.append(bodies: bodies)
    }
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
      if let problem = bodyProblem(found, place, length, entry, leaves, position) {
        report(Damage(file: file, index: entry, problem))
        log.damaged.insert(entry)
        run.leaveOut(entry)
      } else {
        run.bodies.append(contentsOf: found[place..<(place + length)])
      }
    }
  }

  /// Fewer bytes at the end of a file or where the disk gives none: the records concerned fail.
  func readWhatThereIs(_ file: StoreFile, at offset: UInt64, count: Int) -> [UInt8] {
    do {
      return try disk.read(file, at: offset, count: count)
    } catch {
      report(Damage(file: file, error == .notFound ? .missing : .unreadable))
      return []
    }
  }

  /// True when a leaf that is not what `hashes` says belongs to the tree all the same: then
  /// `hashes` is wrong, and the leaf may be handed out.
  private func belongs(
    _ entry: UInt64, _ leaves: [UInt8], _ position: Int, _ block: inout TrustedBlock?,
    _ mending: inout Mending
  ) -> Bool {
    let log = mending.log
    let number = entry >> UInt64(Layout.nodeLevel)
    if block?.number != number, let content = content(log, block: number) {
      let trusted = trustedHashes(log, content)
      block = TrustedBlock(number: number, hashes: trusted ?? [])
      if let trusted { mending.write(hashesOf: content, trusted) }
    }
    guard let block, block.number == number,
      isLeaf(leaves, position, of: block.hashes, number: Int(entry) % Layout.blockEntries)
    else { return false }
    report(Damage(file: .log(log.id, .hashes), index: entry, .leafHash))
    return true
  }
}

/// A block that was looked at, and its hashes as the tree has them; none if that is not known.
private struct TrustedBlock {
  let number: UInt64
  let hashes: [UInt8]
}

// Spans of locals stay out of throwing functions: the 6.3.1 compiler fails on some of them.

func isLeaf(
  _ leaves: [UInt8], _ position: Int, of hashes: [UInt8], number: Int? = nil
) -> Bool {
  let number = number ?? position
  return (number + 1) * Layout.hashBytes <= hashes.count
    && EntryHeader.leafHash(of: leaves.span, at: position * EntryLayout.leafBytes)
      == Digest(hashes.span, at: number * Layout.hashBytes)
}

/// True when both have the same 32 bytes there.
func isSame(_ computed: [UInt8], _ stored: [UInt8], _ position: Int) -> Bool {
  let start = position * Layout.hashBytes
  return start + Layout.hashBytes <= stored.count
    && Digest(computed.span, at: start) == Digest(stored.span, at: start)
}

/// The entries that fit `room` if the index is right, and one more: that it does not fit ends the
/// run.
func entriesToRead(_ index: [UInt8], _ wanted: Int, room: Int) -> Int {
  var bytes = 0
  for position in 0..<wanted {
    let record = indexRecord(index, position) ?? .absent
    bytes += EntryLayout.leafBytes + (record.state == .present ? Int(record.length) : 0)
    if bytes > room { return position + 1 }
  }
  return wanted
}

/// The bodies of `positions` one behind the other, when each of their records is as it should be;
/// else nil, and each is looked at on its own.
func wholeBodies(
  _ bytes: [UInt8], _ first: UInt64, _ leaves: [UInt8], _ records: [IndexRecord],
  _ positions: Range<Int>
) -> [UInt8]? {
  var bodies: [UInt8] = []
  bodies.reserveCapacity(bytes.count)
  var lengths: [UInt32] = []
  lengths.reserveCapacity(positions.count)
  var start = 0
  for position in positions where records[position].state == .present {
    start += Layout.bodyHeaderBytes
    let length = Int(records[position].length)
    guard start + length <= bytes.count,
      isBodyHeader(bytes, start, length, first + UInt64(position))
    else { return nil }
    bodies.append(bytes.span.extracting(start..<(start + length)))
    lengths.append(records[position].length)
    start += length
  }
  let hashes = SHA256.hashes(of: bodies.span, lengths: lengths)
  var number = 0
  for position in positions where records[position].state == .present {
    let expected = Digest(
      leaves.span, at: position * EntryLayout.leafBytes + EntryLayout.bodyHash)
    guard Digest(hashes.span, at: number * Layout.hashBytes) == expected else { return nil }
    number += 1
  }
  return bodies
}

/// - Returns: nil where the index file ends before, and for a record that no store writes.
func indexRecord(_ index: [UInt8], _ position: Int) -> IndexRecord? {
  guard (position + 1) * Layout.indexBytes <= index.count else { return nil }
  return IndexRecord(index.span, at: position * Layout.indexBytes)
}

/// True when a damaged record may be a hidden body's. Index, epoch and minute are then at least
/// three bytes that are not zeros, of which one flipped bit leaves two; in a record without them it
/// makes one.
func mayBeHidden(_ index: [UInt8], _ position: Int) -> Bool {
  let end = (position + 1) * Layout.indexBytes
  guard end <= index.count, indexRecord(index, position) == nil else { return false }
  return index[(end - Layout.withdrawalMarkBytes)..<end].count { $0 != 0 } > 1
}

func bodyBytes(_ leaves: [UInt8], _ position: Int) -> UInt32 {
  leaves.span.bigEndian(at: position * EntryLayout.leafBytes + EntryLayout.bodyLength)
}

/// The problem of the body record whose body begins at `start`; nil: it is right.
func bodyProblem(
  _ bytes: [UInt8], _ start: Int, _ length: Int, _ entry: UInt64, _ leaves: [UInt8],
  _ position: Int
) -> Damage.Problem? {
  guard start + length <= bytes.count, isBodyHeader(bytes, start, length, entry)
  else { return .bodyRecord }
  let expected = Digest(
    leaves.span, at: position * EntryLayout.leafBytes + EntryLayout.bodyHash)
  return SHA256.hash(bytes.span.extracting(start..<(start + length))) == expected
    ? nil : .bodyHash
}

/// True when the 16 bytes before `start` are the header of this entry's body.
func isBodyHeader(_ bytes: [UInt8], _ start: Int, _ length: Int, _ entry: UInt64) -> Bool {
  let header = start - Layout.bodyHeaderBytes
  return start <= bytes.count
    && bytes.span.bigEndian(at: header) as UInt32 == EntryFiles.bodyMagic
    && bytes.span.bigEndian(at: header + 4) as UInt32 == UInt32(length)
    && bytes.span.bigEndian(at: header + 8) as UInt64 == entry
}
