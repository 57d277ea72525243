internal import Crypto
internal import Log
internal import Wire

/// The audit of one log. Used from one thread, which it lends to others for a while.
final class LogAudit {
  let identity: LogIdentity
  let files: LogFiles
  /// Relative to the audited folder: "logs/<id>", or empty for a log folder by itself.
  let place: String
  /// The folder that is audited.
  let root: String
  let threads: Int
  let questions: LogQuestions
  /// In order of index, if they were asked for.
  var anchors: [FoundAnchor] = []
  /// There are more than anybody keeps.
  var anchorsLeftOut = false
  /// Roots at the sizes that were asked for. Looked up, never iterated.
  var roots: [UInt64: Digest] = [:]
  /// Frames whose cosignatures verified, by nodes of given cards that are not the log's own.
  var witnessed: Set<UInt64> = []
  /// Cosignatures whose keys the makers' logs may have, and numbers of those that nobody can check.
  var waiting: [WaitingCosignature] = []
  var unchecked: [String: UInt64] = [:]
  /// In order of index, the genesis's first.
  var cards: [FoundCard] = []
  /// There are more than anybody keeps.
  var cardsLeftOut = false
  var list = FindingList()
  var summary: LogSummary
  var notChecked: [String] = []
  var notes: [String] = []
  var claims: [RootClaim] = []
  var problems: [LeafProblem] = []
  var problemsLeftOut: UInt64 = 0
  var lastProblem: LeafProblem?
  var bodies = [UInt64](repeating: 0, count: BodyState.allCases.count)
  var states = BodyStates()
  /// The highest time in a whole frame of a cosignature, and frames that were emptied.
  var highestTime: UInt64 = 0
  var emptyFrames: UInt64 = 0
  /// The number of checkpoints that are filed as contradicting.
  var contradictions: UInt64 = 0
  /// Everything that the files of the log hold was read.
  var isComplete = false
  /// Files that were longer than the head: nobody acknowledged what is behind it.
  var tails: [Tail] = []
  /// Checkpoints and cosignatures over more entries than are here.
  var ahead: [(what: String, size: UInt64)] = []
  let progress: (String, UInt64, UInt64) -> Void

  struct Tail {
    let file: String
    let records: UInt64
    let stride: Int
    let bytes: UInt64
  }

  var origin: String { identity.origin.text }

  init(
    identity: LogIdentity, files: LogFiles, place: String, root: String, threads: Int,
    questions: LogQuestions, progress: @escaping (String, UInt64, UInt64) -> Void
  ) {
    self.root = root
    self.identity = identity
    self.files = files
    self.place = place
    self.threads = threads
    self.questions = questions
    self.progress = progress
    summary = LogSummary(origin: identity.origin.text, folder: place)
  }

  func run(cards: [Card]) {
    for failure in files.unreadable { add(failure: failure) }
    do throws(ReadFailure) {
      checkLengths()
      try checkCheckpointFile()
      try checkCosignatureFile(cards)
      sortClaims()
      try checkEntries()
      try checkSegments()
      classify()
      compareWithHead()
      isComplete = !files.isLoose && files.size == files.journal?.head.size ?? files.size
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
    let hidden = bodies[Int(BodyState.hidden.rawValue)]
    if hidden > 0 { notes.append("\(origin): \(hidden) bodies are withdrawn and not erased yet") }
    for name in files.unknown { notChecked.append("\(path(name)): not a file of a log") }
    if emptyFrames > 0 {
      notChecked.append(
        "\(origin): \(emptyFrames) checkpoints or cosignatures, whose frames were emptied")
    }
  }

  /// Numbers that a store which was mended, or removes bodies just now, has otherwise
  /// (Protocols/audit.md, AUD-22).
  private func compareWithHead() {
    guard let head = files.journal?.head, files.size == head.size else { return }
    for (what, here, acknowledged) in [
      ("bytes of bodies", states.storedBytes, head.bodyBytes),
      ("bytes of removed bodies", states.removedBytes, head.purgedBytes),
      ("checkpoints that contradict", contradictions, head.contradictionCount),
    ] where here != acknowledged {
      notChecked.append(
        "\(origin): \(what): the journal says \(acknowledged), the files have \(here)")
    }
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

  func add(failure: ReadFailure) { list.add(Finding(failure, log: origin, root: root)) }

  /// Says that a file goes on behind what was acknowledged. A store that was killed, or copied
  /// while it was at work, leaves such bytes; in a log without journals nothing else says where it
  /// ends.
  func add(tail: Tail) {
    let end = tail.records * UInt64(tail.stride)
    let what = "\(tail.bytes - end) bytes behind what was acknowledged"
    if files.journal != nil || files.isLoose {
      notChecked.append("\(path(tail.file)) from byte \(end) on: \(what)")
    } else {
      add(
        .verificationFailed, tail.file, tail.stride == 1 ? nil : tail.records, offset: end,
        "goes on for \(what)")
    }
  }

  // MARK: Lengths

  /// Every file of a log ends where its head says. The end may lack entries that the journals hold;
  /// nothing stands behind it.
  private func checkLengths() {
    let (size, required, head) = (
      files.journal?.head.size ?? files.size, files.required, files.journal?.head
    )
    check("entries", files.entries, EntryLayout.leafBytes, required, size)
    check("hashes", files.hashes, StoreFormat.hashBytes, required, size)
    check("bodies.index", files.index, StoreFormat.indexBytes, required, size)
    check(
      "nodes", files.nodes, StoreFormat.hashBytes, StoreFormat.nodes(entries: required),
      StoreFormat.nodes(entries: size))
    // How many control records there must be shows when the entries were read.
    check("control", files.control, StoreFormat.controlBytes, 0, head?.controlCount)
    check(
      "checkpoints", files.checkpoints, StoreFormat.checkpointBytes,
      fewest(head?.checkpointCount, files.journal?.checkpoints), head?.checkpointCount)
    check(
      "cosignatures", files.cosignatures, StoreFormat.cosignatureBytes,
      fewest(head?.cosignatureCount, files.journal?.cosignatures), head?.cosignatureCount)
    if files.size < size {
      add(
        .verificationFailed, "entries", files.size,
        offset: files.size * UInt64(EntryLayout.leafBytes),
        "ends here; \(size) entries were acknowledged")
    }
    if files.size > files.written {
      notes.append(
        "\(origin): entries from \(files.written) on are in the journal and not in the log's files yet"
      )
    }
  }

  /// The fewest frames that a file must have: the journals hold the rest.
  private func fewest(_ count: UInt64?, _ journaled: [UInt64: [UInt8]]?) -> UInt64 {
    guard var count, let journaled else { return 0 }
    while count > 0, journaled[count - 1] != nil { count -= 1 }
    return count
  }

  /// - Parameters:
  ///   - required: records that must be in the file.
  ///   - acknowledged: all that there are; nil: not known.
  private func check(
    _ name: String, _ file: ReadOnlyFile?, _ stride: Int, _ required: UInt64,
    _ acknowledged: UInt64?
  ) {
    guard let file else {
      if files.isOnDisk { add(.verificationFailed, name, nil, "is missing") }
      return
    }
    let records = file.size / UInt64(stride)
    if let acknowledged, file.size > acknowledged * UInt64(stride) {
      tails.append(Tail(file: name, records: acknowledged, stride: stride, bytes: file.size))
    } else if records < required {
      add(
        .verificationFailed, name, records, offset: file.size,
        "ends here, \(required * UInt64(stride) - file.size) bytes too early")
    } else if acknowledged == nil, file.size % UInt64(stride) != 0, !files.isLoose {
      add(
        .verificationFailed, name, records, offset: file.size, "ends in the middle of a record")
    }
  }
}
