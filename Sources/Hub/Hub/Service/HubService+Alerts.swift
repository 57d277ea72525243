internal import HubInterface
internal import Records
internal import SQL
internal import Varlink

// Alerts: shown, waited for, taken, handed over.
extension HubService {
  func alerts(_ call: HubSession.Call) throws {
    let request = try call.parameters(AlertsRequest.self)
    let desk = try mustHaveAlerts()
    _ = try mustRecord()
    let purposes = try allowedPurposes(call.user)
    let limit = request.limit ?? HubLimits.alertsAtOnce
    guard (1...HubLimits.alertsAtOnce).contains(limit) else {
      throw HubError.refused(
        reason: "the limit is \(limit)", hint: "name 1 to \(HubLimits.alertsAtOnce)")
    }
    let wait = request.after == nil ? 0 : request.wait ?? 0
    guard (0...HubLimits.waitSeconds).contains(wait) else {
      throw HubError.refused(
        reason: "it would wait \(wait) seconds", hint: "name at most \(HubLimits.waitSeconds)")
    }
    desk.wait(seconds: wait, isHeard: { call.isHeard }) { [self] isLast in
      do {
        let page = try page(request, desk.reader, purposes, limit: limit)
        guard isLast || !page.isEmpty else { return false }
        answer(call, request, page)
      } catch let error as SQLError {
        call.fail(HubError.diskFailed(reason: "the alerts could not be read: \(error)"))
      } catch {
        call.fail(error)
      }
      return true
    }
  }

  private struct AlertPage {
    var alerts: [Alert] = []
    var events: [AlertEvent] = []
    var next = 0
    var shown: [Purpose: [String]] = [:]
    /// It is answered as it is: no event is as late as the one that was named (this hub was
    /// restored), or many were passed over.
    var isOther = false
    var isEmpty: Bool { alerts.isEmpty && events.isEmpty && !isOther }
  }

  private func page(
    _ request: AlertsRequest, _ reader: AlertReader, _ purposes: Int64, limit: Int
  ) throws -> AlertPage {
    try facts.database.snapshotOfAny {
      try reader.database.snapshotOfAny {
        var page = AlertPage()
        var showing = AlertShowing(facts, purposes)
        page.next = Int(try reader.events.last())
        if let number = request.alert {
          guard let row = try reader.alerts.find(Int64(number)), row.purposes & purposes != 0 else {
            throw HubError.unknown(what: "alert", number: number)
          }
          page.alerts.append(try showing.alert(row))
        } else if let after = request.after {
          page.isOther = after > page.next
          try read(after, limit, reader, purposes, &page, &showing)
        } else {
          let rows = try reader.standing(purposes, limit: limit, all: request.all == true)
          for row in rows where showing.hasRoom { page.alerts.append(try showing.alert(row)) }
        }
        page.shown = showing.shown
        return page
      }
    }
  }

  /// Events after a number, past those that are not for these purposes; of very many of those an
  /// answer says how far it looked.
  private func read(
    _ after: Int, _ limit: Int, _ reader: AlertReader, _ purposes: Int64, _ page: inout AlertPage,
    _ showing: inout AlertShowing
  ) throws {
    var last = Int64(after)
    for _ in 0..<HubLimits.pagesOfEvents {
      let rows = try reader.events.events(after: last, limit: limit)
      for row in rows where showing.hasRoom {
        if let event = try event(row, reader, purposes, &showing) { page.events.append(event) }
        last = row.number
      }
      if rows.count < limit || !page.events.isEmpty || !showing.hasRoom { break }
      page.isOther = true
    }
    page.next = last == Int64(after) ? page.next : Int(last)
  }

  /// - Returns: nil for one that is not for these purposes.
  private func event(
    _ row: EventRow, _ reader: AlertReader, _ purposes: Int64, _ showing: inout AlertShowing
  ) throws -> AlertEvent? {
    var event = AlertEvent(
      event: Int(row.number), kind: row.kind.rawValue, time: Int(row.time), user: row.user)
    if let number = row.alert {
      guard let alert = try reader.alerts.find(number), alert.purposes & purposes != 0 else {
        return nil
      }
      event.alert = try showing.alert(alert)
    }
    if let number = row.watch {
      guard let watch = try reader.watches.find(number), watch.purpose.bit & purposes != 0 else {
        return nil
      }
      event.watch = watch.model
    }
    return event
  }

  private func answer(_ call: HubSession.Call, _ request: AlertsRequest, _ page: AlertPage) {
    let asked =
      request.alert.map { "alert \($0)" } ?? request.after.map { "events after \($0)" }
      ?? (request.all == true ? "all" : "standing")
    record(call.user, verb: "alerts", asked: asked, reason: "alerts on duty", page.shown) {
      call.finish(
        $0.map {
          AlertsReply(alerts: page.alerts, events: page.events, next: page.next, account: $0)
        })
    }
  }

  // MARK: - Handling

  func changeAlerts(_ call: HubSession.Call) throws {
    let request = try call.parameters(ChangeAlertsRequest.self)
    let desk = try mustHaveAlerts()
    _ = try mustRecord()
    guard (1...HubLimits.alertsOfOneCall).contains(request.alerts.count) else {
      throw HubError.refused(
        reason: "\(request.alerts.count) alerts are named",
        hint: "name 1 to \(HubLimits.alertsOfOneCall)")
    }
    let actor = AlertEngine.Actor(user: call.user, purposes: try allowedPurposes(call.user))
    let numbers = request.alerts.map(Int64.init)
    let reason = try HubService.reason(request.reason, isNeeded: request.change == "close")
    let work: @Sendable (AlertEngine) throws -> [AlertRow]
    switch request.change {
    case "take": work = { try $0.take(numbers, actor) }
    case "release": work = { try $0.release(numbers, actor) }
    case "confirm": work = { try $0.confirm(numbers, actor) }
    case "reopen": work = { try $0.reopen(numbers, actor, reason: reason) }
    case "close":
      guard let outcome = request.outcome, outcome == "true" || outcome == "false" else {
        throw HubError.refused(
          reason: "nothing says whether it was the right person",
          hint: "close it as true or as false")
      }
      work = { try $0.close(numbers, actor, outcome: outcome == "true", reason: reason) }
    default:
      throw HubError.refused(
        reason: "\"\(request.change)\" is no change",
        hint: "take, release, close, confirm or reopen")
    }
    // The look first: an act that nobody is seen to have done is none.
    var shown: [Purpose: [String]] = [:]
    for number in numbers {
      guard let row = try desk.reader.alerts.find(number) else { continue }
      let purpose = Purpose.allCases.first { row.purposes & actor.purposes & $0.bit != 0 }
      if let purpose { shown[purpose, default: []].append(row.entry) }
    }
    let asked = numbers.map { "\($0)" }.joined(separator: " ")
    let why = reason.isEmpty ? "alerts on duty" : reason
    record(call.user, verb: "alert \(request.change)", asked: asked, reason: why, shown) {
      account in
      call.proceed(account) { account in
        desk.ask(work) { result in
          call.finish(
            result.map { rows in
              ChangeAlertsReply(
                alerts: rows.map {
                  AlertState(alert: Int($0.number), state: $0.state.word, takenBy: $0.taken)
                }, account: account)
            })
        }
      }
    }
  }

  static func reason(_ text: String?, isNeeded: Bool) throws(HubError) -> String {
    let reason = (text ?? "").trimmed
    guard !isNeeded || !reason.isEmpty else {
      throw .refused(reason: "no reason was given", hint: "say why: --reason \"…\"")
    }
    guard reason.utf8.count <= HubLimits.reasonBytes else {
      throw .refused(
        reason: "the reason has more than \(HubLimits.reasonBytes) bytes", hint: "make it shorter")
    }
    return reason
  }

  // MARK: - Shifts

  func offerHandOver(_ call: HubSession.Call) throws {
    let request = try call.parameters(OfferHandOverRequest.self)
    let desk = try mustHaveAlerts()
    _ = try mustRecord()
    let actor = AlertEngine.Actor(user: call.user, purposes: try allowedPurposes(call.user))
    let reason = try HubService.reason(request.reason, isNeeded: true)
    let (numbers, taker) = (request.alerts?.map(Int64.init), request.to)
    guard !taker.isEmpty, taker.utf8.count <= HubLimits.userBytes else {
      throw HubError.refused(reason: "nobody is named", hint: "name the account of who takes over")
    }
    let which = request.alerts.map { $0.map { "\($0)" }.joined(separator: " ") } ?? "all"
    sign(call, "hand-over", "to \(taker): \(which)", reason, actor) { account in
      desk.ask({ try $0.offer(numbers, actor, to: taker, reason: reason) }) { result in
        call.finish(result.map { OfferHandOverReply(handOver: $0, account: account) })
      }
    }
  }

  func acceptHandOver(_ call: HubSession.Call) throws {
    let request = try call.parameters(AcceptHandOverRequest.self)
    let desk = try mustHaveAlerts()
    _ = try mustRecord()
    let actor = AlertEngine.Actor(user: call.user, purposes: try allowedPurposes(call.user))
    let number = Int64(request.number)
    let offered = try desk.reader.handOvers.find(number)
    let which = offered.map {
      " of \($0.from), alerts \($0.alerts.map { "\($0)" }.joined(separator: " "))"
    }
    sign(call, "accept", "\(number)\(which ?? "")", "taken over", actor) { account in
      desk.ask({ try $0.accept(number, actor) }) { result in
        call.finish(result.map { AcceptHandOverReply(handOver: $0, account: account) })
      }
    }
  }

  /// Both sign for it: each by a look of his own, which is durable before anything is handed over.
  private func sign(
    _ call: HubSession.Call, _ verb: String, _ asked: String, _ reason: String,
    _ actor: AlertEngine.Actor, _ act: @escaping (LookAccount) -> Void
  ) {
    let purpose = Purpose.allCases.first { actor.purposes & $0.bit != 0 } ?? .ct
    record(call.user, verb: verb, asked: asked, reason: reason, [purpose: []]) {
      call.proceed($0, act)
    }
  }

  func handOvers(_ call: HubSession.Call) throws {
    _ = try call.parameters(NoParameters.self)
    let desk = try mustHaveAlerts()
    call.finish(HandOversReply(handOvers: try desk.reader.handOvers.of(call.user)))
  }

  // MARK: - Hooks

  func hookEvent(_ call: HubSession.Call) throws {
    let request = try call.parameters(HookEventRequest.self)
    let desk = try mustHaveAlerts()
    _ = try mustRecord()
    let purposes = try allowedPurposes(call.user)
    let name = try HubService.hook(request.hook)
    let wait = request.wait ?? 0
    guard (0...HubLimits.waitSeconds).contains(wait) else {
      throw HubError.refused(
        reason: "it would wait \(wait) seconds", hint: "name at most \(HubLimits.waitSeconds)")
    }
    let user = call.user
    desk.ask({ try $0.hook(name, user) }) { [self] result in
      switch result {
      case .failure(let error): call.fail(error)
      case .success(let hook): tell(call, hook, purposes, wait: wait, desk)
      }
    }
  }

  private func tell(
    _ call: HubSession.Call, _ hook: HookRow, _ purposes: Int64, wait: Int, _ desk: AlertDesk
  ) {
    var done = hook.done
    desk.wait(seconds: wait, isHeard: { call.isHeard }) { [self] isLast in
      do {
        let found = try next(after: &done, desk.reader, purposes)
        guard isLast || found.event != nil else { return false }
        record(
          call.user, verb: "hook", asked: hook.name, reason: "alerts on duty", found.shown
        ) { account in
          call.finish(account.map { _ in HookEventReply(event: found.event) })
        }
      } catch {
        call.fail(HubError.diskFailed(reason: "the alerts could not be read: \(error)"))
      }
      return true
    }
  }

  /// The next event that is for these purposes.
  private func next(
    after done: inout Int64, _ reader: AlertReader, _ purposes: Int64
  ) throws -> (event: AlertEvent?, shown: [Purpose: [String]]) {
    var start = done
    defer { done = start }
    return try facts.database.snapshotOfAny {
      try reader.database.snapshotOfAny {
        while true {
          let rows = try reader.events.events(after: start, limit: HubLimits.alertsAtOnce)
          guard !rows.isEmpty else { return (nil, [:]) }
          for row in rows {
            var showing = AlertShowing(facts, purposes)
            if let event = try event(row, reader, purposes, &showing) {
              return (event, showing.shown)
            }
            start = row.number
          }
        }
      }
    }
  }

  func hookDone(_ call: HubSession.Call) throws {
    let request = try call.parameters(HookDoneRequest.self)
    let desk = try mustHaveAlerts()
    let (name, user, event) = (try HubService.hook(request.hook), call.user, Int64(request.event))
    desk.ask({ try $0.confirm(name, user, through: event) }) { result in
      call.finish(result.map { NoParameters() })
    }
  }

  func hookFailed(_ call: HubSession.Call) throws {
    let request = try call.parameters(HookFailedRequest.self)
    let desk = try mustHaveAlerts()
    let (name, user, event) = (try HubService.hook(request.hook), call.user, Int64(request.event))
    let reason = String(request.reason.prefix(HubLimits.reasonBytes))
    desk.ask({ try $0.fail(name, user, at: event, reason) }) { [self] result in
      report("hook \(name) fails at event \(event): \(reason)")
      call.finish(result.map { NoParameters() })
    }
  }

  private static func hook(_ name: String) throws(HubError) -> String {
    guard RecordID(name) != nil else {
      throw .refused(
        reason: "\"\(name)\" is no name of a hook", hint: "use letters, digits, . _ and -")
    }
    return name
  }
}
