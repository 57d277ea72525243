internal import HubInterface
internal import Log
internal import Runtime

/// `Partners`: its parameters checked, the question asked, the reply made.
struct PartnersCall {
  let service: HubService

  func answer(_ call: HubSession.Call) throws {
    let request = try call.parameters(PartnersRequest.self)
    let quarter = try request.quarter.map { try PartnersCall.quarter($0) }
    let own = service.progress.node
    if let name = request.with { try PartnersCall.check(name, own) }
    let place = try request.after.map { try PartnersCall.place($0) }
    let asked = [request.with, request.quarter, request.entries == true ? "entries" : nil]
      .compactMap { $0 }.joined(separator: " ")
    let now = Int64(clamping: service.clock.wallMilliseconds)
    try service.look(
      call, request.look, verb: "partners", asked: asked.isEmpty ? "all" : asked
    ) { questions in
      let question = PartnersQuestion(questions: questions, own: own, now: now)
      // Pages that follow have the entries alone.
      let counts =
        place == nil
        ? try question.pairs(with: request.with, in: quarter) : (pairs: [], isCut: false)
      let entries =
        request.entries == true
        ? try PartnersCall.entries(question, request.with, quarter, place)
        : (entries: [], next: nil)
      let isCut = questions.isCut
      return { account, _ in
        PartnersReply(
          pairs: counts.pairs, entries: entries.entries, next: entries.next,
          cut: counts.isCut || isCut, account: account)
      }
    }
  }

  private static func entries(
    _ question: PartnersQuestion, _ partner: String?, _ quarter: Quarter?,
    _ place: PairEntry.Place?
  ) throws -> (entries: [CountedEntry], next: String?) {
    guard let partner, let quarter else {
      throw HubError.refused(
        reason: "entries are those of one partner and one quarter", hint: "name both")
    }
    return try question.entries(with: partner, in: quarter, after: place)
  }

  private static func quarter(_ text: String) throws(HubError) -> Quarter {
    guard let quarter = Quarter(text) else {
      throw .refused(reason: "the quarter is \"\(text)\"", hint: "write 2026Q4")
    }
    return quarter
  }

  private static func check(_ partner: String, _ own: String) throws(HubError) {
    guard (try? NodeName(partner)) != nil, partner != own else {
      throw .refused(
        reason: "the partner is \"\(partner)\"", hint: "name another node, for example be")
    }
  }

  private static func place(_ text: String) throws(HubError) -> PairEntry.Place {
    guard let place = PairEntry.Place(text) else {
      throw .refused(
        reason: "the entries go on behind \"\(text)\"", hint: "give next as it was answered")
    }
    return place
  }
}
