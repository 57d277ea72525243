internal import Crypto
internal import Log
internal import Wire

/// The files of one log as they were when the audit began, and what the journals add to them. Used
/// by all threads.
struct LogFiles: Sendable {
  let folder: String
  let entries: ReadOnlyFile?
  let hashes: ReadOnlyFile?
  let nodes: ReadOnlyFile?
  let index: ReadOnlyFile?
  let control: ReadOnlyFile?
  let checkpoints: ReadOnlyFile?
  let cosignatures: ReadOnlyFile?
  /// Lengths by number.
  let segments: [UInt32: UInt64]
  /// Names in the folder that no log has.
  let unknown: [String]
  let journal: Journals.LogEntries?
  /// No journal knows the log although there are journals: what is in all its files is checked, and
  /// nothing was acknowledged.
  let isLoose: Bool
  /// Things that are not what their names say.
  let unreadable: [ReadFailure]
  /// False for a log that was just added: it is in the journal only, and has no folder yet.
  let isOnDisk: Bool
  /// Entries to audit.
  private(set) var size: UInt64
  /// Entries that the files hold, or ought to: whatever one of them holds of an entry, all must.
  /// From here to `size` the entries are in the journals only.
  private(set) var written: UInt64
  /// Entries that every file must hold. The journals have all from here to the end: a daemon that
  /// was stopped between two writes leaves files of different lengths there, also in the middle of
  /// a record.
  private(set) var required: UInt64

  static let names: Set<String> = [
    "identity", "entries", "hashes", "nodes", "bodies.index", "bodies", "control", "checkpoints",
    "cosignatures",
  ]

  /// The files as they are now. While a daemon writes them they may not agree for a moment: then it
  /// looks again for a while.
  static func open(
    folder: String, journal: Journals.LogEntries?, isLoose: Bool, looks: Int
  ) throws(ReadFailure) -> LogFiles {
    var files = try LogFiles(folder: folder, journal: journal, isLoose: isLoose)
    for _ in 0..<looks where journal != nil {
      if try files.agree() { break }
      Folder.wait(milliseconds: AuditLimits.lookMilliseconds)
      files = try LogFiles(folder: folder, journal: journal, isLoose: isLoose)
    }
    return files
  }

  private init(
    folder: String, journal: Journals.LogEntries?, isLoose: Bool
  ) throws(ReadFailure) {
    self.folder = folder
    self.journal = journal
    self.isLoose = isLoose
    isOnDisk = Folder.kind(of: folder) == .folder
    var opening = Opening()
    // In the order in which they are written: what is in a later one is in the earlier ones.
    control = try opening.file(folder + "/control", isDense: true)
    nodes = try opening.file(folder + "/nodes", isDense: true)
    index = try opening.file(folder + "/bodies.index", isDense: true)
    hashes = try opening.file(folder + "/hashes", isDense: true)
    entries = try opening.file(folder + "/entries", isDense: true)
    checkpoints = try opening.file(folder + "/checkpoints")
    cosignatures = try opening.file(folder + "/cosignatures")
    var segments: [UInt32: UInt64] = [:]
    var unknown = try opening.names(folder).filter { !LogFiles.names.contains($0) }
    for name in try opening.names(folder + "/bodies") {
      guard let number = StoreFormat.segment(named: name) else {
        unknown.append("bodies/" + name)
        continue
      }
      // Offsets in it are u32.
      segments[number] = min(try opening.file(folder + "/bodies/" + name)?.size ?? 0, 1 << 32)
    }
    unreadable = opening.failures
    self.segments = segments
    self.unknown = unknown
    size = journal?.head.size ?? (entries?.size ?? 0) / UInt64(EntryLayout.leafBytes)
    written = 0
    required = 0
    if isLoose {
      size = min(
        records(entries, EntryLayout.leafBytes, atMost: size),
        records(hashes, StoreFormat.hashBytes, atMost: size),
        records(index, StoreFormat.indexBytes, atMost: size))
    }
    written = max(
      records(entries, EntryLayout.leafBytes, atMost: size),
      records(hashes, StoreFormat.hashBytes, atMost: size),
      records(index, StoreFormat.indexBytes, atMost: size))
    // Entries that are acknowledged and can be read: from the file, and behind its end from the
    // journals.
    required = min(written, journal.map(\.journaledFrom) ?? written)
    var covered = records(entries, EntryLayout.leafBytes, atMost: size)
    while covered < size, let run = journal?.run(at: covered) { covered = run.batch.end }
    size = covered
  }

  /// Opens what there is, and remembers what is something else.
  private struct Opening {
    var failures: [ReadFailure] = []

    mutating func file(_ path: String, isDense: Bool = false) throws(ReadFailure) -> ReadOnlyFile? {
      do throws(ReadFailure) {
        return try ReadOnlyFile(path: path, isDense: isDense)
      } catch {
        guard error.isOfContent else { throw error }
        failures.append(error)
        return nil
      }
    }

    mutating func names(_ path: String) throws(ReadFailure) -> [String] {
      do throws(ReadFailure) {
        return try Folder.names(in: path) ?? []
      } catch {
        guard error.isOfContent else { throw error }
        failures.append(error)
        return []
      }
    }
  }

  /// True when every file reaches as far as any other.
  private func agree() throws(ReadFailure) -> Bool {
    guard isOnDisk, written > 0 else { return true }
    guard records(entries, EntryLayout.leafBytes, atMost: written) == written,
      records(hashes, StoreFormat.hashBytes, atMost: written) == written,
      records(index, StoreFormat.indexBytes, atMost: written) == written,
      nodes?.size ?? 0 >= StoreFormat.nodes(entries: written) * UInt64(StoreFormat.hashBytes),
      let last = try index?.read(
        at: (written - 1) * UInt64(StoreFormat.indexBytes), count: StoreFormat.indexBytes),
      last.count == StoreFormat.indexBytes
    else { return false }
    guard let record = IndexRecord(last.span, at: 0), record.state == .present else { return true }
    let end = UInt64(record.offset) + UInt64(StoreFormat.bodyHeaderBytes) + UInt64(record.length)
    return segments[record.segment] ?? 0 >= end
  }

  /// Whole records of `stride` bytes that `file` has, at most `limit`.
  func records(_ file: ReadOnlyFile?, _ stride: Int, atMost limit: UInt64) -> UInt64 {
    min(limit, (file?.size ?? 0) / UInt64(stride))
  }

  /// The leaves of a range below `size`, from the file or the journals.
  func leaves(_ range: Range<UInt64>) throws(ReadFailure) -> [UInt8] {
    let inFile = records(entries, EntryLayout.leafBytes, atMost: size)
    var leaves: [UInt8] = []
    if let entries, range.lowerBound < inFile {
      let count = Int(min(range.upperBound, inFile) - range.lowerBound)
      leaves = try entries.read(
        at: range.lowerBound * UInt64(EntryLayout.leafBytes),
        count: count * EntryLayout.leafBytes)
      guard leaves.count == count * EntryLayout.leafBytes else {
        // The file became shorter while it was read.
        throw ReadFailure(path: entries.path, code: 5)
      }
    }
    var next = range.lowerBound + UInt64(leaves.count / EntryLayout.leafBytes)
    while next < range.upperBound {
      guard let leaf = journaledLeaf(next) else {
        throw ReadFailure(path: folder + "/entries", code: 5)
      }
      leaves.append(contentsOf: leaf)
      next += 1
    }
    return leaves
  }

  func journaledLeaf(_ index: UInt64) -> ArraySlice<UInt8>? {
    guard let run = journal?.run(at: index) else { return nil }
    return run.batch.leaf(at: Int(index - run.batch.first))
  }

  /// The state of an entry's body by the journals alone; nil if they do not have the entry.
  func journaledChange(_ index: UInt64) -> Journals.JournaledState? {
    if let change = journal?.removed[index] { return change }
    if journal?.arrivals[index] != nil { return .arrived }
    guard let run = journal?.run(at: index) else { return nil }
    return Journals.JournaledState(
      state: run.batch.bodyState(at: Int(index - run.batch.first)), withdrawal: nil)
  }

  /// The state that an index record has once the journals are replayed, and what withdrew the body
  /// then.
  func state(of record: IndexRecord, _ index: UInt64) -> Journals.JournaledState {
    let written = Journals.JournaledState(state: record.state, withdrawal: record.withdrawal)
    guard let change = journal?.removed[index], !record.state.isFinal || change.state.isFinal
    else { return written }
    // A body that never was here does not come back.
    let comesBack = change.state == .present && record.state == .hidden
    return comesBack && !record.hasPlace
      ? Journals.JournaledState(state: .absent, withdrawal: nil) : change
  }

  func journaledBody(_ index: UInt64) -> ArraySlice<UInt8>? {
    if let body = journal?.arrivals[index] { return body.bytes[...] }
    guard let run = journal?.run(at: index),
      run.batch.bodyState(at: Int(index - run.batch.first)) == .present
    else { return nil }
    return run.batch.bodies[run.bodyRanges[Int(index - run.batch.first)]]
  }
}

/// Hashes of subtrees, always from the leaves themselves: for proofs.
struct LeafHashReader: HashReader {
  let files: LogFiles

  func hash(level: Int, index: UInt64) throws(ReadFailure) -> Digest {
    var tree = CompactTree.empty
    var next = index << UInt64(level)
    let end = (index + 1) << UInt64(level)
    while next < end {
      let upper = min(end, next + UInt64(AuditLimits.chunkEntries))
      let leaves = try files.leaves(next..<upper)
      for position in 0..<Int(upper - next) {
        tree.append(EntryHeader.leafHash(of: leaves.span, at: position * EntryLayout.leafBytes))
      }
      next = upper
    }
    return tree.root()
  }
}
