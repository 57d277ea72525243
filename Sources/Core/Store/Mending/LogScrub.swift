import Crypto
import Log

/// One step of the scrub over one log (Protocols/store.md, 7.5). It writes nothing: what can be
/// computed is in `mending`, for the store to stage, and the rest in the log's damaged ranges.
struct LogScrub {
  let files: LogFiles
  let maxBytes: Int
  private(set) var cursor: ScrubCursor
  private(set) var mending: Mending
  /// Entries that were read and are right.
  private(set) var batch: EntryBatch?
  /// The log's last step is done.
  private(set) var isLogOver = false

  init(_ files: LogFiles, _ cursor: ScrubCursor, maxBytes: Int) {
    self.files = files
    self.cursor = cursor
    self.maxBytes = maxBytes
    mending = Mending(files.log, on: files.disk)
  }

  private var log: StoredLog { files.log }

  mutating func step() {
    switch cursor.stage {
    case .identity:
      scrubIdentity()
      scrubLengths()
      cursor.begin(.entries)
    case .entries:
      if cursor.next < log.written.size { scrubEntries() } else { cursor.begin(.nodes) }
    case .nodes: scrubNodes()
    case .checkpoints: scrubCheckpoints()
    case .cosignatures: scrubCosignatures()
    }
  }

  private mutating func scrubIdentity() {
    let text = log.identity.storedText
    let stored = files.whatThereIs(.identity, at: 0, count: text.count + 1)
    guard stored != text else { return }
    let file = files.file(.identity)
    mending.make(.identity)
    mending.append(.truncate(file, bytes: UInt64(text.count)))
    mending.write(.identity, at: 0, text, Damage(file: file, .identity))
  }

  /// A file that is too short reads as zeros behind its end, and zeros can be what belongs there:
  /// it gets its length, and what it lacks is found with the rest.
  private mutating func scrubLengths() {
    let disk = files.disk
    for name in log.written.files {
      let file = files.file(name)
      guard let expected = log.written.bytes(of: name), expected > 0,
        disk.lacks(file) || (try? disk.size(of: file)) ?? expected < expected
      else { continue }
      let problem: Damage.Problem = disk.lacks(file) ? .missing : .tooShort
      mending.make(name)
      mending.append(.truncate(file, bytes: expected), Damage(file: file, problem))
    }
  }

  // MARK: Entries

  private mutating func scrubEntries() {
    let first = cursor.next
    var run = EntryRun(first: first, maxBytes: maxBytes)
    var reader = EntryReader(files, mending)
    let records = reader.readPiece(first..<log.written.size, into: &run)
    mending = reader.mending
    var end = first + UInt64(records.count)
    if records.isEmpty {
      end = endOfDamage(from: first)
    } else if let batch = try? run.batch(of: log.id) {
      self.batch = batch
      scrubIndex(batch, records)
      scrubControls(batch)
    }
    for block in (first >> UInt64(Layout.nodeLevel))..<(end >> UInt64(Layout.nodeLevel)) {
      scrubBlock(block)
    }
    let isLast = end == log.written.size
    if isLast, end & UInt64(Layout.blockEntries - 1) != 0 {
      scrubBlock(end >> UInt64(Layout.nodeLevel))
    }
    cursor.next = end
  }

  /// The leaf of `first` is damaged.
  /// - Returns: the next in its block that is not, or the block's end.
  private mutating func endOfDamage(from first: UInt64) -> UInt64 {
    // Its kind is not known, so that the place of what follows in `control` is not either.
    cursor.controls = nil
    guard let content = files.content(block: first >> UInt64(Layout.nodeLevel)) else {
      return first + 1
    }
    var end = first + 1
    while end < content.end, !content.agrees(Int(end - content.first)) { end += 1 }
    return end
  }

  /// Hashes with leaves and node; what is right again leaves the damaged ranges.
  private mutating func scrubBlock(_ block: UInt64) {
    guard let content = files.content(block: block) else { return }
    let trusted = files.trustedHashes(content)
    // Without trust in the block, what is signed is right.
    let known = trusted ?? content.signed(by: log.identity)
    for position in 0..<content.count {
      let range = BlockContent.hashRange(position)
      guard content.computed[range] != known[range] else { continue }
      let entry = content.first + UInt64(position)
      files.report(.entries, entry, .leafHash)
      log.damaged.insert(entry)
    }
    mending.write(hashesOf: content, known)
    guard let trusted, content.count == Layout.blockEntries else { return }
    let root = blockRoot(trusted)
    let position = NodesLayout.position(level: Layout.nodeLevel, index: block)
    guard position < NodesLayout.count(entries: log.written.size) else { return }
    let stored = files.padded(.nodes, position..<(position + 1))
    if stored != root.array { mending.write(node: root, at: position) }
  }

  /// A record that says that a body is not there, while it is, is damaged. Whole entries leave the
  /// damaged ranges.
  private mutating func scrubIndex(_ batch: EntryBatch, _ records: [IndexRecord]) {
    for (position, record) in records.enumerated() {
      let entry = batch.first + UInt64(position)
      if record.state.isFinal, record.hasPlace,
        files.isStored(record, entry, batch.leaves, position)
      {
        let present = IndexRecord(
          segment: record.segment, offset: record.offset, length: record.length, state: .present)
        mending.write(index: present, of: entry)
      } else if record.state == .present, batch.bodyState(at: position) == .absent,
        let found = BodySearch(files).record(of: entry, batch.leaves, position),
        (found.segment, found.offset) != (record.segment, record.offset)
      {
        mending.write(index: found, of: entry)
      } else if batch.bodyState(at: position) != .absent {
        log.damaged.remove(entry)
      }
    }
  }

  private mutating func scrubControls(_ batch: EntryBatch) {
    guard let before = cursor.controls else { return }
    let expected = controls(of: batch.leaves, first: batch.first)
    let end = before + UInt64(expected.count / Layout.controlBytes)
    cursor.controls = end
    guard before < end else { return }
    if files.whatThereIs(.control, before..<end) != expected {
      mending.write(
        .control, at: before * UInt64(Layout.controlBytes), expected,
        Damage(file: files.file(.control), index: before, .control))
    }
  }

  // MARK: Nodes

  private mutating func scrubNodes() {
    let count = NodesLayout.count(entries: log.written.size)
    let start = cursor.nodes.next
    // Room for what one block completes at most.
    let most = UInt64(max(64, maxBytes / Layout.hashBytes))
    let end = min(count, start + most)
    cursor.nodes.append(files.padded(.nodes, start..<end))
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

  // MARK: Checkpoints and cosignatures

  private mutating func scrubCheckpoints() {
    let kept = log.notes.checkpoints
    scrubFrames(
      .checkpoints, log.written.checkpointCount,
      isWhole: { CheckpointFrame($0.span, at: 0) != nil },
      kept: { position in
        kept.first { $0.position == position }.map {
          CheckpointFrame(size: $0.size, contradicts: $0.contradicts, note: $0.note).encode()
        }
      })
    if cursor.next >= log.written.checkpointCount { cursor.begin(.cosignatures) }
  }

  private mutating func scrubCosignatures() {
    let kept = log.notes.cosignatures
    scrubFrames(
      .cosignatures, log.written.cosignatureCount,
      isWhole: { CosignatureFrame($0.span, at: 0) != nil },
      kept: { position in
        kept.first { $0.position == position }.map { CosignatureFrame($0.stored).encode() }
      })
    isLogOver = cursor.next >= log.written.cosignatureCount
  }

  /// A frame that is not whole is written again if it is in memory; else its place is emptied.
  private mutating func scrubFrames(
    _ name: LogFile, _ count: UInt64, isWhole: ([UInt8]) -> Bool, kept: (UInt64) -> [UInt8]?
  ) {
    let stride = name.stride
    let first = cursor.next
    let end = min(count, first + UInt64(max(1, maxBytes / stride)))
    guard first < end else { return }
    let bytes = files.whatThereIs(name, first..<end)
    for position in first..<end {
      let start = Int(position - first) * stride
      let frame = Array(bytes[min(start, bytes.count)..<min(start + stride, bytes.count)])
      let isThere = frame.count == stride
      guard !isThere || (!isWhole(frame) && frame.contains { $0 != 0 }) else { continue }
      mending.write(
        name, at: position * UInt64(stride), kept(position) ?? Array(repeating: 0, count: stride),
        Damage(file: files.file(name), index: position, .checksum))
    }
    cursor.next = end
  }
}

extension LogFiles {
  /// True when the body is whole at the place that the record of a removed one gives.
  func isStored(
    _ record: IndexRecord, _ entry: UInt64, _ leaves: [UInt8], _ position: Int
  ) -> Bool {
    let start = Layout.bodyHeaderBytes
    let length = Int(record.length)
    // A body that was purged reads as zeros: its beginning is enough to say so.
    let head = whatThereIs(
      .bodies(record.segment), at: UInt64(record.offset),
      count: start + min(length, Layout.hashBytes))
    guard head.dropFirst(start).contains(where: { $0 != 0 }) else { return false }
    return bodyProblem(bodyRecord(record), start, length, entry, leaves, position) == nil
  }
}
