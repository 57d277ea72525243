import HubInterface

/// An alert as whoever is on duty reads it.
struct AlertText {
  let alert: Alert

  init(_ alert: Alert) { self.alert = alert }

  /// `ALERT 7`, `review 8`
  var title: String {
    (alert.band == "alert" ? "ALERT" : alert.band) + " \(alert.alert)"
  }

  /// Title and state, then all that is to be known, and what to type.
  func block(now: UInt64, hasRows: Bool = false) -> String {
    var text = state(now).wrapped(behind: title + "  ", indent: 0)
    guard let found = alert.found else {
      text += DutyText.row("why", watch, 2)
      if alert.state == "retracted" { return text + DutyText.row("do", AlertText.gone, 2) }
      return text + DutyText.row("gone", alert.why ?? "its record is not shown any more", 2)
    }
    let record = FoundText(found)
    text += DutyText(
      found: record, warnings: alert.warnings, handling: alert.handling, action: alert.action,
      contact: alert.contact
    ).lines(why: why, indent: 2)
    if let (label, command) = next { text += DutyText.row(label, command, 2) }
    guard hasRows else { return text }
    let table = ScoreTable.text(
      alert.explanation, score: alert.score, left: alert.watch == nil ? "OWN" : "WATCH",
      right: "RECORD", indent: 4)
    return text + table + "\n" + record.body(indent: 2)
  }

  /// One line, with its marks: of many that fit.
  func line() -> String {
    guard let found = alert.found else { return "\(title): \(why)".wrapped(indent: 2) }
    let record = FoundText(found)
    let grade = alert.grade.map { ", grade \($0)" } ?? ""
    let head = "\(ScoreTable.number(alert.score))  "
    return "\(record.title)\(grade)".wrapped(behind: head, indent: 2)
      + Marks.lines(record.marks, indent: 2 + head.count)
  }

  // MARK: - Its parts

  private static let gone =
    "what was begun because of it has to be looked at again; of the record nothing is told any more"

  /// Which question it answers.
  private var watch: String {
    if let number = alert.watch { return "watch \(number)" }
    return alert.own.map { "\($0), which this node published" } ?? "a watch"
  }

  private var why: String {
    let sentence = alert.sentence.isEmpty ? "" : ": \(alert.sentence)"
    return "\(ScoreTable.number(alert.score)), \(watch)\(sentence)"
  }

  private func state(_ now: UInt64) -> String {
    let since = StatusVerb.duration(from: Int64(clamping: alert.raisedAt), to: now)
    let raised = "raised \(HubTime.minute(alert.raisedAt)), \(since) ago"
    let by = { (user: String?) in user.map { " by \($0)" } ?? "" }
    switch alert.state {
    case "raised":
      return (alert.escalated ? "NOBODY TOOK IT IN TIME" : "nobody took it") + ", \(raised)"
    case "taken": return "taken\(by(alert.takenBy)), \(raised)"
    case "closing":
      return "closed as false\(by(alert.closedBy)), and a second person has to agree: \(reason)"
    case "closed":
      return "closed as \(alert.outcome ?? "done")\(by(alert.closedBy)): \(reason)"
    case "listed": return "it fitted when the watch was new"
    case "retracted":
      let taken = alert.takenBy.map { ", which \($0) took" } ?? ""
      return "RETRACTED\(taken): \(alert.why ?? "its reason is gone")"
    default: return "\(alert.state), \(raised)"
    }
  }

  private var reason: String { alert.closeReason ?? "without a reason" }

  /// The command to type next.
  private var next: (label: String, command: String)? {
    switch alert.state {
    case "raised": ("take", "liaison alert take \(alert.alert)")
    case "taken":
      ("close", "liaison alert close \(alert.alert) --true|--false --reason \"…\"")
    case "closing": ("agree", "liaison alert confirm \(alert.alert)")
    default: nil
    }
  }
}
