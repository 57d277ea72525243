internal import Crypto
internal import Log
internal import Wire

/// The audit of one log. Used from one thread, which it lends to others for a while.
final class LogAudit {
  let identity: LogIdentity
  let files: LogFiles
  /// Relative to the audited folder: "logs/<id>", or empty for a log folder by itself.
  let place: String
  let threads: Int
  var list = FindingList()
  var summary: LogSummary
  var notChecked: [String] = []
  var notes: [String] = []
  var claims: [RootClaim] = []
  var problems: [LeafProblem] = []
  var problemsLeftOut: UInt64 = 0
  var lastProblem: LeafProblem?
  var bodies: [UInt64] = [0, 0, 0, 0, 0]
  /// Files that were longer than the head: a finding, unless a running daemon is writing them.
  var tails: [Tail] = []
  let progress: (String, UInt64, UInt64) -> Void

  struct Tail {
    let file: String
    let records: UInt64
    let stride: Int
    let bytes: UInt64
  }

  var origin: String { identity.origin.text }

  init(
    identity: LogIdentity, files: LogFiles, place: String, threads: Int,
    progress: @escaping (String, UInt64, UInt64) -> Void
  ) {
    self.identity = identity
    self.files = files
    self.place = place
    self.threads = threads
    self.progress = progress
    summary = LogSummary(origin: identity.origin.text, folder: place)
  }

  func run(cards: [Card]) {
    do throws(ReadFailure) {
      checkLengths()
      try checkCheckpointFile()
      try checkCosignatureFile(cards)
      sortClaims()
      try checkEntries()
      try checkSegments()
      classify()
    } catch {
      add(failure: error)
    }
    summary.entries = files.size
    summary.bodiesPresent = bodies[Int(BodyState.present.rawValue)]
    for (state, name) in [
      (BodyState.absent, "not here"), (.purged, "withdrawn"), (.purgedHere, "deleted here"),
      (.expired, "expired"),
    ] where bodies[Int(state.rawValue)] > 0 {
      notChecked.append("\(origin): \(bodies[Int(state.rawValue)]) bodies, which are \(name)")
    }
    for name in files.unknown { notChecked.append("\(path(name)): not a file of a log") }
  }

  // MARK: Saying what is wrong

  func path(_ file: String) -> String { place.isEmpty ? file : place + "/" + file }

  func add(
    _ kind: FindingClass, _ file: String, _ index: UInt64? = nil, offset: UInt64? = nil,
    _ what: String, proof: [UInt8]? = nil
  ) {
    list.add(
      Finding(
        kind: kind, log: origin, file: path(file), index: index, offset: offset, what: what,
        proof: proof))
  }

  func add(failure: ReadFailure) {
    list.add(
      Finding(
        kind: .inputOutput, log: origin, file: failure.path, index: nil, offset: nil,
        what: "could not be read: \(failure.reason)"))
  }

  /// Says that a file goes on behind what was acknowledged.
  func add(tail: Tail) {
    let end = tail.records * UInt64(tail.stride)
    add(
      .verificationFailed, tail.file, tail.stride == 1 ? nil : tail.records, offset: end,
      "goes on for \(tail.bytes - end) bytes behind what was acknowledged")
  }

  // MARK: Lengths

  /// Every file ends where the head says: what is missing must be in the journals, and nothing stands
  /// behind it.
  private func checkLengths() {
    let size = files.journal?.head.size ?? files.size
    let head = files.journal?.head
    checkLength("entries", files.entries, EntryLayout.leafBytes, size)
    checkLength("hashes", files.hashes, StoreFormat.hashBytes, size)
    checkLength("bodies.index", files.index, StoreFormat.indexBytes, size)
    checkLength("nodes", files.nodes, StoreFormat.hashBytes, StoreFormat.nodes(entries: size))
    if let head {
      checkLength("control", files.control, StoreFormat.controlBytes, head.controlCount)
      checkLength(
        "checkpoints", files.checkpoints, StoreFormat.checkpointBytes, head.checkpointCount)
      checkLength(
        "cosignatures", files.cosignatures, StoreFormat.cosignatureBytes, head.cosignatureCount)
    } else {
      checkWhole("checkpoints", files.checkpoints, StoreFormat.checkpointBytes)
      checkWhole("cosignatures", files.cosignatures, StoreFormat.cosignatureBytes)
    }
    if files.size < size {
      add(
        .verificationFailed, "entries", files.size,
        offset: files.size * UInt64(EntryLayout.leafBytes),
        "ends here; \(size) entries were acknowledged")
    }
  }

  /// - Parameter records: how many were acknowledged.
  private func checkLength(
    _ name: String, _ file: ReadOnlyFile?, _ stride: Int, _ records: UInt64
  ) {
    guard let file else {
      if files.journal == nil || !isNew { add(.verificationFailed, name, nil, "is missing") }
      return
    }
    let end = records * UInt64(stride)
    if file.size > end {
      tails.append(Tail(file: name, records: records, stride: stride, bytes: file.size))
    } else if file.size < end, !isJournaled(name, from: file.size / UInt64(stride), to: records) {
      add(
        .verificationFailed, name, file.size / UInt64(stride), offset: file.size,
        "ends here, \(end - file.size) bytes too early")
    }
  }

  private func checkWhole(_ name: String, _ file: ReadOnlyFile?, _ stride: Int) {
    guard let file else {
      add(.verificationFailed, name, nil, "is missing")
      return
    }
    let rest = file.size % UInt64(stride)
    if rest != 0 {
      add(
        .verificationFailed, name, file.size / UInt64(stride), offset: file.size - rest,
        "ends in the middle of a record")
    }
  }

  /// Whether the log itself is so new that its files need not be there yet.
  private var isNew: Bool { files.journal?.identity != nil }

  /// Whether the journals hold what a file has not got yet.
  private func isJournaled(_ name: String, from: UInt64, to: UInt64) -> Bool {
    guard let journal = files.journal else { return false }
    switch name {
    case "checkpoints": return (from..<to).allSatisfy { journal.checkpoints[$0] != nil }
    case "cosignatures": return (from..<to).allSatisfy { journal.cosignatures[$0] != nil }
    case "entries", "hashes", "bodies.index":
      return isCovered(from: from, to: to)
    case "nodes":
      // The entries whose arrival completes the first node that is missing.
      guard let first = firstEntry(completingNode: from, below: files.size) else { return true }
      return isCovered(from: first, to: files.size)
    case "control":
      guard let run = journal.runs.first(where: { $0.controlCount <= from }) else { return false }
      return isCovered(from: run.batch.first, to: files.size)
    default: return false
    }
  }

  private func isCovered(from: UInt64, to: UInt64) -> Bool {
    var next = from
    while next < to, let run = files.journal?.run(at: next) { next = run.batch.end }
    return next >= to
  }

  /// The last entry of the block that is written with node number `node`.
  private func firstEntry(completingNode node: UInt64, below size: UInt64) -> UInt64? {
    var low: UInt64 = 0
    var high = size / StoreFormat.blockEntries
    // The fewest blocks that make more than `node` nodes.
    while low < high {
      let middle = (low + high) / 2
      if StoreFormat.nodes(entries: middle * StoreFormat.blockEntries) > node {
        high = middle
      } else {
        low = middle + 1
      }
    }
    guard low > 0 else { return nil }
    return low * StoreFormat.blockEntries - 1
  }
}
