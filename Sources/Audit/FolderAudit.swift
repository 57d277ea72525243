internal import Crypto
public import Log
internal import Wire

/// Why an audit could not begin.
public enum AuditError: Error, Sendable, Hashable {
  /// There is nothing of that name.
  case missing(String)
  /// Neither a data folder nor a log's folder.
  case notALog(String)
  case unreadable(path: String, reason: String)
}

/// The audit of a data folder, of one log's folder, or of a copy of either. It opens files for
/// reading only, and takes no lock.
public enum FolderAudit {
  /// - Parameters:
  ///   - cards: whom to believe: the keys of logs and of cosigners.
  ///   - threads: at least 1; nil: one for each processor.
  ///   - progress: origin, entries done, entries in all; often.
  public static func run(
    path: String, cards: [Card], threads: Int? = nil,
    progress: @escaping (String, UInt64, UInt64) -> Void = { _, _, _ in }
  ) throws(AuditError) -> AuditReport {
    var root = path
    while root.count > 1, root.hasSuffix("/") { root.removeLast() }
    guard Folder.kind(of: root) == .folder else { throw .missing(path) }
    do throws(ReadFailure) {
      let names = try Folder.names(in: root) ?? []
      var run = AuditRun(
        root: root, cards: cards, threads: threads ?? Parallel.processors, progress: progress)
      if names.contains("format") || names.contains("logs") {
        try run.auditDataFolder()
      } else if names.contains("identity") || names.contains("entries") {
        try run.auditLogFolder()
      } else {
        throw ReadFailure(path: "", code: 0)
      }
      return run.finished()
    } catch {
      if error.path.isEmpty { throw .notALog(path) }
      throw .unreadable(path: error.path, reason: error.reason)
    }
  }
}

private struct AuditRun {
  let root: String
  let cards: [Card]
  let threads: Int
  let progress: (String, UInt64, UInt64) -> Void
  var list = FindingList()
  var report = AuditReport()
  /// Logs whose files were longer than the head, for a second look at the journals.
  var audited: [LogAudit] = []

  init(
    root: String, cards: [Card], threads: Int,
    progress: @escaping (String, UInt64, UInt64) -> Void
  ) {
    self.root = root
    self.cards = cards
    self.threads = threads
    self.progress = progress
  }

  func finished() -> AuditReport { report }

  private mutating func add(_ log: String?, _ file: String, _ what: String, offset: UInt64? = nil) {
    list.add(
      Finding(
        kind: .verificationFailed, log: log, file: file, index: nil, offset: offset, what: what))
  }

  // MARK: What is where

  mutating func auditDataFolder() throws(ReadFailure) {
    let format = try Folder.contents(of: root + "/format")
    if let format, format != StoreFormat.format {
      add(nil, "format", "is not that of a store this program knows")
    }
    // Before the journals: a log that a daemon adds meanwhile is then known to them.
    let names = try Folder.names(in: root + "/logs") ?? []
    let journals = try Journals.read(folder: root)
    add(problemsOf: journals)
    if journals == nil {
      if format != nil { add(nil, "journal.0", "is missing, as is journal.1") }
      report.notChecked.append("what was acknowledged (there is no journal)")
    }
    var folders: [String] = []
    for name in names {
      if Hex.decode(name)?.count == 32, name == name.lowercased() {
        folders.append(name)
      } else {
        report.notChecked.append("logs/\(name): not a log's folder")
      }
    }
    let journaled = (journals?.logs.keys.map { $0.description } ?? []).sorted()
    for name in journaled where !folders.contains(name) { folders.append(name) }
    for name in folders.sorted() {
      let id = Hex.decode(name).flatMap { LogID($0) }
      let entries = id.flatMap { journals?.logs[$0] }
      if journals != nil, entries == nil {
        add(name, "logs/\(name)", "is a log that no journal knows")
      }
      try auditLog(root + "/logs/" + name, place: "logs/" + name, id: id, entries)
    }
    for card in cards where !audited.contains(where: { $0.identity == card.identity }) {
      report.notChecked.append("\(card.origin): a card was given, but there is no log of it here")
    }
    if folders.isEmpty { report.notChecked.append("there is no log here") }
    try finish(journalFolder: root, journals)
  }

  mutating func auditLogFolder() throws(ReadFailure) {
    let name = root.split(separator: "/").last.map { String($0) } ?? ""
    let id = Hex.decode(name).flatMap { LogID($0) }
    // Inside a data folder its journals count; a copy of the log alone has none.
    let data = root + "/../.."
    let isInside = id != nil && Folder.kind(of: data + "/format") == .file
    let journals = isInside ? try Journals.read(folder: data) : nil
    if isInside { add(problemsOf: journals) }
    try auditLog(root, place: "", id: id, id.flatMap { journals?.logs[$0] })
    try finish(journalFolder: data, journals)
  }

  private mutating func add(problemsOf journals: Journals?) {
    for problem in journals?.problems ?? [] {
      add(nil, problem.file, problem.what, offset: problem.offset)
    }
  }

  // MARK: One log

  private mutating func auditLog(
    _ folder: String, place: String, id: LogID?, _ entries: Journals.LogEntries?
  ) throws(ReadFailure) {
    let file = place.isEmpty ? "identity" : place + "/identity"
    let label = id?.description ?? folder
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
      identity: identity, files: try LogFiles.open(folder: folder, journal: entries), place: place,
      threads: threads, progress: progress)
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
    } else if !ofOrigin.isEmpty {
      add(identity.origin.text, file, "has another log key than the card given for it")
    } else {
      report.notChecked.append("\(identity.origin): identity not checked (no card given)")
    }
  }

  // MARK: The end

  private mutating func finish(journalFolder: String, _ journals: Journals?) throws(ReadFailure) {
    try explainTails(journalFolder, journals)
    report.findings = list.finished()
    for audit in audited {
      report.findings += audit.list.finished()
      report.notChecked += audit.notChecked
      report.notes += audit.notes
      report.logs.append(audit.summary)
      report.checked.append(audit.summary.line)
    }
    if let journals { report.checked.append("journals: \(journals.commits) commits") }
  }

  /// A file that goes on behind the head is damage, unless a daemon is at work and journals a head
  /// that covers it: what it wrote since the audit began is not part of the audit.
  private mutating func explainTails(_ folder: String, _ journals: Journals?) throws(ReadFailure) {
    var now = journals
    for _ in 0..<AuditLimits.looks where journals != nil {
      let isExplained = audited.allSatisfy { audit in
        let head = now?.logs[audit.identity.id]?.head
        return audit.tails.allSatisfy { $0.bytes <= head?.bytes(of: $0.file) ?? 0 }
          && audit.ahead.allSatisfy { $0.size <= head?.size ?? 0 }
      }
      if isExplained { break }
      Folder.wait(milliseconds: AuditLimits.lookMilliseconds)
      now = try Journals.read(folder: folder)
    }
    for audit in audited {
      let head = now?.logs[audit.identity.id]?.head
      for tail in audit.tails {
        if tail.bytes <= head?.bytes(of: tail.file) ?? 0 {
          audit.notes.append(
            "\(audit.origin): \(tail.file) grew while it was audited; the new part was not looked at"
          )
        } else {
          audit.add(tail: tail)
        }
      }
      for (what, size) in audit.ahead {
        let line = "\(audit.origin): \(what) is over \(size) entries, which were not all here"
        if size <= head?.size ?? 0 {
          audit.notes.append(line)
        } else {
          audit.notChecked.append(line)
        }
      }
    }
  }
}

extension AcknowledgedHead {
  /// The length that a file has with this head.
  fileprivate func bytes(of file: String) -> UInt64 {
    switch file {
    case "entries": size * UInt64(EntryLayout.leafBytes)
    case "hashes": size * UInt64(StoreFormat.hashBytes)
    case "nodes": StoreFormat.nodes(entries: size) * UInt64(StoreFormat.hashBytes)
    case "bodies.index": size * UInt64(StoreFormat.indexBytes)
    case "control": controlCount * UInt64(StoreFormat.controlBytes)
    case "checkpoints": checkpointCount * UInt64(StoreFormat.checkpointBytes)
    case "cosignatures": cosignatureCount * UInt64(StoreFormat.cosignatureBytes)
    case StoreFormat.segmentName(segment): UInt64(segmentOffset)
    default: file < StoreFormat.segmentName(segment) ? .max : 0
    }
  }
}

extension LogIdentity {
  /// The content of `identity` (Protocols/store.md, 4.1); nil for anything but exactly that.
  init?(identityFile bytes: [UInt8]) {
    let lines = String(decoding: bytes, as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count == 4, lines[0] == "liaison-identity/v1", lines[1].hasPrefix("origin "),
      lines[2].hasPrefix("log "), lines[3].isEmpty,
      let origin = try? Origin(String(lines[1].dropFirst(7))),
      let key = Base64.decode(lines[2].dropFirst(4)).flatMap({ LogPublicKey($0) })
    else { return nil }
    self.init(origin: origin, key: key)
    let exact = "liaison-identity/v1\norigin \(origin)\nlog \(Base64.encode(key.array))\n"
    guard bytes.elementsEqual(exact.utf8) else { return nil }
  }
}

extension LogSummary {
  fileprivate var line: String {
    var line = "\(origin): \(entries) entries (layout, links, signatures, leaf hashes, tree), "
    line += "\(bodiesPresent) bodies"
    if checkpointSize > 0 { line += ", checkpoint of size \(checkpointSize)" }
    if !cosigners.isEmpty { line += ", cosignatures of \(cosigners.joined(separator: ", "))" }
    return line + (identityChecked ? ", identity" : "")
  }
}
