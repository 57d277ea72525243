internal import HubInterface
internal import Log
internal import Matching
internal import Records
internal import SQL

/// Which watches one record fits now: a function of the record, the watches and the records that it
/// names.
struct ReasonFinder {
  let facts: Facts
  let index: SharedIndex
  let watches: WatchIndex
  let alerts: AlertRows
  let judgements: JudgementReader
  /// Names that were compared beforehand.
  let fits: NameFits
  /// The node whose hub this is.
  let node: String

  /// - Returns: one for each watch.
  func reasons(_ stored: StoredRecord, _ read: SharedRecord) throws(SQLError) -> [Reason] {
    // A record with a `must` field that is not understood raises nothing (REC-84).
    guard stored.isCurrent, stored.state.stands, read.unknownMust.isEmpty else { return [] }
    var found = Found(stored: stored)
    names(read, &found)
    if stored.node != node, index.hasOwnWatches {
      for evidence in NameFits.evidence(read) { try ownNames(evidence, read, &found) }
    }
    try standing(read, &found)
    for selector in read.selectors { try numbers(selector, read, &found) }
    if case .trip(let trip) = read.body { try journeys(trip, &found) }
    return found.reasons.values.filter { $0.band >= found.least[$0.watch] ?? .review }
      .sorted { ($0.watch.number, $0.watch.ref) < ($1.watch.number, $1.watch.ref) }
  }

  private struct Found {
    let stored: StoredRecord
    var reasons: [WatchID: Reason] = [:]
    var least: [WatchID: Band] = [:]
    /// Watches whose names fit.
    var named: Set<WatchID> = []

    mutating func add(_ watcher: Watcher, _ add: (inout Reason) -> Void) {
      guard watcher.sees(stored.purposes) else { return }
      least[watcher.id] = watcher.least
      add(&reasons[watcher.id, default: Reason(watcher, sees: stored.purposes)])
    }
  }

  // MARK: - Names and numbers

  private func names(_ read: SharedRecord, _ found: inout Found) {
    for fit in fits[found.stored] ?? NameFits.fits(read, watches) {
      guard let band = Band.byName(fit.match, mayAct: read.mayAct) else { continue }
      for id in fit.watches {
        guard let watcher = watches.watchers[id] else { continue }
        found.named.insert(id)
        found.add(watcher) { $0.add(fit.match, band) }
      }
    }
  }

  private func ownNames(
    _ evidence: Evidence, _ read: SharedRecord, _ found: inout Found
  ) throws(SQLError) {
    let numbers = index.candidates(
      evidence, limit: HubLimits.candidates, among: .ownWatches
    ).numbers
    for candidate in try facts.compared(numbers) where candidate.fields.kind == evidence.kind {
      let own = candidate.fields.evidence
      guard points(own, evidence) >= RecordMatch.review else { continue }
      let match = compare(own, evidence)
      guard let band = Band.byName(match, mayAct: read.mayAct),
        let watcher = try ownWatcher(candidate.entry, found.stored)
      else { continue }
      found.named.insert(watcher.id)
      found.add(watcher) { $0.add(match, band) }
    }
  }

  /// Watches that the record fitted before are compared with it, whoever else is a likelier
  /// candidate by now.
  private func standing(_ read: SharedRecord, _ found: inout Found) throws(SQLError) {
    let known = try alerts.of(subject: found.stored.name).filter(\.stands).map(\.watch)
    for id in Set(known) where !found.named.contains(id) {
      guard let watcher = try watcher(id, found.stored) else { continue }
      for asked in try fields(of: id).map(\.evidence) {
        for evidence in NameFits.evidence(read) where evidence.kind == asked.kind {
          guard points(asked, evidence) >= RecordMatch.review else { continue }
          let match = compare(asked, evidence)
          guard let band = Band.byName(match, mayAct: read.mayAct) else { continue }
          found.add(watcher) { $0.add(match, band) }
        }
      }
    }
  }

  private func fields(of id: WatchID) throws(SQLError) -> [ComparedFields] {
    switch id {
    case .watch: return watches.watchers[id]?.fields ?? []
    case .own(let ref):
      guard let reference = RecordReference(ref), let own = try facts.current(reference) else {
        return []
      }
      return ComparedFields(of: own.read()).map { [$0] } ?? []
    }
  }

  private func numbers(
    _ selector: Selector, _ read: SharedRecord, _ found: inout Found
  ) throws(SQLError) {
    for id in watches.watches(selector) {
      guard let watcher = watches.watchers[id] else { continue }
      let asked = watcher.documents.first ?? selector.value
      let value = selector.kind == .phone ? watcher.phones.first ?? selector.value : asked
      found.add(watcher) { $0.add(number: value, selector.kind, Band.byNumber(read)) }
    }
    guard found.stored.node != node,
      selector.kind == .document || selector.kind == .personalNumber
    else { return }
    for entry in try facts.entries(
      Selector.Kind.personalNumber.number, SelectorValue.exact(selector.value))
    {
      guard let watcher = try ownWatcher(entry, found.stored) else { continue }
      found.add(watcher) { $0.add(number: selector.value, selector.kind, Band.byNumber(read)) }
    }
  }

  // MARK: - Persons of this node's own

  /// - Parameter entry: its number.
  private func ownWatcher(
    _ entry: Int64, _ other: StoredRecord
  ) throws(SQLError) -> Watcher? {
    guard let own = try facts.record(entry) else { return nil }
    return try ownWatcher(own, other)
  }

  private func ownWatcher(
    _ own: StoredRecord, _ other: StoredRecord
  ) throws(SQLError) -> Watcher? {
    guard own.node == node, let ref = own.ref, ReasonFinder.isWatch(own) else { return nil }
    guard try !judgements.areDifferent(ref, other.name) else { return nil }
    return Watcher(
      id: .own(ref), revision: 1, purposes: own.purposes, least: .review, fields: [],
      documents: [], phones: [])
  }

  /// HUB-75.
  static func isWatch(_ stored: StoredRecord) -> Bool {
    guard stored.isCurrent, stored.state.stands, stored.type == RecordType.person.rawValue else {
      return false
    }
    let read = stored.read()
    guard case .person(let person) = read.body else { return false }
    return read.isWanted && !person.names.isEmpty
  }

  // MARK: - Trips

  private func journeys(_ trip: Trip, _ found: inout Found) throws(SQLError) {
    guard let journey = Journey(trip, publishedAt: found.stored.time) else { return }
    let persons = (trip.persons + trip.companions).prefix(HubLimits.namedParties)
    for reference in Set(persons.compactMap(\.reference)).sorted() {
      // Counts persons alone: trips that name each other hold nobody up.
      guard try facts.current(reference)?.type == RecordType.person.rawValue else { continue }
      for alert in try alerts.of(subject: reference.text)
      where alert.stands && !alert.isDismissed {
        guard let watcher = try watcher(alert.watch, found.stored) else { continue }
        found.add(watcher) { $0.add(journey, of: reference.text, alert.band) }
      }
      guard reference.author.text == node, found.stored.node != node,
        let own = try facts.current(reference), let watcher = try ownWatcher(own, found.stored)
      else { continue }
      let band: Band = own.read().mayAct ? .alert : .review
      found.add(watcher) { $0.add(journey, of: reference.text, band) }
    }
  }

  private func watcher(
    _ id: WatchID, _ other: StoredRecord
  ) throws(SQLError) -> Watcher? {
    switch id {
    case .watch: return watches.watchers[id]
    case .own(let ref):
      guard other.node != node, let reference = RecordReference(ref),
        let own = try facts.current(reference)
      else { return nil }
      return try ownWatcher(own, other)
    }
  }
}
