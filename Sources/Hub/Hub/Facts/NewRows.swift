internal import SQL

/// Entries of one transaction, as far as they are known without asking for each: nearly all of them
/// are new, and a database may be a network away. Where nothing is known of one, it is asked for.
final class NewRows {
  /// A place in a log.
  struct Place: Hashable {
    var log: Int64
    var index: UInt64
  }

  private let places: Statement
  private let older: Statement
  private let numbers: RowNumbers
  /// The last row before this transaction.
  private var before: Int64 = 0
  private var vacant: Set<Place> = []
  /// Rows of this transaction by the record that they are versions of; nil: more than one, or one
  /// that went.
  private var added: [TouchedNames.Name: EntryRow?] = [:]

  /// Names of one question.
  private static let names = 32

  init(_ database: Database, _ numbers: RowNumbers) throws(SQLError) {
    self.numbers = numbers
    places = try database.prepare(
      "SELECT place FROM entry WHERE log = ?1 AND place >= ?2 AND place <= ?3 "
        + "UNION ALL SELECT place FROM gone WHERE log = ?1 AND place >= ?2 AND place <= ?3"
    )
    let values = (0..<NewRows.names).map { "(?\($0 + 3))" }.joined(separator: ", ")
    // A limit keeps a planner from joining all rows: each name is one look into the index.
    older = try database.prepare(
      "WITH asked(id) AS (VALUES \(values)) SELECT id FROM asked WHERE "
        + "(SELECT e.number FROM entry e WHERE e.node = ?1 AND e.id = asked.id AND e.number <= ?2 LIMIT 1) IS NOT NULL"
    )
  }

  func begin() {
    before = numbers.last
    vacant = []
    added = [:]
  }

  // MARK: - Places

  /// Finds out at which of these places of a log nothing stands.
  func look(at indices: [UInt64], of log: Int64) throws(SQLError) {
    guard let first = indices.min(), let last = indices.max(),
      last - first < UInt64(EntryRows.batch)
    else { return }
    try places.bind(1, log)
    try places.bind(2, Int64(clamping: first))
    try places.bind(3, Int64(clamping: last))
    var free = Set(indices)
    try places.each { row throws(SQLError) in
      free.remove(UInt64(clamping: row.integer(0)))
      return true
    }
    for index in free { vacant.insert(Place(log: log, index: index)) }
  }

  /// - Returns: whether nothing stands there, surely.
  func take(_ place: Place) -> Bool { vacant.remove(place) != nil }

  // MARK: - Versions

  func note(_ entry: EntryRow) {
    guard let name = TouchedNames.Name(entry) else { return }
    added[name] = added[name] == nil ? .some(entry) : .some(nil)
  }

  /// A row went: which version is to be shown has to be asked for.
  func forget(_ entry: EntryRow) {
    if let name = TouchedNames.Name(entry) { added[name] = .some(nil) }
  }

  /// Its version is shown: what comes later in this transaction is not the first.
  func settled(_ name: TouchedNames.Name) { added[name] = .some(nil) }

  /// - Returns: of these, the records of which one version came in this transaction, and there was
  ///   none before.
  func firstVersions(
    of names: [TouchedNames.Name]
  ) throws(SQLError) -> [TouchedNames.Name: EntryRow] {
    var found: [TouchedNames.Name: EntryRow] = [:]
    for name in names { if let entry = added[name] ?? nil { found[name] = entry } }
    let byNode = Dictionary(grouping: found.keys, by: \.node)
    for (node, names) in byNode {
      let ids = names.map(\.id).sorted()
      for start in stride(from: 0, to: ids.count, by: NewRows.names) {
        let asked = ids[start..<min(start + NewRows.names, ids.count)]
        for id in try older(Array(asked), of: node) {
          found[TouchedNames.Name(node: node, id: id)] = nil
        }
      }
    }
    return found
  }

  /// Ids of which there was a version before this transaction.
  private func older(_ ids: [String], of node: String) throws(SQLError) -> [String] {
    try older.bind(1, node)
    try older.bind(2, before)
    for place in 0..<NewRows.names {
      try older.bind(place + 3, place < ids.count ? ids[place] : ids[0])
    }
    var found: [String] = []
    try older.each { row throws(SQLError) in
      found.append(row.text(0))
      return true
    }
    return found
  }
}
