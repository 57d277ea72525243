internal import Matching
internal import Records
internal import Runtime
internal import SQL

/// Which watches fit the names of many records, found by two threads: nearly all of the work of an
/// alert, and a function of records and watches alone.
struct NameFits: Sendable {
  /// Fits by the number of the entry: another version has another.
  private var found: [Int64: [WatchIndex.Fit]] = [:]

  init() {}

  /// - Parameters:
  ///   - facts: a connection of this thread.
  ///   - place: of the facts, for the other thread.
  init(
    of names: [String], _ watches: WatchIndex, _ facts: Facts, _ place: SQLPlace
  ) throws(SQLError) {
    guard watches.hasNames, names.count >= HubLimits.namesOfThread else { return }
    let half = names.count / 2
    let rest = Array(names[half...])
    let other = Monitor<Result<NameFits, SQLError>?>(nil)
    let thread = try? SystemThread(name: "fits") {
      let result: Result<NameFits, SQLError>
      do throws(SQLError) {
        let own = try Facts(place, cacheKibibytes: HubLimits.alertCacheKibibytes)
        result = .success(try NameFits(rest[...], watches, own))
      } catch {
        result = .failure(error)
      }
      other.withLock { $0 = result }
    }
    // Fits that are not found here are found when the record is looked at.
    guard let thread else { return }
    let mine = Result { () throws(SQLError) in try NameFits(names[..<half], watches, facts) }
    thread.join()
    found = try mine.get().found
    if let theirs = other.withLock({ $0 }) {
      found.merge(try theirs.get().found) { first, _ in first }
    }
  }

  private init(
    _ names: ArraySlice<String>, _ watches: WatchIndex, _ facts: Facts
  ) throws(SQLError) {
    for name in names {
      guard let stored = try facts.shown(name), stored.isCurrent, stored.state.stands else {
        continue
      }
      found[stored.number] = NameFits.fits(stored.read(), watches)
    }
  }

  /// nil: it was not looked at beforehand.
  subscript(stored: StoredRecord) -> [WatchIndex.Fit]? { found[stored.number] }

  static func fits(_ read: SharedRecord, _ watches: WatchIndex) -> [WatchIndex.Fit] {
    evidence(read).flatMap { watches.fits($0) }
  }

  /// A person or an organisation, and whoever is named without a record.
  static func evidence(_ read: SharedRecord) -> [Evidence] {
    if let fields = ComparedFields(of: read) { return [fields.evidence] }
    var all = read.parties.prefix(HubLimits.namedParties).compactMap { named in
      named.party.inline.flatMap { ComparedFields($0)?.evidence }
    }
    if case .document(let document) = read.body, let fields = ComparedFields(document) {
      all.append(fields.evidence)
    }
    return all
  }
}
