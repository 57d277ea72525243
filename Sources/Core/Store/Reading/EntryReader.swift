import Crypto
import Log
import Wire

/// Entries from log files, compared before anybody gets them (Protocols/store.md, 7.2): a body that
/// does not hash to what its leaf says is left out as absent, a leaf that does not belong to the
/// tree ends the run.
///
/// It writes nothing: bytes that turn out to be computable are in `mending`, for the store to
/// stage.
struct EntryReader {
  let files: LogFiles
  private(set) var mending: Mending
  /// The leaf that ended the run.
  private(set) var damage: Damage?
  private var block: TrustedBlock?

  /// - Parameter mending: writes of the log that are being put together already.
  init(_ files: LogFiles, _ mending: Mending? = nil) {
    self.files = files
    self.mending = mending ?? Mending(files.log, on: files.disk)
  }

  private var log: StoredLog { files.log }

  /// Reads on until the run is full, or the range is over.
  /// - Precondition: the range is in log files, and continues the run.
  mutating func read(_ range: Range<UInt64>, into run: inout EntryRun) {
    var next = range.lowerBound
    while next < range.upperBound, !run.isFull {
      next += UInt64(readPiece(next..<range.upperBound, into: &run).count)
    }
  }

  /// Leaves first, as many as may fit if their bodies are small.
  /// - Returns: where the bodies of those that were taken are.
  mutating func readPiece(_ range: Range<UInt64>, into run: inout EntryRun) -> [IndexRecord] {
    let first = range.lowerBound
    let most = max(1, min(run.room / EntryLayout.leafBytes, Limits.entriesAtOnce))
    let wanted = min(range.count, most)
    let index = files.whatThereIs(.bodiesIndex, first..<(first + UInt64(wanted)))
    let end = first + UInt64(entriesToRead(index, wanted, room: run.room))
    let piece = EntryPiece(
      first: first, leaves: files.padded(.entries, first..<end),
      hashes: files.whatThereIs(.hashes, first..<end), index: index)
    let records = take(piece, into: &run)
    appendBodies(piece, records, into: &run)
    return records
  }

  /// Takes leaves, as many as fit and are right.
  /// - Returns: where their bodies are.
  private mutating func take(_ piece: EntryPiece, into run: inout EntryRun) -> [IndexRecord] {
    let log = log
    let computed = computedHashes(of: piece.leaves)
    var records: [IndexRecord] = []
    records.reserveCapacity(piece.count)
    for position in 0..<piece.count {
      let entry = piece.first + UInt64(position)
      if !isSame(computed, piece.hashes, position), !belongs(entry, piece.leaves, position) {
        damage = Damage(file: files.file(.entries), index: entry, .leafHash)
        files.report(.entries, entry, .leafHash)
        log.damaged.insert(entry)
        run.stop()
        break
      }
      var known = place(of: entry, piece, position) ?? .absent
      // Nearly always the files are right about all of them, and asking costs more than that.
      let state =
        log.handing.isEmpty
        ? known.state
        : log.handing.state(of: entry, stored: known.state, kind: piece.kind(at: position))
      // One that is here and undecided lacks nothing.
      if known.state == .absent, state == .absent, !log.damaged.contains(entry) {
        log.damaged.insert(entry)
        files.findings.reportAbsent()
      }
      if state != known.state { known = known.with(state) }
      guard run.take(piece.leaves, position, known) else { break }
      records.append(known)
    }
    return records
  }

  /// The index record as it is or, should it be damaged, as it must be; nil if that is not known.
  private mutating func place(
    of entry: UInt64, _ piece: EntryPiece, _ position: Int
  ) -> IndexRecord? {
    if let record = piece.place(at: position) { return record }
    files.report(.bodiesIndex, entry, .indexRecord)
    let record = BodySearch(files).record(of: entry, piece.leaves, position)
    if let record { mending.write(index: record, of: entry) }
    if mayBeHidden(piece.index, position) { log.doubt(entry..<(entry + 1)) }
    return record
  }

  /// Body records that lie one behind the other are read at once.
  private func appendBodies(
    _ piece: EntryPiece, _ records: [IndexRecord], into run: inout EntryRun
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
      appendBodies(piece, records, start..<end, offset, into: &run)
      start = end
    }
  }

  private func appendBodies(
    _ piece: EntryPiece, _ records: [IndexRecord], _ positions: Range<Int>, _ end: UInt64,
    into run: inout EntryRun
  ) {
    let head = records[positions.lowerBound]
    let bytes = files.whatThereIs(
      .bodies(head.segment), at: UInt64(head.offset), count: Int(end) - Int(head.offset))
    if let bodies = wholeBodies(bytes, piece.first, piece.leaves, records, positions) {
      return run.append(bodies: bodies)
    }
    var offset = 0
    for position in positions where records[position].state == .present {
      let entry = piece.first + UInt64(position)
      let start = offset + Layout.bodyHeaderBytes
      let length = Int(records[position].length)
      offset = start + length
      var found = bytes
      var place = start
      if offset > bytes.count {
        // One bad sector costs the body that it is in.
        found = files.bodyRecord(records[position])
        place = Layout.bodyHeaderBytes
      }
      if let problem = bodyProblem(found, place, length, entry, piece.leaves, position) {
        files.report(.bodies(head.segment), entry, problem)
        log.damaged.insert(entry)
        run.leaveOut(entry)
      } else {
        run.bodies.append(contentsOf: found[place..<(place + length)])
      }
    }
  }

  /// True when a leaf that is not what `hashes` says belongs to the tree all the same: then
  /// `hashes` is wrong, and the leaf may be handed out.
  private mutating func belongs(_ entry: UInt64, _ leaves: [UInt8], _ position: Int) -> Bool {
    let number = entry >> UInt64(Layout.nodeLevel)
    if block?.number != number, let content = files.content(block: number) {
      let trusted = files.trustedHashes(content)
      block = TrustedBlock(number: number, hashes: trusted ?? [])
      if let trusted { mending.write(hashesOf: content, trusted) }
    }
    guard let block, block.number == number,
      isLeaf(leaves, position, of: block.hashes, number: Int(entry) % Layout.blockEntries)
    else { return false }
    files.report(.hashes, entry, .leafHash)
    return true
  }
}

/// Consecutive entries as three files have them.
private struct EntryPiece {
  let first: UInt64
  /// 216 bytes an entry.
  let leaves: [UInt8]
  /// 32 bytes an entry, or fewer than there are entries.
  let hashes: [UInt8]
  let index: [UInt8]

  var count: Int { leaves.count / EntryLayout.leafBytes }

  func kind(at position: Int) -> UInt8 {
    leaves[position * EntryLayout.leafBytes + EntryLayout.kind]
  }

  /// - Returns: nil for a record that is damaged, or gives a body another length than its leaf.
  func place(at position: Int) -> IndexRecord? {
    guard let record = indexRecord(index, position) else { return nil }
    let fits = record.state != .present || record.length == bodyBytes(leaves, position)
    return fits ? record : nil
  }
}

/// A block that was looked at, and its hashes as the tree has them; none if that is not known.
private struct TrustedBlock {
  let number: UInt64
  let hashes: [UInt8]
}
