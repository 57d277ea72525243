import CommandLine
import Log
import Node
import Records

/// A record that a command names: by its entry, `nl/1/17`, or by its reference, `nl:4711`, which
/// means its current version here.
struct NamedRecord {
  let shown: ShowReply
  let record: SharedRecord

  static let argument = Argument(
    "NODE:ID|ENTRY", "the record, for example nl:2015-0117 or nl/1/17")

  init(_ word: String, _ arguments: Arguments, _ daemon: DaemonConnection) throws(Failure) {
    let entry: String
    if word.isEntry {
      entry = word
    } else if let reference = RecordReference(word) {
      entry = try NamedRecord.current(reference, arguments, daemon)
    } else {
      throw Failure(
        .usage, "\"\(word)\" names no record.",
        hint: "Write NODE:ID, for example nl:2015-0117, or NAME/EPOCH/INDEX.")
    }
    let shown = try daemon.call("Show", ShowRequest(entry: entry), reply: ShowReply.self)
    guard shown.opening == .opened, let text = shown.record else {
      throw Failure(
        .noInput, "\(entry) is no record that can be read here.",
        hint: "See liaison show \(entry).")
    }
    self.shown = shown
    record = SharedRecord.read(Array(text.utf8))
  }

  /// The attachment with this number.
  func attachment(_ word: String) throws(Failure) -> Attachment {
    let all = record.common.attachments
    guard let number = Int(word), all.indices.contains(number) else {
      let count = all.count == 1 ? "1 attachment, number 0" : "\(all.count) attachments"
      throw Failure(
        .usage, "\(shown.entry) has \(count), and none is \"\(word)\".",
        hint: "See liaison attachment list \(shown.entry).")
    }
    return all[number]
  }

  /// Reads the logs of the author: the highest version that is neither disputed nor late, or else
  /// the highest.
  private static func current(
    _ reference: RecordReference, _ arguments: Arguments, _ daemon: DaemonConnection
  ) throws(Failure) -> String {
    let report = try daemon.call("Status", reply: StatusReport.self)
    if reference.author.text == report.node {
      let own = try OwnIDs(arguments.folder)
      if let version = try own.standing(own.hash(reference.id), most: 1).last {
        return version.entry
      }
    } else {
      let logs = report.logs.compactMap { try? Origin($0.origin) }
        .filter { $0.name == reference.author }.sorted { $0.epoch < $1.epoch }
      var found: (entry: String, isSound: Bool)?
      for log in logs {
        try daemon.each(of: log) { event in
          guard let record = event.record, SharedRecord.id(of: record) == reference.id else {
            return
          }
          let isSound = event.disputed != true && event.late != true
          if isSound || found?.isSound != true { found = (event.entry, isSound) }
        }
      }
      if let found { return found.entry }
    }
    throw Failure(
      .noInput, "No version of \(reference.text) can be read here.",
      hint: "What was withdrawn or has expired is no version; see liaison tail.")
  }
}

extension DaemonConnection {
  /// Every record of one log that this node can open, in order.
  /// - Returns: how far it could be read.
  @discardableResult
  func each(of log: Origin, _ body: (TailEvent) -> Void) throws(Failure) -> UInt64 {
    try send(ControlCall.encode("Tail", TailRequest(origin: log.text), more: true))
    var (end, count) = (UInt64(0), 0)
    var progress = ProgressLine()
    var continues = true
    while continues {
      let page = try receivePage()
      continues = page.continues
      for event in page.parameters.events { body(event) }
      end = page.parameters.position.next[log.text] ?? end
      count += page.parameters.events.count
      if continues, count > 0 { progress.show("read \(count) records of \(log.text)") }
    }
    progress.clear()
    return end
  }
}
