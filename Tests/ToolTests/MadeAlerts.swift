import HubInterface

/// Alerts, watches and lists that the fake hub answers with.
extension Made {
  /// Somebody who may be acted on.
  static let suspect =
    #"{ "type":"person","v":1,"id":"x-1","name":[{"full":"Test Person","kind":"primary"}],"birthDate":["1987-03-02"],"grade":"B2","handling":["H2"],"category":"suspect","purpose":["ct"],"warning":["armed"],"onHit":{"action":"arrest","contact":{"phone":"+32 2 000 00 00"}}}"#

  static let contact = Contact(phone: "+32 2 000 00 00", hours: "day and night", reference: "X-117")

  static func alert(
    _ number: Int = 7, band: String = "alert", state: String = "raised",
    found: Found? = found("nl:x-1", suspect), raisedAt: Int = 1_450_000_000_000
  ) -> Alert {
    Alert(
      alert: number, watch: 3, band: band, state: state,
      why: state == "retracted" ? "the record was withdrawn" : nil, score: 0.914,
      explanation: hit().explanation, sentence: "The names are alike.", found: found, grade: "B2",
      handling: ["H2"], warnings: found == nil ? [] : ["armed"],
      action: found == nil ? nil : "arrest", contact: found == nil ? nil : contact,
      raisedAt: raisedAt, changedAt: raisedAt, escalated: false,
      takenBy: state == "raised" ? nil : "a-user",
      closedBy: ["closing", "closed"].contains(state) ? "b-user" : nil,
      outcome: ["closing", "closed"].contains(state) ? "false" : nil,
      closeReason: ["closing", "closed"].contains(state) ? "another face" : nil)
  }

  static func watch(
    _ number: Int = 3, name: String? = "Test Person", state: String = "active"
  ) -> Watch {
    Watch(
      number: number, revision: 1, name: name, birth: "1987", threshold: "review",
      until: "2099-12-31", purpose: "ct", reason: "file 117", user: "a-user",
      time: 1_450_000_000_000, state: state)
  }

  static func event(_ number: Int, _ kind: String, _ alert: Alert?, user: String? = nil)
    -> AlertEvent
  {
    AlertEvent(event: number, kind: kind, time: 1_450_000_000_000, user: user, alert: alert)
  }

  static func alerts(
    _ alerts: [Alert] = [], events: [AlertEvent] = [], next: Int = 0, complete: Bool = true
  ) -> AlertsReply {
    AlertsReply(
      alerts: alerts, events: events, next: next, account: account(complete: complete))
  }

  static func handOver(_ number: Int = 4, acceptedAt: Int? = nil) -> HandOver {
    HandOver(
      number: number, from: "a-user", to: "b-user", alerts: [7, 8], reason: "end of shift",
      offeredAt: 1_450_000_000_000, acceptedAt: acceptedAt)
  }
}
