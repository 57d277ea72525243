import Crypto
public import Log

/// The outcome of a batch that was given to `Store.mend`, by index.
public struct MendOutcome: Hashable, Sendable {
  /// Whole here, at the latest when the next batches are done.
  public var mended: [UInt64] = []
  /// Entries that are not what the tree has at that index, or whose body is not the leaf's: the
  /// sender's failure.
  public var wrong: [UInt64] = []

  public init() {}
}

// A peer's entries for what is damaged or absent here (Protocols/store.md, 7.4).
extension Store {
  /// Entries that are damaged here, or whose bodies are absent and should be here: ascending, at
  /// most `Layout.damagedRangesKept` ranges. Found by reads, by the scrub and at start; gone once
  /// mended.
  public func damagedRanges(_ id: LogID) -> [Range<UInt64>] {
    logsByID[id]?.damaged.ranges ?? []
  }

  /// True when nothing below `size` is known to be damaged, or to lack a body that should be here.
  public func isWhole(_ id: LogID, below size: UInt64) -> Bool {
    guard let damaged = logsByID[id]?.damaged.ranges else { return false }
    // A list that is full may have left something out.
    return damaged.count < Layout.damagedRangesKept && damaged.first?.lowerBound ?? .max >= size
  }

  /// Compares entries of a peer with the tree here, and stages what is right and is damaged or
  /// missing: a leaf and a body in place, an absent body behind all others. Bodies that were purged
  /// or expired stay so.
  /// - Returns: which entries are whole now or when the next batches are done, and which are wrong.
  ///   The others wait: for more of their block, or for what is on its way to log files.
  /// - Throws: `.unknownLog`, `.full`, `.failed`.
  public func mend(_ id: LogID, with batch: EntryBatch) throws(StoreError) -> MendOutcome {
    try requireRunning()
    let log = try log(id)
    var outcome = MendOutcome()
    guard log.replacing == nil else { return outcome }
    let bodies = batch.bodyRanges()
    var next = batch.first
    while next < min(batch.end, log.written.size),
      let content = content(log, block: next >> UInt64(Layout.nodeLevel))
    {
      let end = min(batch.end, content.end)
      mend(log, content, next..<end, with: batch, bodies, &outcome)
      next = end
    }
    return outcome
  }

  private func mend(
    _ log: StoredLog, _ content: BlockContent, _ entries: Range<UInt64>, with batch: EntryBatch,
    _ bodies: [Range<Int>], _ outcome: inout MendOutcome
  ) {
    func offered(_ position: Int) -> Digest? {
      let entry = content.first + UInt64(position)
      return entries.contains(entry) ? offeredHash(batch, entry) : nil
    }
    let trusted = trustedHashes(log, content, offered: offered)
    // Without trust in the block a wrong entry is known only if all that are in doubt were offered.
    let isComplete = (0..<content.count).allSatisfy { content.agrees($0) || offered($0) != nil }
    let index = readWhatThereIs(
      .log(log.id, .bodiesIndex), at: entries.lowerBound * UInt64(Layout.indexBytes),
      count: entries.count * Layout.indexBytes)
    var mending = Mending(log, on: disk)
    for entry in entries {
      let position = Int(entry - content.first)
      let known = trusted ?? (content.agrees(position) ? content.stored : nil)
      guard let known else {
        if isComplete { outcome.wrong.append(entry) }
        continue
      }
      let number = Int(entry - batch.first)
      let body = batch.bodyState(at: number) == .present ? batch.bodies[bodies[number]] : nil
      guard isLeaf(batch.leaves, number, of: known, number: position),
        body.map({ isBody($0, of: batch.leaves, number) }) ?? true
      else {
        outcome.wrong.append(entry)
        continue
      }
      if content.leaf(position) != batch.leaf(at: number) {
        mending.write(leaf: batch.leaf(at: number), of: entry)
      }
      let record = indexRecord(index, Int(entry - entries.lowerBound))
      let isDoubted = record == nil && mayBeHidden(index, Int(entry - entries.lowerBound))
      if mend(entry, batch.leaves, number, body, record, isDoubted, &mending) {
        mending.entries.append(entry)
        outcome.mended.append(entry)
      }
    }
    if let trusted { mending.write(hashesOf: content, trusted) }
    stage(mending)
  }

  /// - Returns: whether the entry has a body that is right, or that lawfully is not there, once
  ///   `mending` is done or what was staged here.
  private func mend(
    _ entry: UInt64, _ leaves: [UInt8], _ position: Int, _ body: ArraySlice<UInt8>?,
    _ record: IndexRecord?, _ isDoubted: Bool, _ mending: inout Mending
  ) -> Bool {
    let log = mending.log
    let length = Int(bodyBytes(leaves, position))
    guard !log.arriving.contains(entry), log.purging[entry] == nil else { return true }
    var found = record
    if let record, record.state == .present, Int(record.length) != length { found = nil }
    if found == nil {
      found = locateBody(log, entry, leaves, position)
      if let found { mending.write(index: found, of: entry) }
      if isDoubted { log.doubt(entry..<(entry + 1)) }
    }
    guard let found, found.state != .absent else {
      return body.map { arrive(entry, Array($0), log) } ?? false
    }
    guard found.state == .present else { return true }
    let start = Layout.bodyHeaderBytes
    let file = StoreFile.log(log.id, .bodies(found.segment))
    let stored = readWhatThereIs(file, at: UInt64(found.offset), count: start + length)
    if bodyProblem(stored, start, length, entry, leaves, position) == nil { return true }
    if isBodyHeader(stored, start, length, entry) {
      body.map { mending.write(body: $0, of: entry, at: found) }
      return body != nil
    }
    if let other = locateBody(log, entry, leaves, position),
      (other.segment, other.offset) != (found.segment, found.offset)
    {
      // The index points to another place than the body's. That may be damaged, too: then the next
      // batch mends it.
      mending.write(index: other, of: entry)
      return false
    }
    guard let body else { return false }
    // A place that nothing confirms is not written to: another body may be there.
    guard isPlace(log, found, of: entry) else { return arrive(entry, Array(body), log) }
    mending.write(body: body, of: entry, at: found)
    return true
  }

  /// Stages a body behind all others. It waits while bulk data is, whose place is not journaled
  /// yet.
  private func arrive(_ entry: UInt64, _ bytes: [UInt8], _ log: StoredLog) -> Bool {
    guard !log.hasBulk, bytes.count + Layout.headBytes <= limits.usableCommitBytes,
      pipeline.stagedBytes + bytes.count <= limits.stagedBytes
    else { return false }
    let recordBytes = UInt64(Layout.bodyHeaderBytes + bytes.count)
    var place = (segment: log.staged.segment, offset: log.staged.segmentOffset)
    if place.offset > 0, UInt64(place.offset) + recordBytes > limits.segmentBytes {
      place = (place.segment + 1, 0)
    }
    let body = BodyArrival(
      log: log.id, index: entry, segment: place.segment, offset: place.offset, bytes: bytes)
    log.staged.placeBody(body)
    log.arriving.insert(entry)
    log.changing += 1
    pipeline.stage(.body(body))
    pipeline.stagedBytes += bytes.count
    return true
  }

  func didArrive(_ body: BodyArrival) {
    pipeline.stagedBytes -= body.bytes.count
    pipeline.unappliedBytes -= body.bytes.count
    guard let log = logsByID[body.log] else { return }
    log.written.placeBody(body)
    log.arriving.remove(body.index)
    log.changing -= 1
    log.damaged.remove(body.index)
    tellWhole(body.index, of: log)
  }

  // MARK: On the way to the disk

  /// Stages the writes; without any, the entries are whole already.
  func stage(_ mending: Mending) {
    let log = mending.log
    guard mending.hasWrites else {
      for entry in mending.entries where !log.arriving.contains(entry) {
        guard log.damaged.contains(entry) else { continue }
        log.damaged.remove(entry)
        tellWhole(entry, of: log)
      }
      return
    }
    log.changing += 1
    pipeline.mends.append(mending.mend)
  }

  func mendWork() -> Work {
    var operations: [DiskOperation] = []
    var changed = SyncQueue()
    var bytes = 0
    var count = 0
    for mend in pipeline.mends {
      if count > 0, bytes + mend.bytes > Layout.mendBytes { break }
      bytes += mend.bytes
      count += 1
      operations += mend.operations
      changed.insert(changedBy: mend.operations)
    }
    return Work(kind: .mend(count: count), operations: operations + changed.all.map(\.operation))
  }

  func didMend(_ count: Int) {
    for mend in pipeline.mends[..<count] {
      mend.log.changing -= 1
      for entry in mend.entries where !mend.log.arriving.contains(entry) {
        mend.log.damaged.remove(entry)
        tellWhole(entry, of: mend.log)
      }
      if let leaf = mend.lastLeaf { mend.log.state.restore(lastLeaf: leaf) }
      for damage in mend.damage {
        // The same place can be damaged once more.
        reportedDamage.remove(damage)
        if mendedDamage.count < Layout.damageKept { mendedDamage.append(damage) }
      }
    }
    pipeline.mends.removeFirst(count)
  }
}

private func offeredHash(_ batch: EntryBatch, _ entry: UInt64) -> Digest {
  EntryHeader.leafHash(
    of: batch.leaves.span, at: Int(entry - batch.first) * EntryLayout.leafBytes)
}

private func isBody(_ body: ArraySlice<UInt8>, of leaves: [UInt8], _ position: Int) -> Bool {
  SHA256.hash(body.span)
    == Digest(leaves.span, at: position * EntryLayout.leafBytes + EntryLayout.bodyHash)
}
