internal import SQL

/// The statements on the rows that a current version has beside its own.
final class DerivedRows {
  private let addSelector: Statement
  private let removeSelector: Statement
  private let addRange: Statement
  private let removeRange: Statement
  private let addReference: Statement
  private let removeReference: Statement
  private let addWord: Statement
  private let removeWord: Statement
  private let addKeys: Statement
  private let findKeys: Statement
  private let removeKeys: Statement
  private let database: Database
  /// Rows of this transaction that are not written yet. Written in the order of their tables, each page of a table is touched once.
  private var pending = PendingRows()

  init(_ database: Database) throws(SQLError) {
    self.database = database
    addSelector = try database.prepare("INSERT OR IGNORE INTO selector VALUES (?1, ?2, ?3)")
    removeSelector = try database.prepare(
      "DELETE FROM selector WHERE kind = ?1 AND value = ?2 AND entry = ?3")
    addRange = try database.prepare("INSERT OR IGNORE INTO range VALUES (?1, ?2, ?3, ?4, ?5)")
    removeRange = try database.prepare(
      "DELETE FROM range WHERE series = ?1 AND digits = ?2 AND low = ?3 AND high = ?4 AND entry = ?5"
    )
    addReference = try database.prepare("INSERT OR IGNORE INTO reference VALUES (?1, ?2, ?3)")
    removeReference = try database.prepare(
      "DELETE FROM reference WHERE target = ?1 AND entry = ?2 AND field = ?3")
    addWord = try database.prepare("INSERT OR IGNORE INTO word VALUES (?1, ?2)")
    removeWord = try database.prepare("DELETE FROM word WHERE word = ?1 AND entry = ?2")
    addKeys = try database.prepare(
      "INSERT INTO keys (entry, keys, fields, flags) VALUES (?1, ?2, ?3, ?4)")
    findKeys = try database.prepare("SELECT number FROM keys WHERE entry = ?1")
    removeKeys = try database.prepare("DELETE FROM keys WHERE entry = ?1")
  }

  /// - Returns: the number of its keys in the index in memory, never used before; nil where it has none.
  func insert(
    _ rows: RecordRows, _ entry: Int64, _ flags: NameFlags
  ) throws(SQLError) -> UInt32? {
    pending.add(rows, entry)
    guard let name = rows.name else { return nil }
    try addKeys.bind(1, entry)
    try addKeys.bind(2, name.keys)
    try addKeys.bind(3, name.fields)
    try addKeys.bind(4, flags.rawValue)
    try addKeys.run()
    return DerivedRows.indexed(database.lastRowID)
  }

  /// - Returns: the number that its keys had in the index in memory.
  func remove(_ rows: RecordRows, _ entry: Int64) throws(SQLError) -> UInt32? {
    // They may be among those that wait.
    try writePending()
    var gone = PendingRows()
    gone.add(rows, entry)
    try run(gone, removeSelector, removeRange, removeReference, removeWord)
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
    try run(pending, addSelector, addRange, addReference, addWord)
    pending = PendingRows()
  }

  /// After a transaction that was undone.
  func forgetPending() { pending = PendingRows() }

  /// The index takes 31 bits: beyond two thousand million changes a rebuild begins again at 1.
  private static func indexed(_ number: Int64) -> UInt32? {
    UInt32(exactly: number).flatMap { $0 < 0x8000_0000 ? $0 : nil }
  }

  private func run(
    _ rows: PendingRows, _ selector: Statement, _ range: Statement, _ reference: Statement,
    _ word: Statement
  ) throws(SQLError) {
    for (row, entry) in rows.selectors {
      try selector.bind(1, row.kind)
      try selector.bind(2, row.value)
      try selector.bind(3, entry)
      try selector.run()
    }
    for (row, entry) in rows.ranges {
      try range.bind(1, row.series)
      try range.bind(2, row.digits)
      try range.bind(3, row.low)
      try range.bind(4, row.high)
      try range.bind(5, entry)
      try range.run()
    }
    for (row, entry) in rows.references {
      try reference.bind(1, row.target)
      try reference.bind(2, entry)
      try reference.bind(3, row.field)
      try reference.run()
    }
    for (row, entry) in rows.words {
      try word.bind(1, row)
      try word.bind(2, entry)
      try word.run()
    }
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

  /// As the tables are ordered.
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
