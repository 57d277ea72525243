internal import HubInterface
internal import Matching
internal import Records
internal import SQL

/// Finds records by a reference, by identifiers, by names in any script, and by words, in this
/// order of weight.
struct Search {
  let questions: Questions
  let filter: Filter
  private var hits: [Int64: Hit] = [:]
  private var equally: Int?

  struct Filter: Sendable {
    var type: String?
    var author: String?
    /// Unix milliseconds.
    var since: Int64 = 0

    func takes(_ stored: StoredRecord) -> Bool {
      (type == nil || stored.type == type) && (author == nil || stored.node == author)
        && stored.time >= since
    }
  }

  struct Found {
    var hits: [Hit]
    var equally: Int?
  }

  init(_ questions: Questions, _ filter: Filter) {
    self.questions = questions
    self.filter = filter
  }

  /// - Parameter born: a date beside those in the text.
  mutating func run(_ text: String, born: PartialDate?, limit: Int) throws -> Found {
    if Questions.isName(text) {
      guard let stored = questions.visible(try questions.find(text)) else { return found(limit) }
      add(stored, stored.read(), "named", 1, [], "this is \(stored.name)")
      return found(limit)
    }
    try identifiers(text)
    let question = NameQuestion(text, born: born)
    try names(question, limit)
    // A word counts less than any name or identifier: it fills what they leave.
    if hits.count < limit { try words(text, limit - hits.count) }
    return found(limit)
  }

  private func found(_ limit: Int) -> Found {
    let ordered = hits.values.sorted(by: Hit.isBefore)
    let kept = ordered.prefix(limit).filter { questions.hasRoom($0.found.record.utf8.count) }
    for hit in kept { questions.show(entry: hit.found.entry) }
    return Found(hits: kept, equally: equally)
  }

  private mutating func add(
    _ stored: StoredRecord, _ read: SharedRecord, _ kind: String, _ score: Double, _ rows: [Row],
    _ sentence: String
  ) {
    if let known = hits[stored.number], known.score >= score { return }
    hits[stored.number] = Hit(
      found: stored.found(read), kind: kind, score: score, explanation: rows, sentence: sentence)
    if hits.count >= 2 * HubLimits.hits { hits = hits.best(HubLimits.hits) }
  }

  private func stored(_ number: Int64) throws -> StoredRecord? {
    guard hits[number] == nil, let stored = try questions.read(number), filter.takes(stored)
    else { return nil }
    return questions.visible(stored)
  }

  // MARK: - Identifiers

  private mutating func identifiers(_ text: String) throws {
    try identifiers(of: text)
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count > 1 else { return }
    for word in words.prefix(HubLimits.words) { try identifiers(of: String(word)) }
  }

  private mutating func identifiers(of text: String) throws {
    for (kind, value) in QuestionSelectors(text).all {
      let entries = try questions.facts.entries(kind, value)
      questions.noteFull(entries.count, "have the \(kind.words) \(value)")
      for number in entries {
        guard let stored = try stored(number) else { continue }
        let row = Row(
          feature: kind.rawValue, left: text, right: value, similarity: 1, weight: 1,
          contribution: 1, rule: "the same \(kind.words)")
        add(stored, stored.read(), "identifier", 1, [row], "the \(kind.words) \(value) is the same")
      }
    }
  }

  // MARK: - Names

  private mutating func names(_ question: NameQuestion, _ limit: Int) throws {
    for kind in [Matching.NameKind.person, .organization] {
      guard filter.type == nil || filter.type == kind.type,
        let evidence = Evidence(name: question.name, dates: question.dates, kind: kind)
      else { continue }
      try names(evidence, limit)
    }
  }

  private mutating func names(_ evidence: Evidence, _ limit: Int) throws {
    let candidates = try NameCandidates(questions: questions, evidence: evidence).find(
      least: ExplainedMatch.leastPoints, limit: limit
    ) { hits[$0.number] == nil && filter.takes($0) }
    equally = candidates.equally ?? equally
    for candidate in candidates.found { hits[candidate.stored.number] = Hit(candidate) }
  }

  // MARK: - Words

  /// - Parameter room: records that can still be shown.
  private mutating func words(_ text: String, _ room: Int) throws {
    var words: [String] = []
    for word in WordFolding.words([text]) where words.count < HubLimits.words { words.append(word) }
    guard !words.isEmpty else { return }
    var counts: [Int64: Int] = [:]
    for word in words {
      let entries = try questions.facts.entries(word: word)
      if entries.count == HubLimits.rowsPerQuestion {
        questions.note("\"\(word)\" stands in more than \(entries.count) records: add words")
      }
      for entry in entries { counts[entry, default: 0] += 1 }
    }
    let best = counts.values.max() ?? 0
    // Records with fewer of the words than others have are noise beside them.
    let ranked = counts.filter { $0.value == best }.keys.sorted(by: >)
    let most = hits.count + room
    for number in ranked.prefix(HubLimits.rowsPerQuestion) {
      if hits.count >= most { break }
      guard let stored = try stored(number) else { continue }
      add(words, in: stored, stored.read())
    }
  }

  private mutating func add(_ words: [String], in stored: StoredRecord, _ read: SharedRecord) {
    let held = Set(read.words)
    let count = words.count { held.contains($0) }
    guard count > 0 else { return }
    let share = Double(count) / Double(words.count)
    let row = Row(
      feature: "words", left: words.joined(separator: " "), right: "\(count) of \(words.count)",
      similarity: share, weight: Search.wordWeight, contribution: Search.wordWeight * share,
      rule: "words of the record")
    add(
      stored, read, "words", Search.wordWeight * share, [row],
      "\(count) of \(words.count) words stand in it")
  }

  /// A word says less than a name that fits.
  private static let wordWeight = 0.45
}

extension Matching.NameKind {
  /// The type of its records.
  fileprivate var type: String {
    switch self {
    case .person: "person"
    case .organization: "organization"
    }
  }
}

extension Hit {
  /// The order of an answer (HUB-50).
  static func isBefore(_ a: Hit, _ b: Hit) -> Bool {
    (b.score, b.secondFactor, a.found.entry) < (a.score, a.secondFactor, b.found.entry)
  }

  /// How well a date of birth or a number agrees: of a thousand persons whose names fit as they
  /// are, those are meant whose dates do, too.
  private var secondFactor: Double {
    explanation.reduce(0) { sum, row in
      Hit.secondFactors.contains(row.feature) ? sum + row.similarity : sum
    }
  }

  private static let secondFactors: Set<String> = [
    MatchRow.Feature.birthDate.rawValue, MatchRow.Feature.identifier.rawValue,
  ]
}

extension [Int64: Hit] {
  /// A question keeps no more than an answer takes, however many records have one number.
  func best(_ count: Int) -> [Int64: Hit] {
    let kept = sorted { Hit.isBefore($0.value, $1.value) }.prefix(count)
    return Dictionary(uniqueKeysWithValues: kept.map { ($0.key, $0.value) })
  }
}
