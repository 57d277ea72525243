internal import HubInterface
internal import Records

/// A document's number, typed or read from a zone: which records name it.
struct DocumentQuestion {
  let questions: Questions

  func run(number: String, country: String?) throws -> [Hit] {
    guard let folded = DocumentNumber(folding: number) else {
      throw HubError.refused(
        reason: "\"\(number)\" is no document number", hint: "write its letters and digits")
    }
    var hits: [Int64: Hit] = [:]
    var seen: Set<Int64> = []
    let kinds: [Selector.Kind] = [.document, .personalNumber]
    for kind in kinds {
      let entries = try questions.facts.entries(kind, folded.text)
      questions.noteFull(
        entries.count, "have the \(kind.words) \(folded.text)")
      for entry in entries where seen.insert(entry).inserted {
        guard let stored = try questions.visible(entry) else { continue }
        hits[entry] = hit(stored, kind, folded.text, country)
        if hits.count >= 2 * HubLimits.hits { hits = hits.best(HubLimits.hits) }
      }
    }
    let kept = hits.values.sorted(by: Hit.isBefore).prefix(HubLimits.hits)
      .filter { questions.hasRoom($0.found.record.utf8.count) }
    for hit in kept { questions.show(entry: hit.found.entry) }
    return kept
  }

  private func hit(
    _ stored: StoredRecord, _ kind: Selector.Kind, _ number: String, _ country: String?
  ) -> Hit {
    let read = stored.read()
    var rows = [
      Row(
        feature: kind.rawValue, left: number, right: number, similarity: 1, weight: 1,
        contribution: 1, rule: "the same \(kind.words)")
    ]
    var state = "names it"
    var score = 1.0
    if case .document(let document) = read.body {
      if let said = document.state?.text { state = "says that it is \(said)" }
      if let range = document.range { state += ", in the range \(range.from) to \(range.to)" }
      if let country, let theirs = document.country?.code,
        CountryValue(country, isIssuer: true).code != theirs
      {
        score = DocumentQuestion.otherCountry
        rows.append(
          Row(
            feature: "country", left: country, right: theirs, similarity: 0, weight: 1,
            contribution: score - 1, rule: "another country has issued it"))
        state += ", issued by another country"
      }
    }
    return Hit(
      found: stored.found(read), kind: "identifier", score: score, explanation: rows,
      sentence: "\(stored.name) of \(stored.node) \(state)")
  }

  /// Numbers of two countries may be equal by chance.
  private static let otherCountry = 0.5
}
