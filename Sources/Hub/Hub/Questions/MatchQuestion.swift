internal import HubInterface
internal import JSON
internal import Matching
internal import Records

/// Candidates for a record that is nobody's here: a passenger, a customer, an applicant.
struct MatchQuestion {
  let questions: Questions

  func run(_ text: String, limit: Int) throws -> MatchResult {
    let read = SharedRecord.read(Array(text.utf8))
    guard read.knownType != nil else {
      let problem = read.problems.first?.sentence ?? "It has no type that is known here."
      return MatchResult(hits: [], problem: problem)
    }
    questions.beginNext()
    var hits: [Int64: Hit] = [:]
    try identifiers(read, &hits)
    try names(read, limit, &hits)
    let kept = hits.values.sorted(by: Hit.isBefore).prefix(limit)
      .filter { questions.hasRoom($0.found.record.utf8.count) }
    for hit in kept { questions.show(entry: hit.found.entry) }
    return MatchResult(hits: kept)
  }

  private func identifiers(_ read: SharedRecord, _ hits: inout [Int64: Hit]) throws {
    for selector in read.selectors where selector.kind != .documentRange {
      let entries = try questions.facts.entries(selector.kind, selector.value)
      questions.noteFull(
        entries.count, "have the \(selector.kind.words) \(selector.value)")
      for number in entries.prefix(HubLimits.hits) {
        guard hits[number] == nil, let stored = try questions.visible(number) else { continue }
        let row = Row(
          feature: selector.kind.rawValue, left: selector.value, right: selector.value,
          similarity: 1, weight: 1, contribution: 1, rule: "the same \(selector.kind.words)")
        hits[number] = Hit(
          found: stored.found, kind: "identifier", score: 1, explanation: [row],
          sentence: "the \(selector.kind.words) \(selector.value) is the same")
        if hits.count >= 2 * HubLimits.hits { hits = hits.best(HubLimits.hits) }
      }
    }
  }

  private func names(_ read: SharedRecord, _ limit: Int, _ hits: inout [Int64: Hit]) throws {
    guard let evidence = Evidence(of: read) else { return }
    let candidates = try NameCandidates(questions: questions, evidence: evidence).find(
      least: ExplainedMatch.leastPoints, limit: limit
    ) { hits[$0.number] == nil }
    for candidate in candidates.found { hits[candidate.stored.number] = Hit(candidate) }
  }
}
