internal import HubInterface
internal import Records
internal import Runtime
internal import SQL
internal import Varlink

// Passenger lists and exclusions.
extension HubService {
  func screen(_ call: HubSession.Call) throws {
    let request = try call.parameters(ScreenRequest.self)
    let desk = try mustHaveAlerts()
    _ = try mustRecord()
    let look = try LookGate(users: users, desk: self.desk).check(request.look, of: call.user)
    guard request.passengers.count <= HubLimits.passengers else {
      throw HubError.refused(
        reason: "\(request.passengers.count) passengers in one part",
        hint: "send at most \(HubLimits.passengers)")
    }
    let flight = try HubService.flight(request.flight)
    guard let list = request.list else {
      return desk.ask({ try $0.begin(flight, look) }) { [self] result in
        switch result {
        case .failure(let error): call.fail(error)
        case .success(let list): screen(call, request, look, list, desk)
        }
      }
    }
    screen(call, request, look, Int64(list), desk)
  }

  private func screen(
    _ call: HubSession.Call, _ request: ScreenRequest, _ look: CheckedLook, _ list: Int64,
    _ desk: AlertDesk
  ) {
    let work = ScreeningPool.Work(
      passengers: request.passengers, look: look, index: index.shared, key: desk.key,
      namesAlone: request.names == true)
    screening(work) { [self] result in
      switch result {
      case .failure(let error): call.fail(error)
      case .success(let part):
        let user = call.user
        desk.ask({ try $0.keep(part, of: list, user: user) }) { [self] kept in
          finish(call, request, look, list, kept)
        }
      }
    }
  }

  private func finish(
    _ call: HubSession.Call, _ request: ScreenRequest, _ look: CheckedLook, _ list: Int64,
    _ kept: Result<ScreenedPart, HubError>
  ) {
    switch kept {
    case .failure(let error): call.fail(error)
    case .success(let part):
      let entries = part.passengers.flatMap { $0.hits.map(\.stored.entry) }
      let text = ConsultationText(
        look, verb: "screen",
        asked:
          "list \(list), \(request.flight ?? "no flight"), \(part.passengers.count) passengers",
        returned: Array(entries.prefix(HubLimits.returned)), hidden: part.hidden.count)
      record([text], hidden: part.hidden, from: part.hiddenFrom, notes: []) { account in
        call.finish(
          account.map {
            ScreenReply(list: Int(list), results: part.passengers.map(\.model), account: $0)
          })
      }
    }
  }

  func finishList(_ call: HubSession.Call) throws {
    let request = try call.parameters(FinishListRequest.self)
    let desk = try mustHaveAlerts()
    guard request.digest.utf8.count == 64, request.unreadable >= 0 else {
      throw HubError.refused(
        reason: "the digest is \"\(request.digest.prefix(80))\"",
        hint: "give SHA-256 of the list in 64 hexadecimal digits")
    }
    let (list, user) = (Int64(request.list), call.user)
    let (digest, unreadable) = (request.digest, request.unreadable)
    desk.ask({ engine in
      let (screening, gone) = try engine.finish(
        list, user: user, digest: digest, unreadable: unreadable)
      return FinishListReply(screening: screening, gone: gone)
    }) { call.finish($0) }
  }

  func screenings(_ call: HubSession.Call) throws {
    _ = try call.parameters(NoParameters.self)
    let desk = try mustHaveAlerts()
    let purposes = try allowedPurposes(call.user)
    let rows = try desk.reader.screenings.all().filter {
      Purpose(rawValue: $0.purpose).map { $0.bit & purposes != 0 } ?? false
    }
    call.finish(ScreeningsReply(screenings: rows))
  }

  /// The name by which lists of one flight are known: letters and digits, then a day or none.
  private static func flight(_ text: String?) throws(HubError) -> String? {
    guard let text = text?.trimmed, !text.isEmpty else { return nil }
    guard text.utf8.count <= HubLimits.flightBytes else {
      throw .refused(
        reason: "the flight has \(text.utf8.count) bytes",
        hint: "write its number and day: KL1234/2026-12-01")
    }
    return text.uppercased()
  }

  // MARK: - Exclusions

  func exclude(_ call: HubSession.Call) throws {
    let request = try call.parameters(ExcludeRequest.self)
    let desk = try mustHaveAlerts()
    _ = try mustRecord()
    let look = try LookGate(users: users, desk: self.desk).check(request.look, of: call.user)
    let new = try newExclusion(request, look, desk.key)
    let asked =
      request.hits.isEmpty
      ? "not \(request.ref ?? "")" : "hits \(request.hits.map { "\($0)" }.joined(separator: " "))"
    let text = ConsultationText(look, verb: "exclude", asked: asked, returned: [], hidden: 0)
    let today = today
    record([text], hidden: [], from: [], notes: []) { account in
      call.proceed(account) { account in
        desk.ask({ try $0.exclude(new) }) { result in
          call.finish(
            result.map {
              ExcludeReply(exclusions: $0.map { $0.model(today: today) }, account: account)
            })
        }
      }
    }
  }

  private var today: Int64 { Int64(clock.wallMilliseconds / 86_400_000) }

  private func newExclusion(
    _ request: ExcludeRequest, _ look: CheckedLook, _ key: AlertKey
  ) throws -> AlertEngine.NewExclusion {
    let basis = request.basis.trimmed
    guard !basis.isEmpty, basis.utf8.count <= HubLimits.reasonBytes else {
      throw HubError.refused(
        reason: "no law is named that allows it", hint: "name it: --basis \"…\"")
    }
    let until = try WatchRow.day(request.until, "until")
    guard until >= today, until <= today + Int64(HubLimits.watchYears) * 366 else {
      throw HubError.refused(
        reason: "the exclusion would end on \(request.until)",
        hint: "name a day from today on, \(HubLimits.watchYears) years ahead at most")
    }
    guard request.hits.count <= HubLimits.alertsOfOneCall else {
      throw HubError.refused(reason: "\(request.hits.count) hits", hint: "name fewer")
    }
    var new = AlertEngine.NewExclusion(
      hits: request.hits.map(Int64.init), until: until, basis: basis, reason: look.reason,
      user: look.user, purpose: look.purpose)
    if request.document == nil, request.birth == nil, request.ref == nil {
      guard !request.hits.isEmpty else {
        throw HubError.refused(
          reason: "nobody is named",
          hint: "give the numbers of hits, or a document, a date of birth and a record")
      }
      return new
    }
    guard let number = request.document.flatMap({ DocumentNumber(folding: $0) }),
      let born = request.birth.flatMap({ try? PartialDate(parsing: $0) }),
      let ref = request.ref, RecordReference(ref) != nil
    else {
      throw HubError.refused(
        reason: "a traveller is a document and a date of birth, and not one record's person",
        hint: "give --document, --birth and --record nl:x")
    }
    let questions = Questions(facts: facts, index: index, desk: self.desk, look: look)
    _ = try questions.record(ref)
    new.traveller = Traveller(document: number, born: born).hash(key)
    new.ref = ref
    return new
  }

  func exclusions(_ call: HubSession.Call) throws {
    _ = try call.parameters(NoParameters.self)
    let desk = try mustHaveAlerts()
    let purposes = try allowedPurposes(call.user)
    let rows = try desk.reader.exclusions.all().filter { $0.purpose.bit & purposes != 0 }
    call.finish(ExclusionsReply(exclusions: rows.map { $0.model(today: today) }))
  }

  func changeExclusion(_ call: HubSession.Call) throws {
    let request = try call.parameters(ChangeExclusionRequest.self)
    let desk = try mustHaveAlerts()
    _ = try mustRecord()
    let purposes = try allowedPurposes(call.user)
    let (number, change, user) = (Int64(request.number), request.change, call.user)
    let actor = AlertEngine.Actor(user: user, purposes: purposes)
    let known = try desk.reader.exclusions.find(number)
    let today = today
    record(
      user, verb: "exclusion \(change)", asked: "\(number)", reason: known?.reason ?? "",
      known.map { [$0.purpose: []] } ?? [:]
    ) { account in
      call.proceed(account) { _ in
        desk.ask({ try $0.changeExclusion(number, change, actor) }) { result in
          call.finish(
            result.map { ChangeExclusionReply(exclusion: $0.model(today: today)) })
        }
      }
    }
  }
}

extension ScreenedPassenger {
  var model: PassengerResult {
    PassengerResult(
      line: line, result: band?.word ?? "clear", hits: hits.map(\.model), notes: notes)
  }
}

extension ScreenedPassenger.Hit {
  fileprivate var model: PassengerHit {
    let read = stored.read()
    let contact = read.common.onHit?.contact
    return PassengerHit(
      hit: Int(number), band: band.word, kind: isNamed ? "name" : "document",
      score: Double(points) / 10_000, explanation: rows, sentence: sentence,
      found: stored.found(read), warnings: read.common.warnings,
      action: read.common.onHit?.action?.text,
      contact: contact.map { Contact(phone: $0.phone, hours: $0.hours, reference: $0.reference) },
      known: isKnown)
  }
}
