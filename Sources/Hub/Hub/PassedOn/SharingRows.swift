internal import Crypto
internal import Log
internal import SQL

/// The statements on `sharing` and `ask`: which readable records speak of which entries, and for
/// which of these the daemon is to be asked.
final class SharingRows {
  private let insert: Statement
  private let delete: Statement
  private let cited: Statement
  private let words: Statement
  private let putAsk: Statement
  private let removeAsk: Statement
  private let listAsks: Statement
  private let contains: Statement
  private let countAsks: Statement
  let numbers: RowNumbers
  /// No record speaks of another entry: nothing has to be looked for.
  private(set) var isEmpty: Bool

  /// Entries that the daemon is asked about at once.
  static let asksAtOnce = 64
  /// Keys that are tried for one entry: partners that pass the same on.
  static let candidates = 16

  init(_ database: Database) throws(SQLError) {
    insert = try database.prepare(
      "INSERT INTO sharing (kind, log, place, entry) VALUES (?1, ?2, ?3, ?4)")
    delete = try database.prepare(
      "DELETE FROM sharing WHERE kind = ?1 AND log = ?2 AND place = ?3 AND entry = ?4")
    cited = try database.prepare(
      "SELECT DISTINCT place FROM sharing WHERE kind = ?1 AND log = ?2 AND place >= ?3 AND place < ?4"
    )
    words = try database.prepare(
      "SELECT s.entry, e.node, e.epoch, e.place, e.time, e.state, e.record, l.id FROM sharing s JOIN entry e ON e.number = s.entry JOIN log l ON l.number = e.log WHERE s.kind = ?1 AND s.log = ?2 AND s.place = ?3 ORDER BY e.node, e.epoch, e.place LIMIT ?4"
    )
    numbers = try RowNumbers("asks", MetaRows(database))
    putAsk = try database.prepare(
      "INSERT INTO ask (log, place, number) VALUES (?1, ?2, ?3) ON CONFLICT (log, place) DO UPDATE SET number = ?3"
    )
    removeAsk = try database.prepare(
      "DELETE FROM ask WHERE log = ?1 AND place = ?2 AND number = ?3")
    listAsks = try database.prepare("SELECT log, place, number FROM ask ORDER BY number LIMIT ?1")
    contains = try database.prepare(
      "SELECT 1 FROM sharing WHERE kind = ?1 AND entry = ?2 AND log = ?3 AND place = ?4")
    countAsks = try database.prepare("SELECT count(*) FROM ask")
    var isEmpty = true
    try database.prepare("SELECT 1 FROM sharing LIMIT 1").each { _ throws(SQLError) in
      isEmpty = false
      return false
    }
    self.isEmpty = isEmpty
  }

  // MARK: - Words

  func add(_ word: EntryWord, _ entry: Int64) throws(SQLError) {
    isEmpty = false
    try bind(insert, word, entry)
    try insert.run()
    try ask(word.log, word.place)
  }

  func remove(_ word: EntryWord, _ entry: Int64) throws(SQLError) {
    try bind(delete, word, entry)
    try delete.run()
    try ask(word.log, word.place)
  }

  private func bind(
    _ statement: Statement, _ word: EntryWord, _ entry: Int64
  ) throws(SQLError) {
    try statement.bind(1, word.kind.rawValue)
    try statement.bind(2, word.log)
    try statement.bind(3, word.place)
    try statement.bind(4, entry)
  }

  func contains(_ word: EntryWord.Kind, _ entry: Int64, _ ask: PassedOnAsk) throws(SQLError)
    -> Bool
  {
    try contains.bind(1, word.rawValue)
    try contains.bind(2, entry)
    try contains.bind(3, ask.log.array)
    try contains.bind(4, Int64(clamping: ask.place))
    defer { contains.reset() }
    return try contains.step()
  }

  /// One record that speaks of an entry.
  struct Word {
    let number: Int64
    let node: String
    /// `be/1/9`
    let entry: String
    let place: Int64
    let time: Int64
    let state: EntryState
    let record: [UInt8]
    /// The id of the log that it is in.
    let log: [UInt8]
  }

  func all(_ kind: EntryWord.Kind, of log: [UInt8], _ place: Int64) throws(SQLError) -> [Word] {
    try words.bind(1, kind.rawValue)
    try words.bind(2, log)
    try words.bind(3, place)
    try words.bind(4, SharingRows.candidates)
    var found: [Word] = []
    try words.each { row throws(SQLError) in
      let (node, place) = (row.text(1), row.integer(3))
      found.append(
        Word(
          number: row.integer(0), node: node, entry: "\(node)/\(row.integer(2))/\(place)",
          place: place, time: row.integer(4), state: EntryState(rawValue: row.integer(5)),
          record: row.blob(6), log: row.blob(7)))
      return true
    }
    return found
  }

  // MARK: - Asks

  func ask(_ log: [UInt8], _ place: Int64) throws(SQLError) {
    try putAsk.bind(1, log)
    try putAsk.bind(2, place)
    try putAsk.bind(3, numbers.next())
    try putAsk.run()
  }

  /// Asks about all entries of a range of which somebody passed the key on.
  func askCited(_ log: [UInt8], from place: UInt64, count: UInt64) throws(SQLError) {
    guard !isEmpty else { return }
    let end = place.addingReportingOverflow(count)
    try cited.bind(1, EntryWord.Kind.key.rawValue)
    try cited.bind(2, log)
    try cited.bind(3, Int64(clamping: place))
    try cited.bind(4, end.overflow ? Int64.max : Int64(clamping: end.partialValue))
    var places: [Int64] = []
    try cited.each { row throws(SQLError) in
      places.append(row.integer(0))
      return true
    }
    for place in places { try ask(log, place) }
  }

  /// An answer came: true unless the entry is to be asked about once more.
  func settle(_ ask: PassedOnAsk) throws(SQLError) {
    try removeAsk.bind(1, ask.log.array)
    try removeAsk.bind(2, Int64(clamping: ask.place))
    try removeAsk.bind(3, ask.number)
    try removeAsk.run()
  }

  var hasAsks: Bool { get throws(SQLError) { try countAsks.returned() > 0 } }

  /// The oldest of them.
  func asks() throws(SQLError) -> [(log: [UInt8], place: Int64, number: Int64)] {
    try listAsks.bind(1, SharingRows.asksAtOnce)
    var found: [(log: [UInt8], place: Int64, number: Int64)] = []
    try listAsks.each { row throws(SQLError) in
      found.append((row.blob(0), row.integer(1), row.integer(2)))
      return true
    }
    return found
  }
}
