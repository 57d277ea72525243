public import Log

// Damage: the list of it, and a peer's entries for it (Protocols/store.md, 7.4).
extension Store {
  /// Entries that are damaged here, or whose bodies are absent and should be here: ascending, at
  /// most 1,024 ranges. Found by reads, by the scrub and at start; gone once mended.
  public func damagedRanges(_ id: LogID) -> [Range<UInt64>] {
    table[id]?.damaged.ranges ?? []
  }

  /// True when nothing below `size` is known to be damaged, or to lack a body that should be here.
  public func isWhole(_ id: LogID, below size: UInt64) -> Bool {
    guard let damaged = table[id]?.damaged.ranges else { return false }
    // A list that is full may have left something out.
    return damaged.count < Limits.damagedRangesKept && damaged.first?.lowerBound ?? .max >= size
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
    let files = files(of: log)
    let bodies = batch.bodyRanges()
    var next = batch.first
    while next < min(batch.end, log.written.size),
      let content = files.content(block: next >> UInt64(Layout.nodeLevel))
    {
      let end = min(batch.end, content.end)
      var block = PeerMend(files, content, batch, bodies: bodies)
      block.compare(next..<end)
      for arrival in block.arrivals where arrive(arrival.entry, arrival.body, log) {
        block.didStage(arrival.entry)
      }
      stage(block.mending)
      outcome.mended += block.outcome.mended.sorted()
      outcome.wrong += block.outcome.wrong
      next = end
    }
    return outcome
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
    pipeline.stage(body, of: log)
    return true
  }

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
    pipeline.stage(mending.mend)
  }
}
