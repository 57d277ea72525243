import HubInterface

/// The text of an event, for somebody who watches a terminal.
enum EventText {
  /// Events after which somebody may have to act: shown with the whole alert.
  private static let loud: Set = ["raised", "again", "changed", "escalated", "updated", "reopened"]

  static func text(_ event: AlertEvent, now: UInt64) -> String {
    let head = "\(HubTime.minute(event.time))  "
    let by = event.user.map { " by \($0)" } ?? ""
    if let alert = event.alert {
      let text = AlertText(alert)
      if loud.contains(event.kind) {
        return "\n" + "\(news(event.kind))\(by)".wrapped(behind: head, indent: 0)
          + text.block(now: now)
      }
      guard event.kind == "retracted" else {
        return "\(text.title) \(event.kind)\(by)\(more(event.kind, alert))"
          .wrapped(behind: head, indent: 0)
      }
      return "\n" + "taken back".wrapped(behind: head, indent: 0) + text.block(now: now)
    }
    guard let watch = event.watch else {
      return "\(event.kind)\(by)".wrapped(behind: head, indent: 0)
    }
    guard event.kind == "watch-ends" else {
      return "watch \(watch.number) \(event.kind)\(by)".wrapped(behind: head, indent: 0)
    }
    return
      "WATCH \(watch.number) ENDS on \(watch.until), \(WatchText.what(watch)): make a new one if it is still needed (liaison watch add)"
      .wrapped(behind: head, indent: 0)
  }

  private static func news(_ kind: String) -> String {
    switch kind {
    case "raised": "new"
    case "again": "here again: the record came back"
    case "changed": "CHANGED: what is to be done about it is another"
    case "escalated": "ESCALATED: nobody took it"
    case "updated": "the record has a new version; what is to be done is as before"
    default: kind
    }
  }

  private static func more(_ kind: String, _ alert: Alert) -> String {
    switch kind {
    case "closed", "closing":
      let outcome = alert.outcome.map { " as \($0)" } ?? ""
      return outcome + (alert.closeReason.map { ": \($0)" } ?? "")
    case "handed-over": return alert.takenBy.map { " to \($0)" } ?? ""
    default: return ""
    }
  }
}
