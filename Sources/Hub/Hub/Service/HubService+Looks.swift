internal import HubInterface
internal import Matching
internal import JSON
internal import Log
internal import Records
internal import Runtime
internal import Varlink

// Each look of the interface: its parameters checked, the question asked, the reply made.
extension HubService {
  func search(_ call: HubSession.Call) throws {
    let request = try call.parameters(SearchRequest.self)
    let text = request.text.trimmed
    guard !text.isEmpty, text.utf8.count <= HubLimits.questionBytes else {
      throw HubError.refused(
        reason: "the question has \(text.utf8.count) bytes",
        hint: "write 1 to \(HubLimits.questionBytes)")
    }
    let limit = try HubService.limit(request.limit)
    let filter = Search.Filter(
      type: request.type, author: request.from,
      since: try HubService.moment(request.since) ?? 0)
    let born = try HubService.date(request.born, "born")
    try look(call, request.look, verb: "search", asked: HubService.asked(request)) { questions in
      var search = Search(questions, filter)
      let found = try search.run(text, born: born, limit: limit)
      return { account, _ in
        SearchReply(hits: found.hits, equally: found.equally, account: account)
      }
    }
  }

  func dossier(_ call: HubSession.Call) throws {
    let request = try call.parameters(DossierRequest.self)
    try look(call, request.look, verb: "person", asked: request.ref) { questions in
      let reply = try DossierQuestion(questions: questions).run(request.ref)
      return { account, _ in
        var reply = reply
        reply.account = account
        return reply
      }
    }
  }

  func compare(_ call: HubSession.Call) throws {
    let request = try call.parameters(CompareRequest.self)
    try look(call, request.look, verb: "person", asked: "\(request.left) \(request.right)") {
      questions in
      let comparison = try Comparison(questions, request.left, request.right)
      let judgements = try desk.judgement(comparison.left.name, comparison.right.name)
      return { account, _ in
        CompareReply(
          left: comparison.left.found, right: comparison.right.found,
          score: comparison.match.score, explanation: comparison.match.rows,
          sentence: comparison.match.sentence, judgements: judgements.map { [$0] } ?? [],
          account: account)
      }
    }
  }

  func match(_ call: HubSession.Call) throws {
    let request = try call.parameters(MatchRequest.self)
    guard request.records.count <= HubLimits.recordsPerMatch else {
      throw HubError.refused(
        reason: "\(request.records.count) records in one call",
        hint: "send at most \(HubLimits.recordsPerMatch)")
    }
    let limit = try HubService.limit(request.limit)
    try look(
      call, request.look, verb: "match", asked: request.records.joined(separator: "\n")
    ) { questions in
      let matches = try request.records.map {
        try MatchQuestion(questions: questions).run($0, limit: limit)
      }
      return { account, _ in MatchReply(matches: matches, account: account) }
    }
  }

  func checkDocument(_ call: HubSession.Call) throws {
    let request = try call.parameters(CheckDocumentRequest.self)
    guard (request.number == nil) != (request.zone == nil) else {
      throw HubError.refused(
        reason: "a document is named by its number or by its zone", hint: "give one of both")
    }
    let zone = try request.zone.map { try ZoneQuestion($0, today: today) }
    guard let number = request.number ?? zone?.number else { throw HubError.notFound("a number") }
    let country = request.country ?? zone?.zone.issuer
    let asked = [number, country].compactMap { $0 }.joined(separator: " ")
    try look(call, request.look, verb: "check", asked: asked) { questions in
      let hits = try DocumentQuestion(questions: questions).run(number: number, country: country)
      return { account, _ in
        CheckDocumentReply(zone: zone?.zone, hits: hits, account: account)
      }
    }
  }

  func links(_ call: HubSession.Call) throws {
    let request = try call.parameters(LinksRequest.self)
    let depth = request.depth ?? (request.to == nil ? HubLimits.usualDepth : HubLimits.depth)
    guard (1...HubLimits.depth).contains(depth) else {
      throw HubError.refused(
        reason: "the depth is \(depth)", hint: "name 1 to \(HubLimits.depth) steps")
    }
    let asked = [request.ref, request.to].compactMap { $0 }.joined(separator: " ")
    try look(call, request.look, verb: "links", asked: asked) { questions in
      let start = try questions.record(request.ref)
      questions.show(start)
      let end = try request.to.map { try questions.record($0).name }
      var network = Network(questions)
      let found = try network.run(from: start.name, to: end, depth: depth)
      return { account, _ in
        LinksReply(
          edges: found.edges, nodes: found.nodes, path: found.path, cut: found.isCut,
          account: account)
      }
    }
  }

  func trips(_ call: HubSession.Call) throws {
    let request = try call.parameters(TripsRequest.self)
    try look(call, request.look, verb: "trips", asked: request.ref ?? "routes") { questions in
      let name = try request.ref.map { try questions.record($0).name }
      var travel = Travel(questions)
      let found = try travel.run(of: name)
      return { account, _ in TripsReply(legs: found.legs, cut: found.isCut, account: account) }
    }
  }

  func money(_ call: HubSession.Call) throws {
    let request = try call.parameters(MoneyRequest.self)
    let since = try HubService.date(request.since, "since")
    try look(call, request.look, verb: "money", asked: request.ref) { questions in
      let subject = try questions.record(request.ref)
      questions.show(subject)
      var finance = Finance(questions)
      let found = try finance.run(of: subject.name, since: since)
      return { account, _ in
        MoneyReply(
          accounts: found.accounts, payments: found.payments, cut: found.isCut, account: account)
      }
    }
  }

  func judge(_ call: HubSession.Call) throws {
    let request = try call.parameters(JudgeRequest.self)
    guard Desk.kinds.contains(request.judgement) else {
      throw HubError.refused(
        reason: "\"\(request.judgement)\" is no judgement",
        hint: "same, not-same, unsure, or undo")
    }
    try look(
      call, request.look, verb: request.judgement, asked: "\(request.left) \(request.right)"
    ) { questions in
      let comparison = try Comparison(questions, request.left, request.right)
      guard comparison.left.name != comparison.right.name else {
        throw HubError.refused(reason: "both are one record", hint: "name two")
      }
      let judgement = Judgement(
        left: comparison.left.name, right: comparison.right.name, judgement: request.judgement,
        reason: questions.look.reason, user: call.user, time: Int(clock.wallMilliseconds),
        matcher: Matcher.version)
      let explanation = VarlinkJSON.text(comparison.match.rowsWithoutValues)
      return { [desk, alerts] account, index in
        // The look is durable; without it there would be a judgement that nobody is seen to have
        // made.
        try desk.judge(judgement, explanation: explanation, consultation: index)
        // A person of this node's own may be watched for no more, or again.
        alerts?.wakeThread()
        return JudgeReply(
          judgement: judgement.judgement == Desk.undone ? nil : judgement, account: account)
      }
    }
  }

  func consultations(_ call: HubSession.Call) throws {
    let request = try call.parameters(ConsultationsRequest.self)
    try users.checkAuditor(call.user)
    let limit = request.limit ?? HubLimits.usualHits
    guard (1...HubLimits.consultationsPerPage).contains(limit) else {
      throw HubError.refused(
        reason: "the limit is \(limit)", hint: "name 1 to \(HubLimits.consultationsPerPage)")
    }
    guard let recorder else { throw HubError.refused(reason: "nobody has looked yet", hint: "") }
    let below = request.below.map { UInt64(clamping: $0) } ?? .max
    try look(
      call, request.look, verb: "consultations",
      asked: request.below.map { "below \($0)" } ?? "newest"
    ) { _ in
      let found = try recorder.read(below: below, limit: limit)
      return { account, _ in ConsultationsReply(consultations: found, account: account) }
    }
  }

  // MARK: - Cases

  func openCase(_ call: HubSession.Call) throws {
    let request = try call.parameters(OpenCaseRequest.self)
    let look = try LookGate(users: users, desk: desk)
      .check(request.purpose, request.reason, call.user, nil)
    let made = try desk.open(
      purpose: look.purpose, reason: look.reason, user: look.user, time: clock.wallMilliseconds)
    call.finish(OpenCaseReply(case: made))
  }

  func closeCase(_ call: HubSession.Call) throws {
    let request = try call.parameters(CloseCaseRequest.self)
    // Somebody else's case is not there: its number says that it was opened, and no more.
    guard try cases(of: call).contains(where: { $0.number == request.number }),
      let closed = try desk.close(request.number, time: clock.wallMilliseconds)
    else { throw HubError.unknownCase(request.number) }
    call.finish(CloseCaseReply(case: closed))
  }

  func cases(_ call: HubSession.Call) throws {
    _ = try call.parameters(NoParameters.self)
    call.finish(CasesReply(cases: try cases(of: call)))
  }

  /// A user's own cases; all of them for who runs the hub, and for auditors.
  private func cases(of call: HubSession.Call) throws -> [Case] {
    let seesAll = call.session.isOperator || users.isAuditor(call.user)
    return try desk.investigations().filter { seesAll || $0.user == call.user }
  }

  // MARK: - Parameters

  private var today: CivilDay? { CivilDay(number: Int(clock.wallMilliseconds / 86_400_000)) }

  static func limit(_ limit: Int?) throws(HubError) -> Int {
    let limit = limit ?? HubLimits.usualHits
    guard (1...HubLimits.hits).contains(limit) else {
      throw .refused(reason: "the limit is \(limit)", hint: "name 1 to \(HubLimits.hits)")
    }
    return limit
  }

  private static func date(_ text: String?, _ name: String) throws(HubError) -> PartialDate? {
    guard let text else { return nil }
    do throws(PartialDate.Problem) { return try PartialDate(parsing: text) } catch {
      throw .refused(
        reason: "\(name) is \"\(text)\"",
        hint: "write 1987, 1987-03, 1987-03-02, 1987~ or 1985/1988")
    }
  }

  /// The first moment of a date, in Unix milliseconds.
  private static func moment(_ text: String?) throws(HubError) -> Int64? {
    try date(text, "since").map { Int64($0.days.lowerBound) * 86_400_000 }
  }

  private static func asked(_ request: SearchRequest) -> String {
    var text = request.text.trimmed
    for (name, value) in [
      ("type", request.type), ("from", request.from), ("since", request.since),
      ("born", request.born),
    ] {
      if let value { text += " \(name)=\(value)" }
    }
    return text
  }
}
