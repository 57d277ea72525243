internal import HubInterface
internal import Matching
internal import Records
internal import Varlink

/// What the hub makes of bytes from outside, for the fuzzer: pure parts alone.
package enum HubInputs {
  /// - Returns: rows that a record has beside its own.
  package static func rows(ofRecord bytes: [UInt8]) -> Int {
    let entry = ReadableEntry(time: 0, expiryDay: 0, state: [], record: bytes)
    let derived = DerivedEntry(of: entry)
    let (summary, rows) = (derived.summary, derived.rows)
    for selector in rows.selectors {
      precondition(!selector.value.isEmpty && selector.value.count <= 600, "a selector without end")
    }
    for range in rows.ranges {
      precondition(
        range.low.count == range.digits && range.high.count == range.digits,
        "a range that no number is compared with")
    }
    precondition(summary.problems >= 0 && (rows.name?.keys.count ?? 0).isMultiple(of: 4))
    if let fields = rows.name?.fields {
      precondition(
        ComparedFields(fields)?.bytes == fields, "fields that are not read as they were written")
    }
    return rows.selectors.count + rows.references.count + rows.words.count
  }

  /// - Returns: identifiers that a question may be, and the keys that its name is looked up by.
  package static func lookups(ofQuestion text: String) -> Int {
    let question = NameQuestion(text, born: nil)
    var count = QuestionSelectors(text).all.count
    for kind in [Matching.NameKind.person, .organization] {
      guard let evidence = Evidence(name: question.name, dates: question.dates, kind: kind) else {
        continue
      }
      count += evidence.askedKeys.count
      let match = compare(evidence, evidence)
      let sum = match.rows.reduce(0) { $0 + $1.points }
      precondition(sum == match.points, "rows that do not add up")
      precondition((0...10_000).contains(match.points), "a score beyond 1")
    }
    _ = Questions.isName(text)
    _ = try? Users(parsing: text)
    return count
  }

  /// One client's bytes.
  /// - Returns: whether the session goes on.
  package static func isTaken(_ bytes: [UInt8]) -> Bool {
    let session = HubSession(user: "nobody") { call in
      do {
        try HubInputs.read(call)
        call.finish(NoParameters())
      } catch {
        call.fail(error)
      }
    }
    session.receive(bytes.span)
    return !session.isClosed
  }

  private static func read(_ call: HubSession.Call) throws {
    switch call.method {
    case "org.liaison.Hub.Search": _ = try call.parameters(SearchRequest.self)
    case "org.liaison.Hub.Dossier": _ = try call.parameters(DossierRequest.self)
    case "org.liaison.Hub.Match": _ = try call.parameters(MatchRequest.self)
    case "org.liaison.Hub.CheckDocument":
      let request = try call.parameters(CheckDocumentRequest.self)
      if let zone = request.zone { _ = try ZoneQuestion(zone, today: nil) }
    case "org.liaison.Hub.Links": _ = try call.parameters(LinksRequest.self)
    case "org.liaison.Hub.Money": _ = try call.parameters(MoneyRequest.self)
    default: throw HubError.busy
    }
  }
}
