import CommandLine
import Log
import Node
import Records

/// The ids under which this node published, and the versions that stand. The daemon knows nothing
/// of what records say, so the tool has notes of its own beside the log: made from it, brought up
/// to date by each run that needs them, and made again where they are missing.
struct OwnIDs {
  /// A version that those who were given it may still read.
  struct Version {
    let entry: String
    let record: SharedRecord
    let shown: ShowReply
  }

  /// `nl`
  let node: String
  private let daemon: DaemonConnection
  private let notes: IDNotes

  /// Records that are gathered before they are written down.
  private static let recordsAtOnce = 50_000

  init(_ folder: NodeFolder) throws(Failure) {
    let daemon = try DaemonConnection(folder)
    let report = try daemon.call("Status", reply: StatusReport.self)
    self.daemon = daemon
    node = report.node
    try OwnIDs.bringUpToDate(folder, report, daemon)
    notes = try IDNotes(folder.ids, lockingWith: nil)
  }

  // MARK: - Looking up

  func hash(_ id: RecordID) -> UInt64 { notes.hash(id) }
  func hashes() throws(Failure) -> Set<UInt64> { try notes.hashes() }

  /// The first line whose id stands already.
  /// - Parameter lines: by the hash of their id.
  func firstStanding(_ lines: [UInt64: Int]) throws(Failure) -> (line: Int, version: Version)? {
    guard !lines.isEmpty else { return nil }
    let places = try notes.places(Set(lines.keys))
    let known = places.compactMap { hash, places in lines[hash].map { ($0, hash, places) } }
    for (line, hash, places) in known.sorted(by: { $0.0 < $1.0 }) {
      if let version = try standing(hash, at: places, most: 1).last { return (line, version) }
    }
    return nil
  }

  /// The versions that stand of the id with this hash, the oldest first.
  /// - Parameter most: no more are looked for, from the newest on.
  func standing(_ hash: UInt64, most: Int) throws(Failure) -> [Version] {
    try standing(hash, at: try notes.places([hash])[hash] ?? [], most: most)
  }

  /// All versions that are noted of some ids, the oldest first, whether they stand or not. Of one
  /// that was withdrawn its place alone is known.
  func versions(of ids: [RecordID]) throws(Failure) -> [RecordID: [ShowReply]] {
    let hashes = Dictionary(ids.map { (notes.hash($0), $0) }) { first, _ in first }
    var versions: [RecordID: [ShowReply]] = [:]
    for (hash, places) in try notes.places(Set(hashes.keys)) {
      guard let id = hashes[hash] else { continue }
      for place in Set(places).sorted() {
        let entry = "\(node)/\(place.epoch)/\(place.index)"
        let shown = try daemon.call("Show", ShowRequest(entry: entry), reply: ShowReply.self)
        if let text = shown.record, SharedRecord.read(Array(text.utf8)).id != id { continue }
        versions[id, default: []].append(shown)
      }
    }
    return versions
  }

  private func standing(
    _ hash: UInt64, at places: [IDNotes.Place], most: Int
  ) throws(Failure) -> [Version] {
    var versions: [Version] = []
    for place in Set(places).sorted().reversed() where versions.count < most {
      let entry = "\(node)/\(place.epoch)/\(place.index)"
      let shown = try daemon.call("Show", ShowRequest(entry: entry), reply: ShowReply.self)
      guard shown.opening == .opened, let text = shown.record else { continue }
      let record = SharedRecord.read(Array(text.utf8))
      guard let id = record.id, notes.hash(id) == hash else { continue }
      versions.append(Version(entry: entry, record: record, shown: shown))
    }
    return versions.reversed()
  }

  // MARK: - Reading the own logs

  private static func bringUpToDate(
    _ folder: NodeFolder, _ report: StatusReport, _ daemon: DaemonConnection
  ) throws(Failure) {
    let notes = try IDNotes(folder.ids, lockingWith: { daemon.rest() })
    var marks = try notes.marks()
    let logs = report.logs.compactMap { log -> (origin: Origin, size: UInt64)? in
      guard let origin = try? Origin(log.origin), origin.name.text == report.node else {
        return nil
      }
      return (origin, log.size)
    }
    if logs.contains(where: { (marks[$0.origin.epoch] ?? 0) > $0.size }) {
      try notes.forget()
      marks = [:]
    }
    for log in logs {
      let first = marks[log.origin.epoch] ?? 0
      if first < log.size { try read(log.origin, from: first, into: notes, daemon) }
    }
  }

  private static func read(
    _ origin: Origin, from first: UInt64, into notes: IDNotes, _ daemon: DaemonConnection
  ) throws(Failure) {
    let request = TailRequest(
      position: TailPosition(next: [origin.text: first]), origin: origin.text)
    try daemon.send(ControlCall.encode("Tail", request, more: true))
    var found: [(hash: UInt64, place: IDNotes.Place)] = []
    var (end, count) = (first, 0)
    var progress = ProgressLine()
    var continues = true
    while continues {
      let page = try daemon.receivePage()
      continues = page.continues
      for event in page.parameters.events {
        guard let record = event.record, let id = SharedRecord.id(of: record),
          let index = event.entry.split(separator: "/").last.flatMap({ UInt64($0) })
        else { continue }
        found.append((notes.hash(id), IDNotes.Place(epoch: origin.epoch, index: index)))
      }
      count += page.parameters.events.count
      end = page.parameters.position.next[origin.text] ?? end
      guard found.count >= recordsAtOnce || !continues else { continue }
      try notes.append(found, upTo: IDNotes.Place(epoch: origin.epoch, index: end))
      found = []
      if count >= recordsAtOnce { progress.show("noted the ids of \(count) own records") }
    }
    progress.clear()
  }
}
