internal import Crypto
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
    let audiences = try facts.audiences(of: own).filter { $0.value.contains(partner) }
    let start =
      place.map { max($0, PairEntry.Place(time: quarter.times.lowerBound, index: 0, origin: "")) }
      ?? PairEntry.Place(time: quarter.times.lowerBound, index: 0, origin: "")
    let limit = HubLimits.countedEntries
    var found: [PairEntry] = []
    for log in try facts.logs(of: [own, partner]) {
      for audience in audiences.keys.sorted() {
        let end = found.count > limit ? found[limit].place.time + 1 : quarter.times.upperBound
        // At most one entry of a log stands at the place itself.
        found += try facts.entries(audience, log, start, before: end, limit: limit + 2)
          .filter { place == nil || $0.place > start }
        found.sort { $0.place < $1.place }
      }
    }
    let shown = found.prefix(limit)
    let seen = shown.filter {
      guard let row = $0.row else { return true }
      return questions.sees(row.purposes, row.number, of: $0.author)
    }
    for entry in seen { questions.show(entry: "\(entry.place.origin)/\(entry.place.index)") }
    return (
      seen.map { entry in
        CountedEntry(
          entry: "\(entry.place.origin)/\(entry.place.index)", log: Hex.encode(entry.log),
          counted: entry.counted, correction: entry.isCorrection, time: Int(entry.place.time))
      }, found.count > limit ? shown.last?.place.text : nil
    )
  }
}
