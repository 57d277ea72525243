internal import Crypto
internal import Log
internal import Wire

/// The entries that the two journals of a data folder say were acknowledged (Protocols/store.md,
/// 5).
struct Journals: Sendable {
  struct LogEntries: Sendable {
    /// Known from a `new log` record; nil: the log is older than the journals.
    var identity: LogIdentity?
    var head: AcknowledgedHead
    /// Ascending, possibly not in the log files yet.
    var runs: [JournaledRun] = []
    var checkpoints: [UInt64: [UInt8]] = [:]
    var cosignatures: [UInt64: [UInt8]] = [:]
    /// Bodies that were removed, hidden or brought back, possibly not yet in `bodies.index`. Looked
    /// up, never iterated.
    var removed: [UInt64: JournaledState] = [:]
    /// Bodies that came later than their entries, possibly not in the log files yet.
    var arrivals: [UInt64: JournaledBody] = [:]

    /// The first of the entries that the journals hold without a gap up to the head.
    var journaledFrom: UInt64 {
      var first = head.size
      for run in runs.reversed() where run.batch.first < first && first <= run.batch.end {
        first = run.batch.first
      }
      return first
    }

    func run(at index: UInt64) -> JournaledRun? {
      // The newest that holds it.
      runs.last { $0.batch.first <= index && index < $0.batch.end }
    }
  }

  struct JournaledState: Sendable {
    let state: BodyState
    let withdrawal: Withdrawal.Place?

    /// It came later than its entry.
    static let arrived = JournaledState(state: .present, withdrawal: nil)
  }

  struct Problem: Error, Sendable {
    let file: String
    let offset: UInt64?
    let what: String
  }

  var logs: [LogID: LogEntries] = [:]
  var problems: [Problem] = []
  /// Missing commits that may be nobody's fault (Protocols/audit.md, AUD-25).
  var gaps: [String] = []
  /// (generation, last sequence): differs when something was journaled in between.
  var position: [UInt64] = []
  /// Commits that were read.
  var commits = 0

  /// - Returns: nil if neither file is there.
  static func read(folder: String) throws(ReadFailure) -> Journals? {
    // A running daemon may begin a new generation between the two reads: then once more.
    for _ in 0..<16 {
      var scans: [JournalScan] = []
      for number in 0...1 {
        if let scan = try JournalScan(folder: folder, number: number) {
          scans.append(scan)
        }
      }
      guard !scans.isEmpty else { return nil }
      let journals = try Journals(scans, folder: folder)
      let again = try Journals.generations(folder)
      if again == scans.map(\.generation) { return journals }
    }
    throw ReadFailure(path: folder + "/journal.0", code: 11)
  }

  private static func generations(_ folder: String) throws(ReadFailure) -> [UInt64] {
    var generations: [UInt64] = []
    for number in 0...1 {
      if let scan = try JournalScan(folder: folder, number: number, isHeaderOnly: true) {
        generations.append(scan.generation)
      }
    }
    return generations
  }

  private init(_ scans: [JournalScan], folder: String) throws(ReadFailure) {
    for number in 0...1 where !scans.contains(where: { $0.number == number }) {
      problems.append(
        Problem(file: "journal.\(number)", offset: nil, what: "is missing"))
    }
    checkLengths(scans)
    // A beginning that is whole and malformed is not torn: it counts, whatever the other journal
    // says.
    problems += scans.filter { $0.heads == nil }.compactMap(\.problem)
    var valid = scans.filter { $0.heads != nil }
    // The one in its place counts when two have one generation.
    valid.sort {
      $0.generation == $1.generation ? $1.isInPlace && !$0.isInPlace : $0.generation < $1.generation
    }
    guard let newest = valid.last else {
      problems.append(
        Problem(
          file: "journal.0", offset: 0,
          what: "neither journal begins with a valid frame: what was acknowledged is not known"))
      return
    }
    if !newest.isInPlace {
      problems.append(
        Problem(file: newest.name, offset: 0, what: "holds a generation of the other journal"))
    }
    let other = 1 - newest.number
    // A journal that is no longer needed is not read.
    problems += (newest.retiresOther ? [newest] : valid).compactMap(\.problem)
    if newest.retiresOther {
      valid = [newest]
      let later = try JournalScan.holdsCommits(
        folder: folder, number: other, after: newest.generation, salt: newest.salt)
      if later == nil {
        gaps.append(
          "journal.\(other): whether later commits are in it: there is too much that looks like one"
        )
      }
      if later == true {
        problems.append(
          Problem(
            file: "journal.\(other)", offset: 0,
            what: "its beginning is damaged: whole commits of a later generation stand behind it"))
      }
    } else if valid.count != 2 || valid[0].generation + 1 != newest.generation {
      problems.append(
        Problem(
          file: "journal.\(other)", offset: 0,
          what: "its beginning is damaged, and the other journal still needs it"))
      valid = [newest]
    }
    for scan in valid { gaps += scan.gaps }
    for scan in valid {
      position += [scan.generation, UInt64(scan.commits.count)]
      commits += scan.commits.count
      for head in scan.heads ?? [] { logs[head.id, default: LogEntries(head: head)].head = head }
      for (offset, payload) in scan.commits {
        do {
          try replay(payload)
        } catch {
          problems.append(
            Problem(
              file: scan.name, offset: offset, what: "holds a commit that is malformed inside"))
        }
      }
    }
  }

  /// Both are made with one length, in whole pages, and keep it: one that was cut may have lost
  /// what it acknowledged.
  private mutating func checkLengths(_ scans: [JournalScan]) {
    let longest = scans.map(\.length).max() ?? 0
    for scan in scans {
      if scan.length < longest {
        problems.append(
          Problem(
            file: scan.name, offset: scan.length,
            what: "ends here, and the other journal after \(longest) bytes"))
      } else if scan.length % JournalScan.pageBytes != 0 {
        problems.append(
          Problem(file: scan.name, offset: scan.length, what: "is not of whole pages"))
      }
    }
  }

  private mutating func replay(_ payload: [UInt8]) throws(WireError) {
    var reader = ByteReader(count: payload.count)
    while reader.remaining > 0 { try replayRecord(&reader, payload.span) }
  }

  private mutating func replayRecord(
    _ reader: inout ByteReader, _ bytes: Span<UInt8>
  ) throws(WireError) {
    let code = try reader.u8(bytes)
    if code == 1 {
      let text = try reader.array(bytes, Int(try reader.u8(bytes)))
      let key = LogPublicKey(try reader.bytes32(bytes))
      guard let origin = try? Origin(String(decoding: text, as: UTF8.self)) else {
        throw .truncated
      }
      let identity = LogIdentity(origin: origin, key: key)
      let fresh = LogEntries(head: AcknowledgedHead(id: identity.id))
      logs[identity.id, default: fresh].identity = identity
      return
    }
    if code == 3 {
      let head = try AcknowledgedHead(&reader, bytes)
      logs[head.id, default: LogEntries(head: AcknowledgedHead(id: head.id))].head
        .takeEntries(from: head)
      return
    }
    let id = LogID(try reader.bytes32(bytes))
    var log = logs[id, default: LogEntries(head: AcknowledgedHead(id: id))]
    switch code {
    case 2:
      try log.appendRun(&reader, bytes)
    case 4:
      let place = try reader.record(bytes)
      let contradicts = try reader.u8(bytes) == 1
      let frame = try reader.array(bytes, StoreFormat.checkpointBytes)
      log.checkpoints[place] = frame
      log.head.checkpointCount = max(log.head.checkpointCount, place + 1)
      if contradicts { log.head.contradictionCount += 1 }
    case 5:
      let place = try reader.record(bytes)
      log.cosignatures[place] = try reader.array(bytes, StoreFormat.cosignatureBytes)
      log.head.cosignatureCount = max(log.head.cosignatureCount, place + 1)
    case 6:
      log.head.pendingNote = try reader.array(bytes, Int(try reader.u16(bytes)))
    case 7:
      let index = try reader.u64(bytes)
      guard index <= EntryLayout.maxIndex else { throw .truncated }
      log.head.frozenAt = index
    case 9:
      try log.appendStates(&reader, bytes)
    case 10:
      try log.replaceLeaves(&reader, bytes)
    case 8:
      let index = try reader.record(bytes)
      let body = JournaledBody(
        segment: try reader.u32(bytes), offset: try reader.u32(bytes),
        bytes: try reader.array(bytes, Int(try reader.u32(bytes))))
      guard body.bytes.count <= EntryLayout.maxBodyBytes, body.segment < AuditLimits.segments,
        Int(body.offset) + StoreFormat.bodyHeaderBytes + body.bytes.count <= Int(UInt32.max)
      else { throw .truncated }
      log.arrivals[index] = body
      log.head.bodyBytes += UInt64(body.bytes.count)
      log.head.segment = body.segment
      log.head.segmentOffset =
        body.offset + UInt32(StoreFormat.bodyHeaderBytes + body.bytes.count)
    default:
      throw .truncated
    }
    logs[id] = log
  }
}
