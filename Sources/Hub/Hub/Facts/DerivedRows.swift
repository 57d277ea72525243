internal import SQL

/// The statements on the rows that a current version has beside its own.
final class DerivedRows {
  private let addSelectors: RowInserter
  private let removeSelector: Statement
  private let addRanges: RowInserter
  private let removeRange: Statement
  private let addReferences: RowInserter
  private let removeReference: Statement
  private let addWords: RowInserter
  private let removeWord: Statement
  private let addKeys: Statement
  private let findKeys: Statement
  private let removeKeys: Statement
  let numbers: RowNumbers
  /// Rows of this transaction that are not written yet. Written in the order of their tables, each
  /// page of a table is touched once.
  private var pending = PendingRows()

  init(_ database: Database) throws(SQLError) {
    addSelectors = try RowInserter(
      database, into: "selector", columns: 3, "ON CONFLICT DO NOTHING")
    removeSelector = try database.prepare(
      "DELETE FROM selector WHERE kind = ?1 AND value = ?2 AND entry = ?3")
    addRanges = try RowInserter(
      database, into: "range", columns: 5, "ON CONFLICT DO NOTHING")
    removeRange = try database.prepare(
      "DELETE FROM range WHERE series = ?1 AND digits = ?2 AND low = ?3 AND high = ?4 AND entry = ?5"
    )
    addReferences = try RowInserter(
      database, into: "reference", columns: 3, "ON CONFLICT DO NOTHING")
    removeReference = try database.prepare(
      "DELETE FROM reference WHERE target = ?1 AND entry = ?2 AND field = ?3")
    addWords = try RowInserter(
      database, into: "word", columns: 2, "ON CONFLICT DO NOTHING")
    removeWord = try database.prepare("DELETE FROM word WHERE word = ?1 AND entry = ?2")
    numbers = try RowNumbers("keysNumber", MetaRows(database))
    addKeys = try database.prepare(
      "INSERT INTO keys (number, entry, keys, fields, flags) VALUES (?1, ?2, ?3, ?4, ?5)")
    findKeys = try database.prepare("SELECT number FROM keys WHERE entry = ?1")
    removeKeys = try database.prepare("DELETE FROM keys WHERE entry = ?1")
  }

  /// - Returns: the number of its keys in the index in memory, never used before; nil where it has
  ///   none.
  func insert(
    _ rows: RecordRows, _ entry: Int64, _ flags: NameFlags
  ) throws(SQLError) -> UInt32? {
    pending.add(rows, entry)
    guard let name = rows.name else { return nil }
    let number = numbers.next()
    try addKeys.bind(1, number)
    try addKeys.bind(2, entry)
    try addKeys.bind(3, name.keys)
    try addKeys.bind(4, name.fields)
    try addKeys.bind(5, flags.rawValue)
    try addKeys.run()
    return DerivedRows.indexed(number)
  }

  /// - Returns: the number that its keys had in the index in memory.
  func remove(_ rows: RecordRows, _ entry: Int64) throws(SQLError) -> UInt32? {
    // They may be among those that wait.
    try writePending()
    var gone = PendingRows()
    gone.add(rows, entry)
    for row in gone.selectors { try remove(row, removeSelector, DerivedRows.bind) }
    for row in gone.ranges { try remove(row, removeRange, DerivedRows.bind) }
    for row in gone.references { try remove(row, removeReference, DerivedRows.bind) }
    for row in gone.words { try remove(row, removeWord, DerivedRows.bind) }
    guard rows.name != nil else { return nil }
    try findKeys.bind(1, entry)
    let number = try findKeys.step() ? DerivedRows.indexed(findKeys.integer(0)) : nil
    findKeys.reset()
    try removeKeys.bind(1, entry)
    try removeKeys.run()
    return number
  }

  /// Before a transaction ends.
  func writePending() throws(SQLError) {
    pending.sort()
    try addSelectors.insert(pending.selectors, DerivedRows.bind)
    try addRanges.insert(pending.ranges, DerivedRows.bind)
    try addReferences.insert(pending.references, DerivedRows.bind)
    try addWords.insert(pending.words, DerivedRows.bind)
    pending = PendingRows()
  }

  /// After a transaction that was undone.
  func forgetPending() { pending = PendingRows() }

  /// The index takes 31 bits: beyond two thousand million changes a rebuild begins again at 1.
  private static func indexed(_ number: Int64) -> UInt32? {
    UInt32(exactly: number).flatMap { $0 < 0x8000_0000 ? $0 : nil }
  }

  private func remove<Row>(
    _ row: Row, _ statement: Statement, _ bind: (Statement, Int, Row) throws(SQLError) -> Void
  ) throws(SQLError) {
    try bind(statement, 0, row)
    try statement.run()
  }

  // The values of a row, behind so many others.

  private static func bind(
    _ statement: Statement, _ before: Int, _ row: (RecordRows.Selector, Int64)
  ) throws(SQLError) {
    try statement.bind(before + 1, row.0.kind)
    try statement.bind(before + 2, row.0.value)
    try statement.bind(before + 3, row.1)
  }

  private static func bind(
    _ statement: Statement, _ before: Int, _ row: (RecordRows.Range, Int64)
  ) throws(SQLError) {
    try statement.bind(before + 1, row.0.series)
    try statement.bind(before + 2, row.0.digits)
    try statement.bind(before + 3, row.0.low)
    try statement.bind(before + 4, row.0.high)
    try statement.bind(before + 5, row.1)
  }

  private static func bind(
    _ statement: Statement, _ before: Int, _ row: (RecordRows.Reference, Int64)
  ) throws(SQLError) {
    try statement.bind(before + 1, row.0.target)
    try statement.bind(before + 2, row.1)
    try statement.bind(before + 3, row.0.field)
  }

  private static func bind(
    _ statement: Statement, _ before: Int, _ row: (Int64, Int64)
  ) throws(SQLError) {
    try statement.bind(before + 1, row.0)
    try statement.bind(before + 2, row.1)
  }
}

/// Rows beside entries, by table.
private struct PendingRows {
  var selectors: [(RecordRows.Selector, Int64)] = []
  var ranges: [(RecordRows.Range, Int64)] = []
  var references: [(RecordRows.Reference, Int64)] = []
  var words: [(Int64, Int64)] = []

  mutating func add(_ rows: RecordRows, _ entry: Int64) {
    for row in rows.selectors { selectors.append((row, entry)) }
    for row in rows.ranges { ranges.append((row, entry)) }
    for row in rows.references { references.append((row, entry)) }
    for row in rows.words { words.append((row, entry)) }
  }

  /// Sorts the rows as the tables are ordered.
  mutating func sort() {
    selectors.sort { a, b in
      if a.0.kind != b.0.kind { return a.0.kind < b.0.kind }
      if a.0.value != b.0.value { return a.0.value.lexicographicallyPrecedes(b.0.value) }
      return a.1 < b.1
    }
    references.sort { ($0.0.target, $0.1) < ($1.0.target, $1.1) }
    words.sort { $0 < $1 }
  }
}
