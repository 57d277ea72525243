import HubInterface
import JSON

/// Alerts and events as lines of JSON; what is not there is left out.
enum AlertJSON {
  static func line(_ alert: Alert, _ account: LookAccount) -> [UInt8] {
    JSONWriter.object { writer in
      writer.members(alert)
      writer.members(account)
    }
  }

  /// The line that `alerts --follow` prints, and that a hook gets.
  static func line(_ event: AlertEvent) -> [UInt8] {
    JSONWriter.object { writer in
      writer.member("event", event.event)
      writer.member("news", event.kind)
      writer.member("at", event.time)
      writer.optional("by", event.user)
      if let alert = event.alert { writer.members(alert) }
      // A watch that ends has no alert.
      guard let watch = event.watch else { return }
      if event.alert == nil { writer.member("watch", watch.number) }
      writer.member("asked", watch)
    }
  }
}

extension JSONWriter {
  mutating func optional(_ name: StaticString, _ value: (some Encodable)?) {
    if let value { member(name, value) }
  }

  mutating func members(_ alert: Alert) {
    member("alert", alert.alert)
    optional("watch", alert.watch)
    optional("own", alert.own)
    member("band", alert.band)
    member("state", alert.state)
    optional("why", alert.why)
    if let found = alert.found { members(found) }
    member("score", alert.score)
    member("sentence", alert.sentence)
    member("explanation", alert.explanation)
    optional("grade", alert.grade)
    member("handling", alert.handling)
    member("warnings", alert.warnings)
    optional("action", alert.action)
    optional("contact", alert.contact)
    member("raisedAt", alert.raisedAt)
    member("changedAt", alert.changedAt)
    member("escalated", alert.escalated)
    optional("takenBy", alert.takenBy)
    optional("closedBy", alert.closedBy)
    optional("outcome", alert.outcome)
    optional("closeReason", alert.closeReason)
  }
}
