internal import HubInterface
internal import Records

/// The question what this node and its partners gave each other (Protocols/hub.md, 17).
struct PartnersQuestion {
  let questions: Questions
  /// This node's name.
  let own: String
  /// Unix milliseconds.
  let now: Int64

  private var facts: PartnerFacts { PartnerFacts(questions.facts, now: now) }

  /// - Parameters:
  ///   - partner: nil: all.
  ///   - quarter: nil: all.
  func pairs(
    with partner: String?, in quarter: Quarter?
  ) throws -> (pairs: [PairQuarter], isCut: Bool) {
    let audiences = try facts.audiences(of: own)
    let partners = partner.map { [$0] } ?? PartnersQuestion.partners(audiences, of: own)
    var statistics = PartnerStatistics(own: own)
    let quarters = quarter.map { $0.number...$0.number } ?? 0...Int(Int32.max)
    let groups = try facts.groups(audiences, quarters)
    for group in groups {
      let others = group.author == own ? group.members.filter { $0 != own } : [group.author]
      for other in others where partner == nil || other == partner {
        statistics.add(group, with: other)
      }
    }
    try addRequests(&statistics, audiences, partners, quarter)
    let rows = statistics.rows
    return (
      Array(rows.prefix(HubLimits.pairQuarters)),
      questions.isCut || rows.count > HubLimits.pairQuarters
    )
  }

  private static func partners(_ audiences: [Int64: Set<String>], of own: String) -> [String] {
    audiences.values.reduce(into: Set<String>()) { $0.formUnion($1) }.filter { $0 != own }.sorted()
  }

  private func addRequests(
    _ statistics: inout PartnerStatistics, _ audiences: [Int64: Set<String>],
    _ partners: [String], _ quarter: Quarter?
  ) throws {
    func versions(_ node: String) throws -> [ExchangedVersion] {
      let requests = try facts.versions(of: node, .rfi, audiences, questions.takeRow)
      return requests + (try facts.versions(of: node, .answer, audiences, questions.takeRow))
    }
    let given = Dictionary(
      grouping: try versions(own).flatMap { version in
        version.members.map { (member: $0, version: version) }
      }, by: \.member)
    for partner in partners {
      let both = (given[partner] ?? []).map(\.version) + (try versions(partner))
      for (asker, asked) in [(own, partner), (partner, own)] {
        let outcomes = PairRequests(asker: asker, asked: asked, now: now).outcomes(both)
        for outcome in outcomes where quarter == nil || outcome.quarter == quarter {
          statistics.add(outcome, of: asker, with: partner)
        }
      }
    }
  }

  // MARK: - Entries

  /// The entries of one pair in one quarter, by time.
  /// - Parameter place: they go on behind it; nil: from the first.
  func entries(
    with partner: String, in quarter: Quarter, after place: PairEntry.Place?
  ) throws -> (entries: [CountedEntry], next: String?) {
    let limit = HubLimits.countedEntries
    let found = try first(limit + 1, with: partner, in: quarter, after: place)
    let shown = found.prefix(limit)
    var entries: [CountedEntry] = []
    for entry in shown {
      guard let row = entry.row else {
        entries.append(entry.counted([]))
        continue
      }
      guard questions.sees(row.purposes, row.number, of: entry.author) else { continue }
      entries.append(entry.counted(try questions.facts.record(row.number)?.record ?? []))
    }
    for entry in entries { questions.show(entry: entry.entry) }
    return (entries, found.count > limit ? shown.last?.place.text : nil)
  }

  /// - Returns: at most `count`, by their places.
  private func first(
    _ count: Int, with partner: String, in quarter: Quarter, after place: PairEntry.Place?
  ) throws -> [PairEntry] {
    let audiences = try facts.audiences(of: own).filter { $0.value.contains(partner) }
    let beginning = PairEntry.Place(time: quarter.times.lowerBound, index: 0, origin: "")
    let start = max(place ?? beginning, beginning)
    var found: [PairEntry] = []
    for log in try facts.logs(of: [own, partner]) {
      for audience in audiences.keys.sorted() {
        // Nothing later than what was found is looked at.
        let isFull = found.count == count
        let end = isFull ? (found.last?.place.time ?? 0) + 1 : quarter.times.upperBound
        // At most one entry of a log stands at the place itself.
        let more = try facts.entries(
          audience, log, start, before: end, limit: count + 1, questions.takeRow)
        found += more.filter { place == nil || $0.place > start }
        found.sort { $0.place < $1.place }
        found = Array(found.prefix(count))
      }
    }
    return found
  }
}
