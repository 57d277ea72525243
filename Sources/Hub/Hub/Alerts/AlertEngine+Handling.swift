internal import HubInterface
internal import SQL

// The handling of alerts by users.
extension AlertEngine {
  /// The user who does something, and what he may see.
  struct Actor: Sendable {
    let user: String
    /// `Purpose` bits.
    let purposes: Int64
  }

  func take(_ numbers: [Int64], _ actor: Actor) throws -> [AlertRow] {
    try change(numbers, actor) { row throws(HubError) in
      guard row.state == .raised || row.state == .taken else { throw .notNow(row, "taken") }
      guard row.taken != actor.user else { return nil }
      row.state = .taken
      row.taken = actor.user
      return .taken
    }
  }

  /// Nobody has it any more; it is escalated again where nobody takes it.
  func release(_ numbers: [Int64], _ actor: Actor) throws -> [AlertRow] {
    try change(numbers, actor) { [now] row throws(HubError) in
      guard row.state == .taken else { throw .notNow(row, "released") }
      row.state = .raised
      row.taken = nil
      row.raised = now
      row.isEscalated = false
      return .released
    }
  }

  func close(
    _ numbers: [Int64], _ actor: Actor, outcome: Bool, reason: String
  ) throws -> [AlertRow] {
    try change(numbers, actor) { [duty] row throws(HubError) in
      guard row.state == .raised || row.state == .taken else { throw .notNow(row, "closed") }
      row.closed = actor.user
      row.outcome = outcome
      row.closing = reason
      if row.taken == nil { row.taken = actor.user }
      let isFirst = !outcome && duty.closesInPairs
      row.state = isFirst ? .closing : .closed
      return isFirst ? .closing : .closed
    }
  }

  /// The second of two persons agrees that it was the wrong one.
  func confirm(_ numbers: [Int64], _ actor: Actor) throws -> [AlertRow] {
    try change(numbers, actor) { row throws(HubError) in
      guard row.state == .closing else { throw .notNow(row, "confirmed") }
      guard row.closed != actor.user else {
        throw .notAllowed(
          reason: "alert \(row.number) was closed by \(actor.user)",
          hint: "another person has to agree that it was the wrong one")
      }
      row.state = .closed
      return .closed
    }
  }

  func reopen(_ numbers: [Int64], _ actor: Actor, reason: String) throws -> [AlertRow] {
    try change(numbers, actor) { row throws(HubError) in
      guard row.state == .closed || row.state == .closing, row.why == nil else {
        throw .notNow(row, "reopened")
      }
      row.state = .taken
      row.taken = actor.user
      row.outcome = nil
      row.closing = reason
      return .reopened
    }
  }

  /// All of them, or none.
  private func change(
    _ numbers: [Int64], _ actor: Actor,
    _ body: (inout AlertRow) throws(HubError) -> AlertNews?
  ) throws -> [AlertRow] {
    var rows: [(row: AlertRow, news: AlertNews?)] = []
    for number in numbers {
      guard var row = try alerts.find(number), row.purposes & actor.purposes != 0,
        row.state != .listed
      else { throw HubError.unknown(what: "alert", number: Int(number)) }
      let news = try body(&row)
      row.changed = now
      rows.append((row, news))
    }
    try whole { () throws(SQLError) in
      for (row, news) in rows {
        guard let news else { continue }
        try alerts.set(row)
        try events.add(news, alert: row.number, user: actor.user, now)
        // His trips are told of for as long as it may be he.
        if news == .closed || news == .reopened {
          try settleTrips(of: row.subject, .none)
        }
      }
    }
    return rows.map(\.row)
  }

  // MARK: - Shifts

  /// - Parameter numbers: nil: all that he took.
  func offer(
    _ numbers: [Int64]?, _ actor: Actor, to taker: String, reason: String
  ) throws -> HandOver {
    let all = try taken(by: actor.user)
    let numbers = numbers ?? all
    for number in numbers where !all.contains(number) {
      throw HubError.refused(
        reason: "alert \(number) is not one that \(actor.user) took", hint: "see liaison alerts")
    }
    guard !numbers.isEmpty else {
      throw HubError.refused(
        reason: "\(actor.user) has taken no alert", hint: "there is nothing to hand over")
    }
    guard taker != actor.user else {
      throw HubError.refused(reason: "both are \(taker)", hint: "name who takes over")
    }
    var handOver = HandOver(
      number: 0, from: actor.user, to: taker, alerts: numbers.map(Int.init), reason: reason,
      offeredAt: Int(now))
    handOver.number = Int(try handOvers.add(handOver))
    return handOver
  }

  func accept(_ number: Int64, _ actor: Actor) throws -> HandOver {
    guard var handOver = try handOvers.find(number), handOver.to == actor.user else {
      throw HubError.unknown(what: "hand-over", number: Int(number))
    }
    guard handOver.acceptedAt == nil else {
      throw HubError.refused(reason: "hand-over \(number) was accepted", hint: "")
    }
    let hidden = try handOver.alerts.filter { alert in
      try alerts.find(Int64(alert)).map { $0.purposes & actor.purposes == 0 } ?? false
    }
    guard hidden.isEmpty else {
      throw HubError.notAllowed(
        reason: "\(actor.user) may not look for the purposes of \(hidden.count) of these alerts",
        hint: "let who has them offer the others, and hand these to somebody who may")
    }
    try database.transaction { () throws(SQLError) in
      for alert in handOver.alerts {
        // Alerts that were closed, released or retracted meanwhile are nobody's to take.
        guard var row = try alerts.find(Int64(alert)), row.state == .taken,
          row.taken == handOver.from
        else { continue }
        row.taken = actor.user
        row.changed = now
        try alerts.set(row)
        try events.add(.handedOver, alert: row.number, user: actor.user, now)
      }
      try handOvers.setAccepted(number, now)
    }
    handOver.acceptedAt = Int(now)
    return handOver
  }

  private func taken(by user: String) throws(SQLError) -> [Int64] {
    let rows = try database.prepare(
      "SELECT number FROM alert WHERE state = 2 AND taken = ?1 ORDER BY number")
    try rows.bind(1, user)
    var found: [Int64] = []
    try rows.each { row throws(SQLError) in
      found.append(row.integer(0))
      return true
    }
    return found
  }

  // MARK: - Hooks

  /// A hook begins where the events are when it is first heard of.
  func hook(_ name: String, _ user: String) throws -> HookRow {
    if let known = try hooks.find(name) {
      guard known.user == user else {
        throw HubError.notAllowed(
          reason: "the hook \(name) is \(known.user)'s", hint: "give yours another name")
      }
      return known
    }
    guard try hooks.all().count < HubLimits.hooks else {
      throw HubError.refused(
        reason: "there are \(HubLimits.hooks) hooks", hint: "use a name that there is")
    }
    let made = HookRow(name: name, user: user, done: try events.last())
    try hooks.set(made)
    return made
  }

  func confirm(_ hook: String, _ user: String, through event: Int64) throws {
    var row = try self.hook(hook, user)
    guard event > row.done, try event <= events.last() else { return }
    row.done = event
    (row.failed, row.reason) = (nil, nil)
    try hooks.set(row)
  }

  func fail(_ hook: String, _ user: String, at event: Int64, _ reason: String) throws {
    var row = try self.hook(hook, user)
    (row.failed, row.reason) = (event, reason)
    try hooks.set(row)
  }
}

extension HubError {
  fileprivate static func notNow(_ row: AlertRow, _ what: String) -> HubError {
    .refused(
      reason: "alert \(row.number) is \(row.state.word)\(row.taken.map { ", by \($0)" } ?? "")",
      hint: "it cannot be \(what) now")
  }
}
