internal import Matching
internal import Records

/// All watches that somebody made, in memory: which of them a record may fit. Watches for the same
/// are compared once.
struct WatchIndex: Sendable {
  /// Watches with equal fields. Shared, and never changed: a comparison copies no names.
  private final class Group: Sendable {
    let evidence: Evidence
    let watches: [WatchID]

    init(_ evidence: Evidence, _ watches: [WatchID]) {
      self.evidence = evidence
      self.watches = watches
    }

    func with(_ id: WatchID) -> Group { Group(evidence, watches + [id]) }
    func without(_ id: WatchID) -> Group { Group(evidence, watches.filter { $0 != id }) }
  }

  private(set) var watchers: [WatchID: Watcher] = [:]
  private var groups: [UInt32: Group] = [:]
  private var numbers: [ComparedFields: UInt32] = [:]
  private var names = CandidateIndex()
  /// Groups by their kind: an organisation takes no person's place.
  private var persons = RecordSet()
  private var organizations = RecordSet()
  private var nextNumber: UInt32 = 1
  private var unmerged = 0
  private var documents: [String: [WatchID]] = [:]
  /// Numbers with digits at their end, for ranges: by what stands before, and how many digits.
  private var series: [Series: [String: [WatchID]]] = [:]
  /// Watches by the last digits, which a number at home and one from abroad share.
  private var phones: [[UInt8]: [WatchID]] = [:]

  private struct Series: Hashable {
    var letters: [UInt8]
    var digits: Int
  }

  var isEmpty: Bool { watchers.isEmpty }
  var hasNames: Bool { !groups.isEmpty }

  /// A fit of a name.
  struct Fit: Sendable {
    let watches: [WatchID]
    let match: RecordMatch
  }

  mutating func add(_ watcher: Watcher) {
    remove(watcher.id)
    watchers[watcher.id] = watcher
    for fields in watcher.fields { add(fields, watcher.id) }
    for number in watcher.documents {
      documents[number, default: []].append(watcher.id)
      let parts = NumberParts(number)
      let key = Series(letters: parts.series, digits: parts.digits.count)
      series[key, default: [:]][String(decoding: parts.digits, as: UTF8.self), default: []]
        .append(watcher.id)
    }
    for phone in watcher.phones {
      phones[WatchIndex.phoneEnd(phone), default: []].append(watcher.id)
    }
  }

  private mutating func add(_ fields: ComparedFields, _ id: WatchID) {
    if let number = numbers[fields] {
      groups[number] = groups[number]?.with(id)
      return
    }
    let number = nextNumber
    nextNumber += 1
    let evidence = fields.evidence
    numbers[fields] = number
    groups[number] = Group(evidence, [id])
    names.insert(number, evidence.filedKeys)
    if fields.kind == .person { persons.insert(number) } else { organizations.insert(number) }
    unmerged += 1
    // Sorted arrays are asked twice as fast as what was added since; a merge takes as long as they
    // are large.
    if unmerged > max(HubLimits.unmergedWatches, groups.count / 4) { merge() }
  }

  private mutating func merge() {
    names.merge()
    unmerged = 0
  }

  mutating func remove(_ id: WatchID) {
    guard let watcher = watchers.removeValue(forKey: id) else { return }
    for fields in watcher.fields {
      guard let number = numbers[fields] else { continue }
      groups[number] = groups[number]?.without(id)
      guard groups[number]?.watches.isEmpty == true else { continue }
      groups[number] = nil
      numbers[fields] = nil
      names.remove(number)
    }
    for number in watcher.documents {
      documents.take(id, from: number)
      let parts = NumberParts(number)
      let key = Series(letters: parts.series, digits: parts.digits.count)
      series[key]?.take(id, from: String(decoding: parts.digits, as: UTF8.self))
      if series[key]?.isEmpty == true { series[key] = nil }
    }
    for phone in watcher.phones { phones.take(id, from: WatchIndex.phoneEnd(phone)) }
  }

  // MARK: - What a record may fit

  /// Watches whose names fit at least so that somebody has to look.
  func fits(_ evidence: Evidence) -> [Fit] {
    guard !groups.isEmpty else { return [] }
    var found: [Fit] = []
    var known: Set<UInt32> = []
    let among = evidence.kind == .person ? persons : organizations
    for part in evidence.parts {
      let candidates = names.candidates(
        part.askedKeys, limit: HubLimits.watchCandidates, among: among)
      for candidate in candidates.found where known.insert(candidate.record).inserted {
        guard let group = groups[candidate.record],
          points(group.evidence, evidence) >= RecordMatch.review
        else { continue }
        found.append(Fit(watches: group.watches, match: compare(group.evidence, evidence)))
      }
    }
    return found
  }

  /// Watches for a number that a record names.
  func watches(_ selector: Selector) -> [WatchID] {
    switch selector.kind {
    case .document, .personalNumber: documents[selector.value] ?? []
    case .documentRange: watches(from: selector.value, through: selector.last ?? selector.value)
    case .phone: watches(phone: selector.value)
    default: []
    }
  }

  private func watches(from first: String, through last: String) -> [WatchID] {
    let (low, high) = (NumberParts(first), NumberParts(last))
    guard let numbers = series[Series(letters: low.series, digits: low.digits.count)] else {
      return []
    }
    let (from, through) = (
      String(decoding: low.digits, as: UTF8.self), String(decoding: high.digits, as: UTF8.self)
    )
    return numbers.filter { from <= $0.key && $0.key <= through }.flatMap(\.value)
  }

  private func watches(phone: String) -> [WatchID] {
    guard let asked = PhoneNumber(folding: phone) else { return [] }
    return (phones[WatchIndex.phoneEnd(phone)] ?? []).filter { id in
      watchers[id]?.phones.contains { PhoneNumber(folding: $0)?.isSame(as: asked) == true } == true
    }
  }

  private static func phoneEnd(_ phone: String) -> [UInt8] {
    Array(PhoneRow(phone).digits.prefix(7))
  }
}

extension Dictionary where Value == [WatchID] {
  fileprivate mutating func take(_ id: WatchID, from key: Key) {
    self[key]?.removeAll { $0 == id }
    if self[key]?.isEmpty == true { self[key] = nil }
  }
}
