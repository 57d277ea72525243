internal import HubInterface
internal import Runtime

// Requests for information: what partners ask of each other, and what is due.
extension HubService {
  func requests(_ call: HubSession.Call) throws {
    let request = try call.parameters(RequestsRequest.self)
    let limit = try HubService.limit(request.limit)
    if let direction = request.direction, !["in", "out"].contains(direction) {
      throw HubError.refused(
        reason: "the direction is \"\(direction)\"", hint: "name in, out, or neither")
    }
    let asked =
      request.ref
      ?? [request.direction, request.all == true ? "all" : "open"]
      .compactMap { $0 }.joined(separator: " ")
    let (own, now) = (progress.node, Int64(clamping: clock.wallMilliseconds))
    try look(call, request.look, verb: "requests", asked: asked) { questions in
      let question = RequestQuestion(questions: questions, own: own, now: now)
      let found =
        if let ref = request.ref {
          (requests: [try question.one(ref)], isCut: false)
        } else {
          try question.list(
            direction: request.direction, all: request.all ?? false, limit: limit)
        }
      return { account, _ in
        RequestsReply(requests: found.requests, cut: found.isCut, account: account)
      }
    }
  }
}
