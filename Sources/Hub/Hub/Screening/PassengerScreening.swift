internal import HubInterface
internal import Matching
internal import Records
internal import SQL

/// Compares passengers with documents and with persons that may act (Protocols/hub.md, 11). One
/// thread, with a connection of its own.
struct PassengerScreening {
  let facts: Facts
  let index: SharedIndex.Content
  let look: CheckedLook
  let key: AlertKey
  /// Passengers without a date of birth are compared by name, too.
  let namesAlone: Bool
  private(set) var part = ScreenedPart()
  /// A candidate of the index is gone from the facts, or another by now: somebody may have been
  /// missed.
  private(set) var isStale = false

  init(
    facts: Facts, index: SharedIndex.Content, look: CheckedLook, key: AlertKey, namesAlone: Bool
  ) {
    self.facts = facts
    self.index = index
    self.look = look
    self.key = key
    self.namesAlone = namesAlone
  }

  /// One moment of the facts for all of them.
  mutating func run(_ passengers: [ScreenPassenger]) throws(SQLError) {
    try facts.database.snapshot { () throws(SQLError) in
      for passenger in passengers { part.passengers.append(try screen(passenger)) }
    }
  }

  private mutating func screen(_ passenger: ScreenPassenger) throws(SQLError) -> ScreenedPassenger {
    let number = passenger.document.flatMap { DocumentNumber(folding: $0) }
    let born = passenger.birth.flatMap { try? PartialDate(parsing: $0) }
    var result = ScreenedPassenger(
      line: passenger.line, traveller: Traveller(passenger, number, born).hash(key),
      isDocumented: number != nil && born != nil)
    let evidence = ComparedFields(passenger, born)?.evidence
    var isVictims = false
    if let number { isVictims = try documents(number, passenger, evidence, &result) }
    if born != nil || namesAlone {
      if let evidence { try names(evidence, &result) }
      if isVictims { clear(&result) }
    } else {
      result.notes.append(
        number == nil
          ? "neither a date of birth nor a document: it was compared with nothing"
          : "no date of birth: compared by the document alone")
    }
    keepBest(&result)
    return result
  }

  private func keepBest(_ result: inout ScreenedPassenger) {
    result.hits.sort {
      ($1.band, $1.points, $0.stored.number) < ($0.band, $0.points, $1.stored.number)
    }
    let more = result.hits.count - HubLimits.hitsOfPassenger
    guard more > 0 else { return }
    result.hits.removeLast(more)
    result.notes.append("\(more) more hits are not shown")
  }

  /// A victim's own passport clears him (HUB-93).
  private func clear(_ result: inout ScreenedPassenger) {
    let before = result.hits.count
    result.hits.removeAll(where: \.isNamed)
    if result.hits.count < before {
      result.notes.append(
        "\(before - result.hits.count) by name cleared: the document is the own one of a victim whose identity others use"
      )
    }
  }

  private mutating func visible(_ stored: StoredRecord?) -> StoredRecord? {
    guard let stored, stored.isCurrent, stored.state.stands else { return nil }
    guard look.sees(stored.purposes) else {
      part.hidden.insert(stored.number)
      part.hiddenFrom.insert(stored.node)
      return nil
    }
    return stored
  }

  // MARK: - Documents

  /// - Returns: whether it is a victim's own.
  private mutating func documents(
    _ number: DocumentNumber, _ passenger: ScreenPassenger, _ evidence: Evidence?,
    _ result: inout ScreenedPassenger
  ) throws(SQLError) -> Bool {
    var isVictims = false
    var isUsed = false
    let entries = try facts.entries(.document, number.text)
    if entries.count >= HubLimits.rowsPerQuestion {
      result.notes.append(
        "\(entries.count) records or more name the document: not all were looked at")
    }
    for entry in entries {
      guard let stored = visible(try facts.record(entry)) else { continue }
      let read = stored.read()
      guard case .document(let document) = read.body else { continue }
      let isOther = isOtherCountry(passenger.issuer, document.country)
      if read.isBadDocument {
        add(
          stored, number, isOther ? .review : .alert,
          "\(stored.name) says that it is \(document.state?.text ?? "")", isOther, &result)
      }
      if !document.usedBy.isEmpty { isUsed = true }
      for (party, does) in [(document.holder, "holds")] + document.usedBy.map({ ($0, "uses") }) {
        guard let reference = party?.reference, let seen = visible(try facts.current(reference))
        else { continue }
        let person = seen.read()
        if does == "holds", !isOther, !read.isBadDocument, isVictim(person, evidence) {
          isVictims = true
        }
        guard person.mayAct else { continue }
        add(
          seen, number, isOther ? .review : .alert, "\(seen.name) \(does) it, says \(stored.name)",
          isOther, &result)
      }
    }
    try personalNumbers(number, evidence, &result)
    return isVictims && !isUsed
  }

  /// The victim himself: name and date of birth are his. Anybody can write a document that has a
  /// victim for a holder.
  private func isVictim(_ person: SharedRecord, _ evidence: Evidence?) -> Bool {
    guard person.common.category?.value == .victim, let evidence, let own = Evidence(of: person)
    else { return false }
    let match = compare(evidence, own)
    return match.points >= RecordMatch.review && match.facts.agreesInYear == true
  }

  /// Numbers of two countries may be equal by chance: alone they ask somebody to look.
  private mutating func personalNumbers(
    _ number: DocumentNumber, _ evidence: Evidence?, _ result: inout ScreenedPassenger
  ) throws(SQLError) {
    for entry in try facts.entries(.personalNumber, number.text) {
      guard let stored = visible(try facts.record(entry)) else { continue }
      let person = stored.read()
      guard person.mayAct else { continue }
      let fits = evidence.flatMap { asked in
        Evidence(of: person).map { points(asked, $0) >= RecordMatch.review }
      }
      add(
        stored, number, fits == true ? .alert : .review, "\(stored.name) has this number", false,
        &result)
    }
  }

  private func isOtherCountry(_ asked: String?, _ theirs: CountryValue?) -> Bool {
    guard let asked = asked.flatMap({ CountryValue($0, isIssuer: true).code }),
      let theirs = theirs?.code
    else { return false }
    return asked != theirs
  }

  private func add(
    _ stored: StoredRecord, _ number: DocumentNumber, _ band: Band, _ sentence: String,
    _ isOtherCountry: Bool, _ result: inout ScreenedPassenger
  ) {
    guard !result.hits.contains(where: { $0.stored.number == stored.number }) else { return }
    var rows = [
      Row(
        feature: Selector.Kind.document.rawValue, left: number.text, right: number.text,
        similarity: 1, weight: 1, contribution: 1, rule: "the same document number")
    ]
    if isOtherCountry {
      rows.append(
        Row(
          feature: "country", left: "", right: "", similarity: 0, weight: 1, contribution: -0.5,
          rule: "another country has issued it"))
    }
    result.hits.append(
      ScreenedPassenger.Hit(
        stored: stored, band: band, isNamed: false, points: isOtherCountry ? 5_000 : 10_000,
        rows: rows,
        sentence: "the document \(number.text): \(sentence)"
          + (isOtherCountry ? "; another country has issued it" : "")))
  }

  // MARK: - Names

  private mutating func names(
    _ evidence: Evidence, _ result: inout ScreenedPassenger
  ) throws(SQLError) {
    let found = index.candidates(
      evidence.askedKeys, limit: HubLimits.candidates, among: .acting)
    let candidates = try facts.compared(found.numbers)
    let evidence = evidence.readied()
    if candidates.count < found.numbers.count { isStale = true }
    for candidate in candidates where candidate.fields.kind == .person {
      let (entry, other) = (candidate.entry, candidate.fields.evidence)
      guard points(evidence, other) >= RecordMatch.review,
        let stored = visible(try facts.record(entry)), stored.read().mayAct
      else { continue }
      let match = compare(evidence, other)
      if let band = Band.byName(match, mayAct: true) { add(stored, match, band, &result) }
    }
    if let equally = found.equally, result.hits.contains(where: \.isNamed) {
      result.notes.append(
        "\(equally) more persons may fit the name as well as the last that was compared")
    }
  }

  private func add(
    _ stored: StoredRecord, _ match: RecordMatch, _ band: Band, _ result: inout ScreenedPassenger
  ) {
    let explained = ExplainedMatch(match)
    guard let place = result.hits.firstIndex(where: { $0.stored.number == stored.number }) else {
      return result.hits.append(
        ScreenedPassenger.Hit(
          stored: stored, band: band, isNamed: true, points: match.points, rows: explained.rows,
          sentence: explained.sentence))
    }
    // His document, perhaps of another country, and his name: the stronger of both.
    result.hits[place].band = max(result.hits[place].band, band)
    result.hits[place].sentence += "; " + explained.sentence
  }
}

/// A traveller's identity for lists and exclusions: without his name where he has a document.
struct Traveller {
  private let parts: [String]

  init(_ passenger: ScreenPassenger, _ number: DocumentNumber?, _ born: PartialDate?) {
    if let number {
      parts = ["document", number.text, born?.text ?? ""]
    } else {
      parts = ["name"] + WordFolding.words([passenger.name]).sorted() + [born?.text ?? ""]
    }
  }

  init(document number: DocumentNumber, born: PartialDate) {
    parts = ["document", number.text, born.text]
  }

  func hash(_ key: AlertKey) -> [UInt8] { key.hash(.traveller, parts) }
}
