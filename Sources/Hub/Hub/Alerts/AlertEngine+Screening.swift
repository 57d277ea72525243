internal import HubInterface
internal import Records
internal import SQL

// Lists that were screened: what is kept of them, and what an exclusion stops.
extension AlertEngine {
  /// A list whose parts are to come.
  func begin(_ flight: String?, _ look: CheckedLook) throws -> Int64 {
    try screenings.begin(flight, user: look.user, purpose: look.purpose.rawValue, time: now)
  }

  /// Keeps the hits of one part, without those that are excluded.
  func keep(_ part: ScreenedPart, of list: Int64, user: String) throws -> ScreenedPart {
    guard let screening = try screenings.find(list), screening.user == user else {
      throw HubError.unknown(what: "list", number: Int(list))
    }
    var part = part
    part.fit()
    try database.transaction { () throws(SQLError) in
      for place in part.passengers.indices {
        try exclude(&part.passengers[place], screening.purpose)
        try keep(&part.passengers[place], of: list, flight: screening.flight)
      }
      let bands = part.passengers.map(\.band)
      try screenings.add(
        to: list, lines: part.passengers.count, alerts: bands.count { $0 == .alert },
        reviews: bands.count { $0 == .review })
    }
    return part
  }

  private func exclude(
    _ passenger: inout ScreenedPassenger, _ purpose: String
  ) throws(SQLError) {
    guard passenger.isDocumented, passenger.hits.contains(where: \.isNamed) else { return }
    let today = now / 86_400_000
    for row in try exclusions.of(passenger.traveller)
    where row.counts(today: today) && row.purpose.rawValue == purpose {
      let before = passenger.hits.count
      passenger.hits.removeAll { $0.isNamed && $0.stored.name == row.subject }
      if passenger.hits.count < before {
        passenger.notes.append(
          "not \(row.subject): exclusion \(row.number), until \(CivilDay(number: Int(row.until))?.text ?? "")"
        )
      }
    }
  }

  private func keep(
    _ passenger: inout ScreenedPassenger, of list: Int64, flight: String?
  ) throws(SQLError) {
    for place in passenger.hits.indices {
      let hit = passenger.hits[place]
      var row = HitRow(
        screening: list, traveller: passenger.traveller, subject: hit.stored.name, band: hit.band,
        isNamed: hit.isNamed, isDocumented: passenger.isDocumented)
      row.number = try screenings.add(row)
      passenger.hits[place].number = row.number
      if let flight { passenger.hits[place].isKnown = try screenings.isKnown(row, flight: flight) }
    }
  }

  func finish(
    _ list: Int64, user: String, digest: String, unreadable: Int
  ) throws -> (screening: Screening, gone: Int) {
    guard let known = try screenings.find(list), known.user == user else {
      throw HubError.unknown(what: "list", number: Int(list))
    }
    let hash = key.hash(.list, [digest])
    let same = try screenings.same(as: hash, before: list)
    try database.transaction { () throws(SQLError) in
      try screenings.finish(list, digest: hash, unreadable: unreadable)
    }
    var screening = try screenings.find(list) ?? known
    screening.sameAs = same.map(Int.init)
    let gone = try known.flight.map { (flight) throws(SQLError) in
      try screenings.gone(from: list, flight: flight)
    }
    return (screening, gone ?? 0)
  }

  // MARK: - Exclusions

  struct NewExclusion: Sendable {
    /// Hits of lists, or nothing where a traveller is named.
    var hits: [Int64]
    var traveller: [UInt8]?
    var ref: String?
    var until: Int64
    var basis: String
    var reason: String
    var user: String
    var purpose: Purpose
  }

  func exclude(_ new: NewExclusion) throws -> [ExclusionRow] {
    var pairs: [(traveller: [UInt8], subject: String)] = []
    for number in new.hits {
      guard let hit = try screenings.hit(number),
        try screenings.find(hit.screening)?.purpose == new.purpose.rawValue
      else {
        throw HubError.unknown(what: "hit", number: Int(number))
      }
      guard hit.isNamed else {
        throw HubError.refused(
          reason: "hit \(number) is of a document", hint: "a document is never excluded")
      }
      guard hit.isDocumented else {
        throw HubError.refused(
          reason: "the traveller of hit \(number) had no document or no date of birth",
          hint: "nobody could tell him from another: ask the carrier for both")
      }
      pairs.append((hit.traveller, hit.subject))
    }
    if let traveller = new.traveller, let ref = new.ref { pairs.append((traveller, ref)) }
    var rows: [ExclusionRow] = []
    try database.transaction { () throws(SQLError) in
      for (traveller, subject) in pairs {
        var row = ExclusionRow(
          traveller: traveller, subject: subject, until: new.until, purpose: new.purpose,
          basis: new.basis, reason: new.reason, proposed: new.user,
          confirmed: duty.excludesInPairs ? nil : new.user, time: now)
        row.number = try exclusions.add(row)
        rows.append(row)
      }
    }
    return rows
  }

  func changeExclusion(_ number: Int64, _ change: String, _ actor: Actor) throws -> ExclusionRow {
    let user = actor.user
    guard var row = try exclusions.find(number), row.purpose.bit & actor.purposes != 0 else {
      throw HubError.unknown(what: "exclusion", number: Int(number))
    }
    guard row.ended == nil else {
      throw HubError.refused(reason: "exclusion \(number) has ended", hint: "make another")
    }
    switch change {
    case "confirm":
      guard row.confirmed == nil else {
        throw HubError.refused(reason: "exclusion \(number) counts already", hint: "")
      }
      guard row.proposed != user else {
        throw HubError.notAllowed(
          reason: "exclusion \(number) was proposed by \(user)",
          hint: "another person has to confirm it")
      }
      row.confirmed = user
    case "end": row.ended = now
    default:
      throw HubError.refused(reason: "\"\(change)\" is no change", hint: "confirm, or end")
    }
    try exclusions.set(row)
    return row
  }
}
