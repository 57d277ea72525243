internal import HubInterface
internal import Records
internal import Runtime
internal import SQL
internal import Varlink

// Watches.
extension HubService {
  func addWatch(_ call: HubSession.Call) throws {
    let request = try call.parameters(AddWatchRequest.self)
    let alerts = try mustHaveAlerts()
    _ = try mustRecord()
    let look = try LookGate(users: users, desk: desk).check(request.look, of: call.user)
    let row = try WatchRow(request, look, now: clock.wallMilliseconds)
    let purposes = try allowedPurposes(call.user)
    alerts.ask({ try $0.add(row) }) { [self] result in
      answer(call, look, "watch add", row.asked, purposes, result)
    }
  }

  func changeWatch(_ call: HubSession.Call) throws {
    let request = try call.parameters(ChangeWatchRequest.self)
    let alerts = try mustHaveAlerts()
    _ = try mustRecord()
    let look = try LookGate(users: users, desk: desk).check(request.look, of: call.user)
    let purposes = try allowedPurposes(call.user)
    let (number, change) = (Int64(request.number), request.change)
    let (user, isOperator) = (call.user, call.session.isOperator)
    alerts.ask({ try $0.change(number, change, by: user, isOperator: isOperator) }) {
      [self] result in
      answer(call, look, "watch \(change)", "watch \(number)", purposes, result)
    }
  }

  func watches(_ call: HubSession.Call) throws {
    _ = try call.parameters(NoParameters.self)
    let alerts = try mustHaveAlerts()
    let purposes = try allowedPurposes(call.user)
    let rows = try alerts.reader.watches.all().filter { $0.purpose.bit & purposes != 0 }
    call.finish(WatchesReply(watches: rows.map(\.model)))
  }

  private func answer(
    _ call: HubSession.Call, _ look: CheckedLook, _ verb: String, _ asked: String,
    _ purposes: Int64, _ result: Result<AlertEngine.Fits, HubError>
  ) {
    let fits: AlertEngine.Fits
    var shown: [Alert] = []
    var showing = AlertShowing(facts, look.purpose.bit & purposes)
    do {
      fits = try result.get()
      for row in fits.alerts.prefix(HubLimits.alertsAtOnce) { shown.append(try showing.alert(row)) }
    } catch {
      return call.fail(error)
    }
    let text = ConsultationText(
      look, verb: verb, asked: String(asked.prefix(HubLimits.questionBytes)),
      returned: Array((showing.shown[look.purpose] ?? []).prefix(HubLimits.returned)), hidden: 0)
    let alerts = shown
    record([text], hidden: [], from: [], notes: []) { result in
      call.finish(
        result.map { account in
          WatchReply(
            watch: fits.watch.model, fits: alerts, more: fits.alerts.count - alerts.count,
            account: account)
        })
    }
  }
}

extension WatchRow {
  /// - Parameter now: Unix milliseconds.
  init(_ request: AddWatchRequest, _ look: CheckedLook, now: UInt64) throws(HubError) {
    let today = Int64(now / 86_400_000)
    threshold = .review
    if let word = request.threshold {
      guard let band = Band(word: word) else {
        throw .refused(reason: "the threshold is \"\(word)\"", hint: "say alert, or review")
      }
      threshold = band
    }
    until = today + Int64(HubLimits.usualWatchDays)
    if let text = request.until { until = try WatchRow.day(text, "until") }
    guard until >= today, until <= today + Int64(HubLimits.watchYears) * 366 else {
      throw .refused(
        reason: "the watch would end on \(request.until ?? "")",
        hint: "name a day from today on, \(HubLimits.watchYears) years ahead at most")
    }
    purpose = look.purpose
    reason = look.reason
    user = look.user
    time = Int64(clamping: now)
    try take(request)
  }

  private mutating func take(_ request: AddWatchRequest) throws(HubError) {
    name = try WatchRow.text(request.name, "name")
    if let name, !name.contains(where: \.isLetter) {
      throw .refused(reason: "\"\(name)\" is no name", hint: "write at least one word of letters")
    }
    if let text = request.birth {
      guard let date = try? PartialDate(parsing: text) else {
        throw .refused(
          reason: "birth is \"\(text)\"",
          hint: "write 1987, 1987-03, 1987-03-02, 1987~ or 1985/1988")
      }
      birth = date.text
    }
    if let text = request.nationality {
      guard let code = CountryValue(text).code else {
        throw .refused(reason: "there is no country \"\(text)\"", hint: "write its code: nl")
      }
      nationality = code
    }
    document = try WatchRow.text(request.document, "document")
    if let document, DocumentNumber(folding: document) == nil {
      throw .refused(
        reason: "\"\(document)\" is no document number", hint: "write its letters and digits")
    }
    phone = try WatchRow.text(request.phone, "phone")
    if let phone, PhoneNumber(folding: phone) == nil {
      throw .refused(
        reason: "\"\(phone)\" is no telephone number", hint: "write + and digits: +31600000000")
    }
    guard name != nil || document != nil || phone != nil else {
      throw .refused(
        reason: "nothing is watched for", hint: "give a name, --document or --phone")
    }
    if name == nil, birth != nil || nationality != nil {
      throw .refused(
        reason: "a date of birth or a nationality without a name", hint: "give the name, too")
    }
    if threshold == .alert, birth == nil, document == nil, phone == nil {
      throw .refused(
        reason: "a name without a date of birth never raises an alert",
        hint: "give --birth, or --threshold review")
    }
  }

  private static func text(_ text: String?, _ what: String) throws(HubError) -> String? {
    guard let text = text?.trimmed, !text.isEmpty else { return nil }
    guard text.utf8.count <= HubLimits.watchBytes else {
      throw .refused(
        reason: "the \(what) has \(text.utf8.count) bytes",
        hint: "write at most \(HubLimits.watchBytes)")
    }
    return text
  }

  /// Days since 1970.
  static func day(_ text: String, _ what: String) throws(HubError) -> Int64 {
    guard case .known(.day(let day))? = try? PartialDate(parsing: text) else {
      throw .refused(reason: "\(what) is \"\(text)\"", hint: "write a day: 2026-12-31")
    }
    return Int64(day.number)
  }

  /// The question, for the consultation log.
  var asked: String {
    [
      ("name", name), ("birth", birth), ("nationality", nationality), ("document", document),
      ("phone", phone),
    ].compactMap { what, value in value.map { "\(what)=\($0)" } }.joined(separator: " ")
  }
}
