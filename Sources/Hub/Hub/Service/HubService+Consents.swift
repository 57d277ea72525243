internal import HubInterface
internal import Runtime

// Authors' consents, for whoever passes something on.
extension HubService {
  func consents(_ call: HubSession.Call) throws {
    let request = try call.parameters(ConsentsRequest.self)
    guard (request.log == nil) == (request.index == nil) else {
      throw HubError.refused(
        reason: "an entry is named by its log and its index", hint: "give both, or neither")
    }
    let entry = request.log.flatMap { log in request.index.map { (log: log, index: $0) } }
    let now = Int64(clamping: clock.wallMilliseconds)
    let asked = entry.map { "\($0.log)/\($0.index)" } ?? "all"
    try look(call, request.look, verb: "consents", asked: asked) { questions in
      let found = try ConsentQuestion(questions: questions, now: now)
        .list(for: entry, all: request.all ?? false)
      return { account, _ in
        ConsentsReply(consents: found.consents, cut: found.isCut, account: account)
      }
    }
  }
}
