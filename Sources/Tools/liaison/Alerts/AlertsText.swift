import HubInterface

/// Alerts in the order in which they have to be read.
enum AlertsText {
  private static let sections = [
    ("raised", "NOBODY TOOK"), ("taken", "TAKEN"), ("closing", "TO BE AGREED"),
    ("listed", "FITTED WHEN THE WATCH WAS NEW"), ("retracted", "RETRACTED"), ("closed", "CLOSED"),
  ]

  /// Alerts of more weight first, the newest first among equal ones.
  static func ordered(_ alerts: [Alert]) -> [Alert] {
    alerts.sorted { left, right in
      let (first, second) = (weight(left), weight(right))
      if first != second { return first > second }
      return (left.raisedAt, left.alert) > (right.raisedAt, right.alert)
    }
  }

  /// Alerts that nobody took come before all others; the band decides among them.
  private static func weight(_ alert: Alert) -> Int {
    let place = sections.firstIndex { $0.0 == alert.state } ?? sections.count
    return (sections.count - place) * 4 + (alert.band == "alert" ? 2 : 0)
      + (alert.escalated ? 1 : 0)
  }

  static func text(_ alerts: [Alert], now: UInt64) -> String {
    guard !alerts.isEmpty else { return "no alerts stand\n" }
    let ordered = ordered(alerts)
    var text = summary(alerts) + "\n"
    var state: String?
    for alert in ordered {
      if alert.state != state {
        let title = sections.first { $0.0 == alert.state }?.1 ?? alert.state.uppercased()
        text += "\n\(title)\n"
        state = alert.state
      }
      text += "\n" + AlertText(alert).block(now: now)
    }
    return text
  }

  /// `3 stand: 2 nobody took (1 ALERT), 1 taken`
  private static func summary(_ alerts: [Alert]) -> String {
    let standing = alerts.filter { ["raised", "taken", "closing"].contains($0.state) }
    let untaken = standing.filter { $0.state == "raised" }
    let loud = untaken.count { $0.band == "alert" }
    let taken = standing.count - untaken.count
    return (standing.count == 1 ? "1 stands" : "\(standing.count) stand")
      + ": \(untaken.count) nobody took" + (loud > 0 ? " (\(loud) ALERT)" : "") + ", \(taken) taken"
  }
}
