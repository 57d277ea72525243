internal import Log
internal import Records
internal import SQL

/// Reads the facts: one connection, on the loop's thread. Only equality, ranges and counts are
/// asked of SQL; names and words are matched in Swift.
final class Facts {
  let database: Database
  private let byNumber: Statement
  private let byName: Statement
  private let currentByName: Statement
  private let byPlace: Statement
  private let bySelector: Statement
  private let bySelectorRange: Statement
  private let byRange: Statement
  private let byReference: Statement
  private let byWord: Statement
  private let byTravel: Statement
  private let byType: Statement
  private let bySharing: Statement
  private let originOfLog: Statement
  private let countKeys: Statement
  private let byKeys: Statement
  private let byTouch: Statement
  private let meta: MetaRows
  private let following: IndexFollowing

  private static let columns =
    "SELECT e.number, l.origin, e.node, e.place, e.id, e.type, e.time, e.expiry, e.state, e.purposes, e.current, e.record, l.id, e.via, e.leave "
    + "FROM entry e JOIN log l ON l.number = e.log "

  /// - Parameter cacheKibibytes: pages that this connection keeps.
  init(
    _ place: SQLPlace, cacheKibibytes: Int = HubLimits.cacheKibibytes
  ) throws(SQLError) {
    database = try Database(place, .reading)
    try database.setCache(kibibytes: cacheKibibytes)
    byNumber = try database.prepare(Facts.columns + "WHERE e.number = ?1")
    byName = try database.prepare(
      Facts.columns + "WHERE \(EntryRows.versions) LIMIT ?3")
    currentByName = try database.prepare(
      Facts.columns + "WHERE e.current = 1 AND \(EntryRows.versions) LIMIT 1")
    byPlace = try database.prepare(Facts.columns + "WHERE l.origin = ?1 AND e.place = ?2")
    bySelector = try database.prepare(
      "SELECT entry FROM selector WHERE kind = ?1 AND value = ?2 LIMIT ?3")
    bySelectorRange = try database.prepare(
      "SELECT entry FROM selector WHERE kind = ?1 AND value >= ?2 AND value < ?3 LIMIT ?4")
    byRange = try database.prepare(
      "SELECT entry FROM range WHERE series = ?1 AND digits = ?2 AND low <= ?3 AND high >= ?3 LIMIT ?4"
    )
    byReference = try database.prepare(
      "SELECT entry, field FROM reference WHERE target = ?1 LIMIT ?2")
    byTravel = try database.prepare(
      "SELECT entry FROM reference WHERE target = ?1 AND field IN ('person', 'companions')")
    byWord = try database.prepare("SELECT entry FROM word WHERE word = ?1 LIMIT ?2")
    byType = try database.prepare(
      "SELECT number FROM entry WHERE type = ?1 AND current = 1 ORDER BY number DESC LIMIT ?2")
    // The index `entry_sharing` has rows of these types alone.
    bySharing = try database.prepare(
      "SELECT number FROM entry WHERE type = ?1 AND type IN ('rfi', 'consent', 'reshare') AND current = 1 ORDER BY time DESC LIMIT ?2"
    )
    originOfLog = try database.prepare("SELECT origin FROM log WHERE id = ?1")
    countKeys = try database.prepare("SELECT coalesce(sum(length(keys)), 0) / 4 FROM keys")
    byTouch = try database.prepare(
      "SELECT number, name FROM touched WHERE number > ?1 AND number <= ?2 ORDER BY number LIMIT ?3"
    )
    meta = try MetaRows(database)
    following = try IndexFollowing(database)
    let places = (1...Facts.keysOfQuestion).map { "?\($0)" }.joined(separator: ", ")
    byKeys = try database.prepare(
      "SELECT number, entry, fields FROM keys WHERE number IN (\(places))")
  }

  func record(_ number: Int64) throws(SQLError) -> StoredRecord? {
    try byNumber.bind(1, number)
    return try Facts.all(byNumber).first
  }

  /// The version that is shown of `nl:2015-0117`.
  func current(_ ref: RecordReference) throws(SQLError) -> StoredRecord? {
    try currentByName.bind(1, ref.author.text)
    try currentByName.bind(2, ref.id.text)
    return try Facts.all(currentByName).first
  }

  /// Versions that can be read, at most `HubLimits.versions`: those that stand first, the newest
  /// first.
  func versions(_ ref: RecordReference) throws(SQLError) -> [StoredRecord] {
    try byName.bind(1, ref.author.text)
    try byName.bind(2, ref.id.text)
    try byName.bind(3, HubLimits.versions)
    return try Facts.all(byName)
  }

  /// - Parameter origin: `nl/1`
  func entry(_ origin: String, _ place: Int64) throws(SQLError) -> StoredRecord? {
    try byPlace.bind(1, origin)
    try byPlace.bind(2, place)
    return try Facts.all(byPlace).first
  }

  func entries(_ kind: Int64, _ value: [UInt8]) throws(SQLError) -> [Int64] {
    try bySelector.bind(1, kind)
    try bySelector.bind(2, value)
    try bySelector.bind(3, HubLimits.rowsPerQuestion)
    return try Facts.numbers(bySelector)
  }

  /// Entries whose value begins with `beginning`.
  func entries(_ kind: Int64, beginning: [UInt8]) throws(SQLError) -> [Int64] {
    try bySelectorRange.bind(1, kind)
    try bySelectorRange.bind(2, beginning)
    try bySelectorRange.bind(3, beginning + [0xff])
    try bySelectorRange.bind(4, HubLimits.rowsPerQuestion)
    return try Facts.numbers(bySelectorRange)
  }

  /// Ranges of document numbers that hold this one.
  func ranges(holding number: NumberParts) throws(SQLError) -> [Int64] {
    try byRange.bind(1, number.series)
    try byRange.bind(2, number.digits.count)
    try byRange.bind(3, number.digits)
    try byRange.bind(4, HubLimits.rowsPerQuestion)
    return try Facts.numbers(byRange)
  }

  /// Current records that name `target`, and where they do.
  func mentions(_ target: String) throws(SQLError) -> [(entry: Int64, field: String)] {
    try byReference.bind(1, target)
    try byReference.bind(2, HubLimits.rowsPerQuestion)
    var found: [(entry: Int64, field: String)] = []
    try byReference.each { row throws(SQLError) in
      found.append((row.integer(0), row.text(1)))
      return true
    }
    return found
  }

  /// Trips that name a person as one who travels: all of them.
  func travels(of target: String) throws(SQLError) -> [Int64] {
    try byTravel.bind(1, target)
    return try Facts.numbers(byTravel)
  }

  /// Records that may hold a word.
  func entries(word: String) throws(SQLError) -> [Int64] {
    try byWord.bind(1, WordNumber.of(word))
    try byWord.bind(2, HubLimits.rowsPerQuestion)
    return try Facts.numbers(byWord)
  }

  /// Current records of a type, the newest first.
  func entries(type: String, limit: Int) throws(SQLError) -> [Int64] {
    try byType.bind(1, type)
    try byType.bind(2, limit)
    return try Facts.numbers(byType)
  }

  /// Current requests for information, the newest first.
  func requests(limit: Int) throws(SQLError) -> [Int64] { try sharing("rfi", limit) }

  /// Current consents, the newest first.
  func consents(limit: Int) throws(SQLError) -> [Int64] { try sharing("consent", limit) }

  private func sharing(_ type: String, _ limit: Int) throws(SQLError) -> [Int64] {
    try bySharing.bind(1, type)
    try bySharing.bind(2, limit)
    return try Facts.numbers(bySharing)
  }

  /// The origin of a log of which something was told, `nl/1`.
  func origin(of log: [UInt8]) throws(SQLError) -> String? {
    try originOfLog.bind(1, log)
    defer { originOfLog.reset() }
    return try originOfLog.step() ? originOfLog.text(0) : nil
  }

  /// A candidate of the index in memory.
  struct Candidate {
    var entry: Int64
    var fields: ComparedFields
  }

  /// Candidates by their numbers in the index, in its order; those that are not current any more
  /// are left out. Many are asked for at once: a database may be a network away.
  func compared(_ numbers: [UInt32]) throws(SQLError) -> [Candidate] {
    var found: [UInt32: Candidate] = [:]
    for start in stride(from: 0, to: numbers.count, by: Facts.keysOfQuestion) {
      for place in 0..<Facts.keysOfQuestion {
        let number = start + place < numbers.count ? numbers[start + place] : 0
        try byKeys.bind(place + 1, Int64(number))
      }
      try byKeys.each { row throws(SQLError) in
        if let number = UInt32(exactly: row.integer(0)), let fields = ComparedFields(row.blob(2)) {
          found[number] = Candidate(entry: row.integer(1), fields: fields)
        }
        return true
      }
    }
    return numbers.compactMap { found[$0] }
  }

  private static let keysOfQuestion = HubLimits.candidates

  /// The index in memory, from what is stored.
  func loadIndex() throws(SQLError) -> NameIndex { try loadFollowedIndex().index }

  /// - Returns: and where to follow it from.
  func loadFollowedIndex() throws(SQLError) -> (index: NameIndex, position: IndexPosition) {
    try database.snapshot { () throws(SQLError) in
      let index = NameIndex(expecting: Int(try countKeys.returned()))
      var position = try following.start()
      while true {
        let last = try following.eachKeys(after: position.keys, limit: HubLimits.keysAtOnce) {
          index.load($0, $1, $2)
        }
        guard last > position.keys else { break }
        position.keys = last
      }
      index.finishLoading()
      return (index, position)
    }
  }

  /// Changes of the index in memory behind a position, in one snapshot.
  /// - Returns: nil where the index has to be loaded anew.
  func indexChanges(after position: IndexPosition) throws(SQLError) -> IndexFollowing.Step? {
    try database.snapshot { () throws(SQLError) in
      guard var step = try following.changes(after: position) else { return nil }
      let (isComparing, wereTold) = (try isComparing(), try wereTold())
      step.wasToldAll = wereTold && !isComparing
      step.told = try following.positions()
      return step
    }
  }

  // MARK: - For whoever acts on what changed (HUB-70)

  /// Names of records of which another version is shown than before, or none, in the order of their
  /// rows.
  func touched(
    after number: Int64, through last: Int64, limit: Int
  ) throws(SQLError) -> [(number: Int64, name: String)] {
    try byTouch.bind(1, number)
    try byTouch.bind(2, last)
    try byTouch.bind(3, limit)
    var found: [(number: Int64, name: String)] = []
    try byTouch.each { row throws(SQLError) in
      found.append((row.integer(0), row.text(1)))
      return true
    }
    return found
  }

  func lastTouched() throws(SQLError) -> Int64 { try meta.integer("touched") ?? 0 }

  /// The mark that tells these facts from others.
  func made() throws(SQLError) -> String { try meta.text("made") ?? "" }

  /// The node whose hub this is.
  func node() throws(SQLError) -> String? { try meta.text("node") }

  /// All is being compared: what is here is not yet what the daemon reads.
  func isComparing() throws(SQLError) -> Bool {
    if try meta.integer("comparing") == 1 { return true }
    return try meta.text("journal") == nil
  }

  /// True when nothing was left to tell by the last message that was applied.
  private func wereTold() throws(SQLError) -> Bool { try meta.integer("told") == 1 }

  /// The version that is shown of a record or an entry: `nl:x` or `nl/1/17`.
  func shown(_ name: String) throws(SQLError) -> StoredRecord? {
    if let ref = RecordReference(name) { return try current(ref) }
    guard let slash = name.lastIndex(of: "/"),
      let place = Int64(name[name.index(after: slash)...]), place >= 0
    else { return nil }
    return try entry(String(name[..<slash]), place)
  }

  private static func numbers(_ statement: Statement) throws(SQLError) -> [Int64] {
    var found: [Int64] = []
    try statement.each { row throws(SQLError) in
      found.append(row.integer(0))
      return true
    }
    return found
  }

  private static func all(_ statement: Statement) throws(SQLError) -> [StoredRecord] {
    var found: [StoredRecord] = []
    try statement.each { row throws(SQLError) in
      found.append(
        StoredRecord(
          number: row.integer(0), origin: row.text(1), node: row.text(2), place: row.integer(3),
          id: row.optionalText(4), type: row.text(5), time: row.integer(6),
          expiryDay: row.integer(7), state: EntryState(rawValue: row.integer(8)),
          purposes: row.integer(9), isCurrent: row.integer(10) != 0, record: row.blob(11),
          log: row.blob(12), via: row.optionalText(13), leave: row.optionalText(14)))
      return true
    }
    return found
  }
}
