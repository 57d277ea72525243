internal import Crypto
public import Log
internal import Wire

/// Why an audit could not begin.
public enum AuditError: Error, Sendable, Hashable {
  /// There is nothing of that name.
  case missing(String)
  /// Neither a data folder nor a log's folder.
  case notALog(String)
  /// More bytes than what it ought to be can have.
  case tooLong(path: String, limit: Int)
  /// More than one: it is not clear which is meant.
  case severalLogs(String)
  case unreadable(path: String, reason: String)
}

/// The audit of a data folder, of one log's folder, or of a copy of either (Protocols/audit.md). It
/// opens files for reading only, and takes no lock.
public enum FolderAudit {
  /// - Parameters:
  ///   - cards: whom to believe: the keys of logs and of cosigners.
  ///   - threads: at least 1; nil: one for each processor.
  ///   - isStill: nobody writes to the folder: what differs is not looked at again.
  ///   - progress: origin, entries done, entries in all; often.
  public static func run(
    path: String, cards: [Card], threads: Int? = nil, isStill: Bool = false,
    progress: @escaping (String, UInt64, UInt64) -> Void = { _, _, _ in }
  ) throws(AuditError) -> AuditReport {
    try audit(
      path: path, cards: cards, threads: threads, isStill: isStill, LogQuestions(), progress
    ).report
  }

  /// - Parameter questions: asked of each log.
  static func audit(
    path: String, cards: [Card], threads: Int?, isStill: Bool, _ questions: LogQuestions,
    _ progress: @escaping (String, UInt64, UInt64) -> Void
  ) throws(AuditError) -> AuditRun {
    // The folder's name decides which journals count: "." and a link are the folder that they lead
    // to.
    guard let root = Folder.resolved(path) else { throw .missing(path) }
    let names: [String]
    do throws(ReadFailure) {
      names = try Folder.names(in: root) ?? []
    } catch {
      throw .unreadable(path: error.path, reason: error.reason)
    }
    var run = AuditRun(
      root: root, cards: cards, threads: threads ?? Parallel.processors,
      looks: isStill ? 0 : AuditLimits.looks, questions: questions, progress: progress)
    if !Set(names).isDisjoint(with: ["format", "logs", "journal.0", "journal.1"]) {
      run.auditDataFolder(names)
    } else if names.contains("identity") || names.contains("entries") {
      run.auditLogFolder()
    } else {
      throw .notALog(path)
    }
    return run
  }
}

/// One audit on its way.
struct AuditRun {
  let root: String
  /// The data folder that is audited, or that the audited log is in.
  var dataFolder: String?
  let cards: [Card]
  let threads: Int
  /// How often files that differ are looked at again.
  let looks: Int
  let questions: LogQuestions
  let progress: (String, UInt64, UInt64) -> Void
  var list = FindingList()
  var report = AuditReport()
  /// Logs whose files were longer than the head, for a second look at the journals.
  var audited: [LogAudit] = []
  /// Lowest index at which evidence in `faults/` freezes each log. Looked up, never iterated.
  var provenFreezes: [LogID: UInt64] = [:]

  init(
    root: String, cards: [Card], threads: Int, looks: Int, questions: LogQuestions,
    progress: @escaping (String, UInt64, UInt64) -> Void
  ) {
    self.root = root
    self.cards = cards
    self.threads = threads
    self.looks = looks
    self.questions = questions
    self.progress = progress
  }

  mutating func add(
    _ log: String?, _ file: String, _ what: String, offset: UInt64? = nil
  ) {
    list.add(
      Finding(
        kind: .verificationFailed, log: log, file: file, index: nil, offset: offset, what: what))
  }

  /// A file that cannot be read, or is not what its name says, is a finding, and the rest is
  /// audited all the same.
  mutating func attempt(
    log: String? = nil, _ body: (inout AuditRun) throws(ReadFailure) -> Void
  ) {
    do throws(ReadFailure) {
      try body(&self)
    } catch {
      list.add(Finding(error, log: log, root: root))
    }
  }

  // MARK: The parts of a folder

  mutating func auditDataFolder(_ names: [String]) {
    dataFolder = root
    checkGivenCards()
    var folders: [String] = []
    // Before the journals: a log that a daemon adds meanwhile is then known to them.
    attempt { run throws(ReadFailure) in folders = try run.logFolders() }
    var journals: Journals?
    attempt { run throws(ReadFailure) in journals = try Journals.read(folder: run.root) }
    add(problemsOf: journals)
    attempt { run throws(ReadFailure) in try run.checkFormat(journals) }
    let journaled = (journals?.logs.keys.map { $0.description } ?? []).sorted()
    for name in journaled where !folders.contains(name) { folders.append(name) }
    for name in folders.sorted() {
      let id = Hex.decode(name).flatMap { LogID($0) }
      let entries = id.flatMap { journals?.logs[$0] }
      let isLoose = journals != nil && entries == nil
      if isLoose { report.notChecked.append("logs/\(name): a log that no journal knows") }
      attempt(log: name) { run throws(ReadFailure) in
        try run.auditLog(
          run.root + "/logs/" + name, place: "logs/" + name, id: id, entries, isLoose: isLoose)
      }
    }
    if folders.isEmpty { report.notChecked.append("there is no log here") }
    readInventory(names)
    for card in cards where !audited.contains(where: { $0.identity == card.identity }) {
      report.notChecked.append("\(card.origin): a card was given, but there is no log of it here")
    }
    judgeFreezes(isDataFolder: true)
    finish(journalFolder: root, journals, isDataFolder: true)
  }

  /// The names in `logs/` that are logs' folders.
  private mutating func logFolders() throws(ReadFailure) -> [String] {
    var folders: [String] = []
    for name in try Folder.names(in: root + "/logs") ?? [] {
      if Hex.decode(name)?.count == 32, name == name.lowercased() {
        folders.append(name)
      } else {
        report.notChecked.append("logs/\(name): not a log's folder")
      }
    }
    return folders
  }

  private mutating func checkFormat(_ journals: Journals?) throws(ReadFailure) {
    let format = try Folder.contents(of: root + "/format")
    if let format {
      if format != StoreFormat.format {
        add(nil, "format", "is not that of a store this program knows")
      }
    } else if journals != nil {
      add(nil, "format", "is missing: without it there is no store")
    }
    guard journals == nil else { return }
    if format != nil { add(nil, "journal.0", "is missing, as is journal.1") }
    report.notChecked.append("what was acknowledged (there is no journal)")
  }

  mutating func auditLogFolder() {
    checkGivenCards()
    let name = root.split(separator: "/").last.map { String($0) } ?? ""
    let id = Hex.decode(name).flatMap { LogID($0) }
    // Inside a data folder its journals count; a copy of the log alone has none.
    let data = root + "/../.."
    let isInside = Folder.kind(of: data + "/format") == .file
    if isInside { dataFolder = data }
    var journals: Journals?
    if isInside, id == nil {
      report.notChecked.append(
        "what was acknowledged (the folder has not the name of its log: the journals beside it say nothing of it)"
      )
    } else if isInside {
      attempt { _ throws(ReadFailure) in journals = try Journals.read(folder: data) }
      add(problemsOf: journals)
    }
    let entries = id.flatMap { journals?.logs[$0] }
    let isLoose = journals != nil && entries == nil
    if isLoose { report.notChecked.append("\(name): a log that no journal knows") }
    attempt { run throws(ReadFailure) in
      try run.auditLog(run.root, place: "", id: id, entries, isLoose: isLoose)
    }
    judgeFreezes(isDataFolder: false)
    finish(journalFolder: data, journals, isDataFolder: false)
  }

  private mutating func add(problemsOf journals: Journals?) {
    for problem in journals?.problems ?? [] {
      add(nil, problem.file, problem.what, offset: problem.offset)
    }
    report.notChecked += journals?.gaps ?? []
  }

  // MARK: One log

  private mutating func auditLog(
    _ folder: String, place: String, id: LogID?, _ entries: Journals.LogEntries?, isLoose: Bool
  ) throws(ReadFailure) {
    let file = place.isEmpty ? "identity" : place + "/identity"
    let label = id?.description ?? "the log"
    switch Folder.kind(of: folder) {
    case .folder: break
    case .missing: if entries == nil { return }
    case .file, .other: throw ReadFailure(path: folder, kind: .notAFolder)
    }
    var identity: LogIdentity?
    if let text = try Folder.contents(of: folder + "/identity") {
      identity = LogIdentity(identityFile: text)
      if identity == nil { add(label, file, "is malformed") }
    } else if entries?.identity == nil {
      add(label, file, "is missing")
    }
    if let found = identity, let id, found.id != id {
      add(label, file, "says a log whose id is not that of its folder")
      identity = nil
    }
    if let found = identity, let journaled = entries?.identity, journaled != found {
      add(label, file, "is not the identity that the journal acknowledged")
    }
    // A card that fits the folder's name says as much as the file.
    identity = identity ?? entries?.identity ?? cards.first { $0.identity.id == id }?.identity
    guard let identity else {
      report.notChecked.append("\(label): nothing of it, since its identity is not known")
      return
    }
    let audit = LogAudit(
      identity: identity,
      files: try LogFiles.open(
        folder: folder, journal: entries, isLoose: isLoose, looks: looks), place: place, root: root,
      threads: threads, questions: questions, progress: progress)
    compareWithCards(identity, file, audit)
    audit.run(cards: cards)
    audited.append(audit)
  }

  private mutating func compareWithCards(
    _ identity: LogIdentity, _ file: String, _ audit: LogAudit
  ) {
    let ofOrigin = cards.filter { $0.origin == identity.origin }
    if ofOrigin.contains(where: { $0.identity == identity }) {
      audit.summary.identityChecked = true
    } else if ofOrigin.contains(where: { holdsCards(of: identity, and: $0.identity) }) {
      report.notChecked.append(
        "\(identity.origin): whose the log is whose id is \(identity.id): its key is not that of the card given; cards of both are held, the operator replaced one by the other"
      )
    } else if !ofOrigin.isEmpty {
      add(identity.origin.text, file, "has another log key than the card given for it")
    } else {
      report.notChecked.append("\(identity.origin): identity not checked (no card given)")
    }
  }
}
