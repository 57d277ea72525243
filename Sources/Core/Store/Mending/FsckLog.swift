import Crypto
import Log
import Wire

/// The check of one log: one pass over its files.
struct LogCheck {
  let store: Store
  let files: LogFiles
  let signatures: Bool
  var summary: FsckReport.LogSummary
  private var tree = CompactTree.empty
  /// The hash of the header before; nil behind a leaf that is not there.
  private var previous: Digest? = .zero
  private var builder = NodeBuilder(openBlock: [], peaks: [], blocks: 0)
  private var nodesChecked: UInt64 = 0
  private var controls: [UInt8] = []
  private var controlsChecked: UInt64 = 0
  /// The roots of the checkpoints, by size: (size, root, place in the file).
  private var roots: [(size: UInt64, root: Digest, place: UInt64, contradicts: Bool)] = []
  private var nextRoot = 0
  private var leavesMissing = 0
  /// The words of withdrawals that index records name, as they were found.
  var words: [Withdrawal.Place: WithdrawalWord] = [:]
  static let wordsKept = 64
  /// The entries that any withdrawal names; nil until that is asked.
  var everNamed: Set<UInt64>?
  /// Bodies that were removed while the folder was copied.
  var erasedMeanwhile = 0

  init(store: Store, log: StoredLog, signatures: Bool) {
    self.store = store
    files = store.files(of: log)
    self.signatures = signatures
    summary = FsckReport.LogSummary(identity: log.identity, head: log.state.head)
  }

  var log: StoredLog { files.log }

  func file(_ name: LogFile) -> StoreFile { files.file(name) }

  mutating func run(_ report: inout FsckReport, progress: (UInt64) -> Void) throws(StoreError) {
    try readNotes(&report)
    var next: UInt64 = 0
    while next < log.state.size {
      let count = Int(min(log.state.size - next, UInt64(Limits.entriesAtOnce)))
      do {
        try check(next, count, &report)
      } catch {
        guard case .damaged(let damage) = error else { throw error }
        report.add(damage)
        report.notChecked.append("\(log.identity.origin): entries from \(next) on")
        return
      }
      next += UInt64(count)
      progress(next)
    }
    if tree != log.state.tree { report.add(Damage(file: file(.entries), .headMismatch)) }
    if leavesMissing > 0 {
      report.notChecked.append(
        "\(log.identity.origin): \(leavesMissing) entries that are not there")
    } else if controlsChecked != log.written.controlCount {
      report.add(Damage(file: file(.control), index: controlsChecked, .control))
    }
    if erasedMeanwhile > 0 {
      report.notChecked.append(
        "\(log.identity.origin): \(erasedMeanwhile) bodies, which were removed while they were copied"
      )
    }
    report.logs.append(summary)
  }

  private mutating func check(_ first: UInt64, _ count: Int, _ report: inout FsckReport)
    throws(StoreError)
  {
    // Where `entries` ends before, a start would go on with the tree that `hashes` makes.
    let entries = first..<(first + UInt64(count))
    let leaves = files.padded(.entries, entries)
    let leavesEnd = (try? files.disk.size(of: file(.entries))) ?? 0
    let stored = try files.exactly(.hashes, entries)
    let index = try files.exactly(.bodiesIndex, entries)
    var hashes: [UInt8] = []
    for position in 0..<count {
      let entry = first + UInt64(position)
      let offset = position * EntryLayout.leafBytes
      guard (entry + 1) * UInt64(EntryLayout.leafBytes) <= leavesEnd else {
        digest(stored, position * Layout.hashBytes).append(to: &hashes)
        tree.append(digest(stored, position * Layout.hashBytes))
        checkRoots(&report)
        previous = nil
        leavesMissing += 1
        continue
      }
      checkLeaf(leaves, offset, entry, &report)
      let hash = leafHash(leaves, offset)
      hash.append(to: &hashes)
      if hash != digest(stored, position * Layout.hashBytes) {
        report.add(Damage(file: file(.hashes), index: entry, .leafHash))
      }
      tree.append(hash)
      checkRoots(&report)
      try checkBody(leaves, offset, index, position, entry, &report)
      let kind = leaves[offset + EntryLayout.kind]
      if EntryKind.isControl(kind) {
        ControlEntry(index: entry, kind: kind).append(to: &controls)
      }
    }
    try checkNodes(hashes, &report)
    try checkControls(&report)
  }

  private mutating func checkLeaf(
    _ leaves: [UInt8], _ offset: Int, _ entry: UInt64, _ report: inout FsckReport
  ) {
    let header = EntryHeader(parsing: leaves.span, at: offset)
    if header.logID != log.id || header.index != entry {
      report.add(Damage(file: file(.entries), index: entry, .position))
    }
    if let previous, header.previous != previous {
      report.add(Damage(file: file(.entries), index: entry, .link))
    }
    previous = EntryHeader.headerHash(of: leaves.span, at: offset)
    if signatures, !log.identity.verifySignature(leaves: leaves.span, at: offset) {
      report.add(Damage(file: file(.entries), index: entry, .signature))
    }
  }

  private mutating func checkNodes(_ hashes: [UInt8], _ report: inout FsckReport)
    throws(StoreError)
  {
    var nodes: [UInt8] = []
    builder.append(hashes, nodes: &nodes)
    guard !nodes.isEmpty else { return }
    let stored = try files.exactly(
      .nodes, at: nodesChecked * UInt64(Layout.hashBytes), count: nodes.count)
    for offset in stride(from: 0, to: nodes.count, by: Layout.hashBytes) {
      if digest(nodes, offset) != digest(stored, offset) {
        report.add(Damage(file: file(.nodes), index: nodesChecked, .node))
      }
      nodesChecked += 1
    }
  }

  private mutating func checkControls(_ report: inout FsckReport) throws(StoreError) {
    let count = UInt64(controls.count / Layout.controlBytes)
    // Nobody knows the places behind a leaf that is not there.
    guard count > 0, leavesMissing == 0, controlsChecked + count <= log.written.controlCount else {
      controlsChecked += count
      controls = []
      return
    }
    let stored = try files.exactly(.control, controlsChecked..<(controlsChecked + count))
    if stored != controls {
      report.add(Damage(file: file(.control), index: controlsChecked, .control))
    }
    controlsChecked += count
    controls = []
  }

  // MARK: Checkpoints and cosignatures

  private mutating func readNotes(_ report: inout FsckReport) throws(StoreError) {
    try eachFrame(.checkpoints, Layout.checkpointBytes, log.written.checkpointCount) {
      check, place, bytes in
      guard let frame = checkpointFrame(bytes) else {
        return report.add(Damage(file: check.file(.checkpoints), index: place, .checksum))
      }
      guard
        let note = try? VerifiedCheckpoint.verify(note: frame.note, identity: check.log.identity),
        note.size == frame.size
      else {
        return report.add(Damage(file: check.file(.checkpoints), index: place, .signature))
      }
      check.summary.checkpoints += 1
      if frame.contradicts { check.summary.contradictions += 1 }
      check.roots.append((note.size, note.root, place, frame.contradicts))
    }
    roots.sort { $0.size < $1.size }
    try eachFrame(.cosignatures, Layout.cosignatureBytes, log.written.cosignatureCount) {
      check, place, bytes in
      if cosignatureFrame(bytes) == nil {
        report.add(Damage(file: check.file(.cosignatures), index: place, .checksum))
      } else {
        check.summary.cosignatures += 1
      }
    }
  }

  /// All frames but those that are zeros, which are none. Holes are passed over: they cost nothing
  /// to whoever claims them.
  private mutating func eachFrame(
    _ name: LogFile, _ stride: Int, _ count: UInt64,
    _ body: (inout LogCheck, UInt64, [UInt8]) -> Void
  ) throws(StoreError) {
    var place: UInt64 = 0
    while place < count {
      let data: UInt64?
      do {
        data = try files.disk.data(in: file(name), from: place * UInt64(stride))
      } catch {
        throw .disk(error, file(name))
      }
      // Only the file's end is looked at behind the last bytes that are there.
      place = min(count - 1, max(place, (data ?? .max) / UInt64(stride)))
      let bytes = try files.exactly(name, at: place * UInt64(stride), count: stride)
      if bytes.contains(where: { $0 != 0 }) { body(&self, place, bytes) }
      place += 1
    }
  }

  private mutating func checkRoots(_ report: inout FsckReport) {
    while nextRoot < roots.count, roots[nextRoot].size <= tree.size {
      let checkpoint = roots[nextRoot]
      nextRoot += 1
      // One that was kept because it contradicts the tree must still do so.
      if (tree.root() == checkpoint.root) == checkpoint.contradicts {
        report.add(Damage(file: file(.checkpoints), index: checkpoint.place, .root))
      }
    }
  }
}

private func digest(_ bytes: [UInt8], _ offset: Int) -> Digest { Digest(bytes.span, at: offset) }

private func leafHash(_ leaves: [UInt8], _ offset: Int) -> Digest {
  EntryHeader.leafHash(of: leaves.span, at: offset)
}

private func checkpointFrame(_ bytes: [UInt8]) -> CheckpointFrame? {
  CheckpointFrame(bytes.span, at: 0)
}

private func cosignatureFrame(_ bytes: [UInt8]) -> CosignatureFrame? {
  CosignatureFrame(bytes.span, at: 0)
}
