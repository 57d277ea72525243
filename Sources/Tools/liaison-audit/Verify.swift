internal import Audit
internal import CommandLine
internal import Crypto
internal import Log
internal import Text

/// `liaison-audit verify`.
func verify(_ arguments: Arguments) throws(Failure) -> End {
  let cards = try readCards(arguments.all("--key"))
  let threads = try arguments.number("--threads", in: 1...AuditLimits.threads)
  let path = arguments.words[0]
  var progress = AuditProgress()
  do throws(AuditError) {
    let report = try FolderAudit.run(path: path, cards: cards, threads: threads) {
      progress.show(origin: $0, done: $1, of: $2)
    }
    progress.clear()
    return End(verdict: report.verdict, text: text(of: report), json: json(of: report))
  } catch {
    progress.clear()
    throw Failure(error)
  }
}

/// `liaison-audit looks`.
func looks(_ arguments: Arguments) throws(Failure) -> End {
  let cards = try readCards(arguments.all("--key"))
  let otherHubs = try readCards(arguments.all("--other-hub"))
  let threads = try arguments.number("--threads", in: 1...AuditLimits.threads)
  var progress = AuditProgress()
  do throws(AuditError) {
    let report = try LooksAudit.run(
      folder: arguments.words[0], anchors: arguments.value("--anchors") ?? "",
      log: arguments.value("--log") ?? "", cards: cards,
      otherHubs: otherHubs, threads: threads
    ) {
      progress.show(origin: $0, done: $1, of: $2)
    }
    progress.clear()
    return End(verdict: report.verdict, text: text(of: report), json: json(of: report))
  } catch {
    progress.clear()
    throw Failure(error)
  }
}

func readCards(_ paths: [String]) throws(Failure) -> [Card] {
  var cards: [Card] = []
  for path in paths {
    let bytes: [UInt8]
    do throws(AuditError) {
      bytes = try InputFile.read(path, atMost: LogLimits.cardFileBytes)
    } catch {
      throw Failure(error)
    }
    do throws(CardError) {
      cards.append(try Card.parse(file: bytes))
    } catch {
      throw Failure(
        .noInput, "\(path) is no valid card (\(error)).",
        hint: "Give a file as `liaison card` prints it.")
    }
  }
  return cards
}

extension Failure {
  init(_ error: AuditError) {
    switch error {
    case .missing(let path):
      self.init(.noInput, "\(path) is not there.", hint: "Give an existing file or folder.")
    case .notALog(let path):
      self.init(
        .noInput, "\(path) is neither a data folder nor a log's folder.",
        hint: "Give the folder that holds \"logs\", or one of the folders in it.")
    case .tooLong(let path, let limit):
      self.init(
        .noInput, "\(path) is longer than \(limit) bytes.",
        hint: "Give a card as `liaison card` prints it, or a proof as verify prints it.")
    case .severalLogs(let path):
      self.init(
        .noInput, "\(path) holds several logs, and it is not clear which one is meant.",
        hint: "Name the folder of the node's log, DIR/logs/ID.")
    case .unreadable(let path, let reason):
      self.init(.inputOutput, "\(path) could not be read: \(reason).")
    }
  }
}

/// How far the audit is, on a terminal.
private struct AuditProgress {
  private var line = ProgressLine()
  private let clock = ContinuousClock()
  private var shown: ContinuousClock.Instant?
  private var began: ContinuousClock.Instant?

  mutating func show(origin: String, done: UInt64, of size: UInt64) {
    let now = clock.now
    if done == 0 { began = now }
    if let shown, now - shown < .milliseconds(200) { return }
    shown = now
    let percent = size == 0 ? 100 : done * 100 / size
    let seconds = began.map { ($0.duration(to: now)) / .seconds(1) } ?? 0
    let rate = seconds > 0.5 ? ", \(UInt64(Double(done) / seconds)) a second" : ""
    line.show("\(origin): \(done) of \(size) entries, \(percent) %\(rate)")
  }

  mutating func clear() { line.clear() }
}

private func text(of report: AuditReport) -> String {
  var text = ""
  for log in report.logs where log.entries > 0 {
    text += "\(log.origin): size \(log.entries), root \(log.root)\n".printableLines
  }
  if !report.findings.isEmpty { text += "\nfindings\n" }
  for finding in report.findings { text += "  \(finding.line)\n" }
  text += "\nchecked\n"
  for line in report.checked { text += "  \(line.printable)\n" }
  text += "\nnot checked\n"
  for line in report.notChecked { text += "  \(line.printable)\n" }
  if !report.notRead.isEmpty {
    let names = report.notRead.map(\.printable).joined(separator: ", ")
    text += "  not read, for it says nothing of a log: \(names)\n"
  } else if report.notChecked.isEmpty {
    text += "  nothing was left out\n"
  }
  for note in report.notes { text += "note: \(note.printable)\n" }
  return text + "\n"
}

extension Finding {
  /// One line: class, log, file, index, offset, what.
  fileprivate var line: String {
    var line = "\(kind.rawValue): "
    if let log { line += "\(log): " }
    line += file
    if let index { line += " [\(index)]" }
    if let offset { line += " at byte \(offset)" }
    line = "\(line): \(what)".printable
    if let proof { line += "\n    proof: \(Base64.encode(proof))" }
    return line
  }

  fileprivate var json: JSON {
    var fields: [(String, JSON)] = [("class", .string(kind.rawValue))]
    if let log { fields.append(("log", .string(log))) }
    fields.append(("file", .string(file)))
    if let index { fields.append(("index", .number(index))) }
    if let offset { fields.append(("offset", .number(offset))) }
    fields.append(("what", .string(what)))
    if let proof { fields.append(("proof", .string(Base64.encode(proof)))) }
    return .object(fields)
  }
}

private func json(of report: AuditReport) -> JSON {
  let logs: [JSON] = report.logs.map { log in
    .object([
      ("origin", .string(log.origin)), ("folder", .string(log.folder)),
      ("size", .number(log.entries)), ("root", .string(log.root)),
      ("checkpointSize", .number(log.checkpointSize)),
      ("bodiesPresent", .number(log.bodiesPresent)),
      ("identityChecked", .bool(log.identityChecked)),
      ("cosignatures", .array(log.cosigners.map { .string($0) })),
      ("signaturesVerified", .number(log.signaturesVerified)),
    ])
  }
  let fields: [(String, JSON)] = [
    ("result", .string(report.verdict.word)), ("code", .number(UInt64(report.verdict.code))),
    ("logs", .array(logs)), ("findings", .array(report.findings.map(\.json))),
    ("checked", .array(report.checked.map { .string($0) })),
    ("notChecked", .array(report.notChecked.map { .string($0) })),
    ("notRead", .array(report.notRead.map { .string($0) })),
    ("notes", .array(report.notes.map { .string($0) })),
  ]
  return .object(fields + (report.looks.map { [("looks", json(of: $0))] } ?? []))
}

private func json(of looks: LooksSummary) -> JSON {
  var fields: [(String, JSON)] = [
    ("looksOrigin", .string(looks.looksOrigin)), ("origin", .string(looks.origin)),
    ("looks", .number(looks.looks)), ("anchors", .number(looks.anchors)),
    ("bound", .number(looks.bound)), ("unbound", .number(looks.unbound)),
    ("cosignedSize", .number(looks.cosignedSize)), ("gaps", .number(looks.gapCount)),
  ]
  if let time = looks.firstTime { fields.append(("firstTime", .number(time))) }
  if let time = looks.lastTime { fields.append(("lastTime", .number(time))) }
  return .object(fields)
}
