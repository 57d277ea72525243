import Crypto
import Log

// Everything that the store holds is read and compared, a step at a time (Protocols/store.md, 7.5).
extension Store {
  /// One step of a pass over identities, leaves, hashes, bodies, index, control, nodes,
  /// checkpoints, cosignatures and both journals. Damage that can be computed is staged for
  /// mending; the rest goes to `damagedRanges`. A log of which something is being mended is left
  /// alone for the moment: the step is empty.
  /// - Parameter maxBytes: of leaves and bodies; a step reads about as much again for what is
  ///   compared with them, and at least one entry.
  /// - Throws: `.failed` after an error of the disk.
  public func scrub(_ cursor: inout ScrubCursor, maxBytes: Int) throws(StoreError) -> ScrubStep {
    if case .failed(let error) = condition { throw .failed(error) }
    if cursor.isAtJournals { return scrubJournals(&cursor) }
    if cursor.log == nil {
      guard let first = next(after: nil, cursor.first) else { return scrubJournals(&cursor) }
      cursor.begin(first.id)
    }
    guard let id = cursor.log, let log = logsByID[id] else {
      cursor.log = nil
      return ScrubStep(log: nil)
    }
    var step = ScrubStep(log: id)
    guard !log.isChanging, log.isOnDisk else {
      if !log.isOnDisk { finish(log, &cursor) }
      return step
    }
    let staged = pipeline.mends.count
    var mending = Mending(log, on: disk)
    switch cursor.stage {
    case .identity:
      scrubIdentity(&mending)
      scrubLengths(&mending)
      cursor.begin(.entries)
    case .entries:
      if cursor.next < log.written.size {
        scrubEntries(&cursor, &mending, &step, maxBytes: maxBytes)
      } else {
        cursor.begin(.nodes)
      }
    case .nodes: scrubNodes(&cursor, &mending, maxBytes: maxBytes)
    case .checkpoints: scrubCheckpoints(&cursor, &mending, maxBytes: maxBytes)
    case .cosignatures: scrubCosignatures(&cursor, &mending, maxBytes: maxBytes)
    }
    for damage in mending.damage { report(damage) }
    stage(mending)
    // Mends that a read computed are among them.
    step.mended = pipeline.mends[staged...].flatMap(\.damage)
    return step
  }

  func finish(_ log: StoredLog, _ cursor: inout ScrubCursor) {
    if let next = next(after: log, cursor.first) {
      cursor.begin(next.id)
    } else {
      cursor.log = nil
      cursor.isAtJournals = true
      cursor.begin(.identity)
    }
  }

  /// The one that goes first, then the others by their origins.
  private func next(after log: StoredLog?, _ first: LogID?) -> StoredLog? {
    let head = first.flatMap { logsByID[$0] }
    guard let log else { return head ?? order.first }
    let others = order.filter { $0 !== head }
    if log === head { return others.first }
    return others.first { log.identity.origin.precedes($0.identity.origin) }
  }

  private func scrubIdentity(_ mending: inout Mending) {
    let file = mending.file(.identity)
    let text = mending.log.identity.storedText
    let stored = readWhatThereIs(file, at: 0, count: text.count + 1)
    guard stored != text else { return }
    mending.make(.identity)
    mending.append(.truncate(file, bytes: UInt64(text.count)))
    mending.write(.identity, at: 0, text, Damage(file: file, .identity))
  }

  /// A file that is too short reads as zeros behind its end, and zeros can be what belongs there:
  /// it gets its length, and what it lacks is found with the rest.
  private func scrubLengths(_ mending: inout Mending) {
    let written = mending.log.written
    for name in written.files {
      let file = mending.file(name)
      guard let expected = written.bytes(of: name), expected > 0,
        disk.lacks(file) || (try? disk.size(of: file)) ?? expected < expected
      else { continue }
      let problem: Damage.Problem = disk.lacks(file) ? .missing : .tooShort
      mending.make(name)
      mending.append(
        .truncate(file, bytes: expected), Damage(file: file, problem))
    }
  }

  // MARK: Entries

  private func scrubEntries(
    _ cursor: inout ScrubCursor, _ mending: inout Mending, _ step: inout ScrubStep, maxBytes: Int
  ) {
    let log = mending.log
    let first = cursor.next
    var run = EntryRun(first: first, maxBytes: maxBytes)
    let records = (try? readPiece(log, first..<log.written.size, into: &run)) ?? []
    var end = first + UInt64(records.count)
    if records.isEmpty {
      end = skipDamaged(log, first, &cursor)
    } else if let batch = try? run.batch(of: log.id) {
      step.batch = batch
      scrubIndex(batch, records, &mending)
      scrubControls(batch, &cursor, &mending)
    }
    for block in (first >> UInt64(Layout.nodeLevel))..<(end >> UInt64(Layout.nodeLevel)) {
      scrubBlock(block, &mending)
    }
    let isLast = end == log.written.size
    if isLast, end & UInt64(Layout.blockEntries - 1) != 0 {
      scrubBlock(end >> UInt64(Layout.nodeLevel), &mending)
    }
    cursor.next = end
  }

  /// The first leaf is damaged.
  /// - Returns: the next in its block that is not, or the block's end.
  private func skipDamaged(_ log: StoredLog, _ first: UInt64, _ cursor: inout ScrubCursor)
    -> UInt64
  {
    // Its kind is not known, so that the place of what follows in `control` is not either.
    cursor.controls = nil
    guard let content = content(log, block: first >> UInt64(Layout.nodeLevel)) else {
      return first + 1
    }
    var end = first + 1
    while end < content.end, !content.agrees(Int(end - content.first)) { end += 1 }
    return end
  }

  /// Hashes with leaves and node; what is right again leaves the damaged ranges.
  private func scrubBlock(_ block: UInt64, _ mending: inout Mending) {
    let log = mending.log
    guard let content = content(log, block: block) else { return }
    let trusted = trustedHashes(log, content)
    // Without trust in the block, what is signed is right.
    let known = trusted ?? content.signed(by: log.identity)
    for position in 0..<content.count {
      let range = BlockContent.hashRange(position)
      guard content.computed[range] != known[range] else { continue }
      let entry = content.first + UInt64(position)
      report(Damage(file: .log(log.id, .entries), index: entry, .leafHash))
      log.damaged.insert(entry)
    }
    mending.write(hashesOf: content, known)
    guard let trusted else { return }
    guard content.count == Layout.blockEntries else { return }
    let root = blockRoot(trusted)
    let position = NodesLayout.position(level: Layout.nodeLevel, index: block)
    guard position < NodesLayout.count(entries: log.written.size) else { return }
    let stored = readPadded(
      .log(log.id, .nodes), at: position * UInt64(Layout.hashBytes), count: Layout.hashBytes)
    if stored != root.array { mending.write(node: root, at: position) }
  }

  /// A record that says that a body is not there, while it is, is damaged. Whole entries leave the
  /// damaged ranges.
  private func scrubIndex(
    _ batch: EntryBatch, _ records: [IndexRecord], _ mending: inout Mending
  ) {
    let log = mending.log
    for (position, record) in records.enumerated() {
      let entry = batch.first + UInt64(position)
      if record.state.isFinal, record.hasPlace,
        isStored(log, record, entry, batch.leaves, position)
      {
        let present = IndexRecord(
          segment: record.segment, offset: record.offset, length: record.length, state: .present)
        mending.write(index: present, of: entry)
      } else if record.state == .present, batch.bodyState(at: position) == .absent,
        let found = locateBody(log, entry, batch.leaves, position),
        (found.segment, found.offset) != (record.segment, record.offset)
      {
        mending.write(index: found, of: entry)
      } else if batch.bodyState(at: position) != .absent {
        log.damaged.remove(entry)
      }
    }
  }

  /// True when the body is whole at the place that the record of a removed one gives.
  func isStored(
    _ log: StoredLog, _ record: IndexRecord, _ entry: UInt64, _ leaves: [UInt8], _ position: Int
  ) -> Bool {
    let file = StoreFile.log(log.id, .bodies(record.segment))
    let start = Layout.bodyHeaderBytes
    let length = Int(record.length)
    // A body that was purged reads as zeros: its beginning is enough to say so.
    let head = readWhatThereIs(
      file, at: UInt64(record.offset), count: start + min(length, Layout.hashBytes))
    guard head.dropFirst(start).contains(where: { $0 != 0 }) else { return false }
    let bytes = readWhatThereIs(file, at: UInt64(record.offset), count: start + length)
    return bodyProblem(bytes, start, length, entry, leaves, position) == nil
  }

  private func scrubControls(
    _ batch: EntryBatch, _ cursor: inout ScrubCursor, _ mending: inout Mending
  ) {
    guard let before = cursor.controls else { return }
    let expected = controls(of: batch.leaves, first: batch.first)
    let count = UInt64(expected.count / Layout.controlBytes)
    cursor.controls = before + count
    guard count > 0 else { return }
    let offset = before * UInt64(Layout.controlBytes)
    let stored = readWhatThereIs(mending.file(.control), at: offset, count: expected.count)
    if stored != expected {
      mending.write(
        .control, at: offset, expected,
        Damage(file: mending.file(.control), index: before, .control))
    }
  }

  // MARK: Nodes

  private func scrubNodes(
    _ cursor: inout ScrubCursor, _ mending: inout Mending, maxBytes: Int
  ) {
    let log = mending.log
    let count = NodesLayout.count(entries: log.written.size)
    let start = cursor.nodes.next
    // Room for what one block completes at most.
    let most = UInt64(max(64, maxBytes / Layout.hashBytes))
    let end = min(count, start + most)
    cursor.nodes.append(
      readPadded(
        mending.file(.nodes), at: start * UInt64(Layout.hashBytes),
        count: Int(end - start) * Layout.hashBytes))
    guard end == count else { return }
    // Nothing is taken of a tree that is not the one in memory: its lowest level is mended first,
    // in the next pass.
    var whole = cursor.nodes
    whole.append(log.tailNodes)
    if whole.peaks == log.nodes.peaks {
      for wrong in cursor.nodes.wrong { mending.write(node: wrong.node, at: wrong.position) }
    }
    cursor.begin(.checkpoints)
  }
}
