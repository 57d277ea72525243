internal import HubInterface
internal import Matching
internal import Reading
internal import Records
internal import SQL
internal import Varlink

/// The hub's reading of bytes from outside, for the fuzzer: pure parts alone.
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
    _ = try? Duty(parsing: text)
    return count
  }

  /// A message of the daemon, as the feed takes it; what it tells is written into facts in memory,
  /// told again, and taken back.
  /// - Returns: entries that stood after it; nil: it is refused.
  package static func entries(ofMessage message: [UInt8]) -> Int? {
    guard
      let page = try? VarlinkAnswer<ReaderFailure>(message: message).decode(ReadingPage.self)
        .parameters,
      let told = try? FeedPage(page)
    else { return nil }
    do {
      let (database, _) = try FactsTables.open(.file(":memory:"), HubHost.versions)
      let writer = try FactsWriter(database)
      let index = NameIndex()
      index.apply(try writer.apply([PreparedPage(told)]))
      let rows = try MemoryRows(database)
      index.apply(try writer.apply([PreparedPage(told)]))
      let again = try MemoryRows(database)
      precondition(again == rows, "told twice, and other rows (HUB-12)")
      precondition(index.count == rows.keys, "the index has others than the facts")
      var gone = told
      gone.changes = told.changes.map {
        EntryChange(log: $0.log, origin: $0.origin, index: $0.index, count: $0.count, readable: nil)
      }
      index.apply(try writer.apply([PreparedPage(gone)]))
      let left = try MemoryRows(database)
      precondition(left == MemoryRows() && index.count == 0, "something stays")
      return rows.entries
    } catch {
      preconditionFailure("a page that was read is not written: \(error)")
    }
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
    default: try readAlerts(call)
    }
  }

  private static func readAlerts(_ call: HubSession.Call) throws {
    switch call.method {
    case "org.liaison.Hub.AddWatch":
      let request = try call.parameters(AddWatchRequest.self)
      let look = CheckedLook(user: "nobody", purpose: .ct, reason: "fuzz", caseNumber: nil)
      let row = try WatchRow(request, look, now: 1_700_000_000_000)
      check(row)
    case "org.liaison.Hub.Alerts": _ = try call.parameters(AlertsRequest.self)
    case "org.liaison.Hub.ChangeAlerts": _ = try call.parameters(ChangeAlertsRequest.self)
    case "org.liaison.Hub.OfferHandOver": _ = try call.parameters(OfferHandOverRequest.self)
    case "org.liaison.Hub.HookFailed": _ = try call.parameters(HookFailedRequest.self)
    case "org.liaison.Hub.Exclude": _ = try call.parameters(ExcludeRequest.self)
    case "org.liaison.Hub.Screen":
      for passenger in try call.parameters(ScreenRequest.self).passengers {
        let born = passenger.birth.flatMap { try? PartialDate(parsing: $0) }
        _ = ComparedFields(passenger, born)?.evidence.askedKeys
      }
    default: throw HubError.busy
    }
  }

  /// A watch that was taken can tell somebody something, and is found by what it asks for.
  private static func check(_ row: WatchRow) {
    guard let watcher = row.watcher else { preconditionFailure("a new watch is not active") }
    precondition(
      !watcher.fields.isEmpty || !watcher.documents.isEmpty || !watcher.phones.isEmpty,
      "a watch that nothing fits")
    var index = WatchIndex()
    index.add(watcher)
    for fields in watcher.fields where !fields.evidence.filedKeys.isEmpty {
      precondition(
        index.fits(fields.evidence).contains { $0.watches == [watcher.id] },
        "a watch that its own name does not fit")
    }
    index.remove(watcher.id)
    precondition(index.isEmpty && !index.hasNames, "something of a watch stays")
  }
}

/// How many rows each table has.
private struct MemoryRows: Hashable {
  var entries = 0
  var current = 0
  var derived = 0
  var keys = 0
  var tallies = 0
  var sealed = 0

  init() {}

  init(_ database: Database) throws(SQLError) {
    func count(_ query: String) throws(SQLError) -> Int {
      var found = 0
      try database.prepare(query).each { row throws(SQLError) in
        found += Int(row.integer(0))
        return true
      }
      return found
    }
    entries = try count("SELECT count(*) FROM entry")
    current = try count("SELECT count(*) FROM entry WHERE current = 1")
    for table in ["selector", "range", "reference", "word"] {
      derived += try count("SELECT count(*) FROM \(table)")
    }
    keys = try count("SELECT count(*) FROM keys")
    tallies = try count("SELECT count FROM tally")
    for table in ["audience", "gone", "contribution"] {
      sealed += try count("SELECT count(*) FROM \(table)")
    }
  }
}
