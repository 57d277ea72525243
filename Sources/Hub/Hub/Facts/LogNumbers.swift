internal import Crypto
internal import Log
internal import SQL

/// The logs that were heard of, by short numbers, and how far the daemon looked at each.
final class LogNumbers {
  private var known: [LogID: Int64] = [:]
  private let find: Statement
  private let name: Statement
  private let setNext: Statement
  private let forget: Statement
  private let list: Statement
  private let findNext: Statement
  private let listNumbers: Statement

  init(_ database: Database) throws(SQLError) {
    find = try database.prepare("SELECT number FROM log WHERE id = ?1")
    name = try database.prepare(
      "INSERT INTO log (id, origin, next) VALUES (?1, ?2, 0) ON CONFLICT (id) DO UPDATE SET origin = ?2"
    )
    setNext = try database.prepare(
      "INSERT INTO log (id, origin, next) VALUES (?1, '', ?2) ON CONFLICT (id) DO UPDATE SET next = ?2"
    )
    forget = try database.prepare("UPDATE log SET next = 0")
    findNext = try database.prepare("SELECT next FROM log WHERE id = ?1")
    listNumbers = try database.prepare("SELECT number FROM log ORDER BY number")
    list = try database.prepare("SELECT id, next FROM log")
  }

  func number(_ log: LogID, _ origin: Origin) throws(SQLError) -> Int64 {
    if let number = known[log] { return number }
    try name.bind(1, log.array)
    try name.bind(2, origin.text)
    try name.run()
    try find.bind(1, log.array)
    defer { find.reset() }
    guard try find.step() else { return 0 }
    let number = find.integer(0)
    known[log] = number
    return number
  }

  /// - Returns: nil for a log that was not heard of.
  func number(_ log: LogID) throws(SQLError) -> Int64? {
    if let number = known[log] { return number }
    try find.bind(1, log.array)
    defer { find.reset() }
    return try find.step() ? find.integer(0) : nil
  }

  func positions() throws(SQLError) -> [LogID: UInt64] {
    var found: [LogID: UInt64] = [:]
    try list.each { row throws(SQLError) in
      if let id = LogID(row.blob(0)) { found[id] = UInt64(clamping: row.integer(1)) }
      return true
    }
    return found
  }

  /// Those of all logs.
  func numbers() throws(SQLError) -> [Int64] {
    var found: [Int64] = []
    try listNumbers.each { row throws(SQLError) in
      found.append(row.integer(0))
      return true
    }
    return found
  }

  /// How far the daemon looked at one log; 0: not at all.
  func position(of log: LogID) throws(SQLError) -> UInt64 {
    try findNext.bind(1, log.array)
    defer { findNext.reset() }
    return try findNext.step() ? UInt64(clamping: findNext.integer(0)) : 0
  }

  func set(_ log: LogID, next: UInt64) throws(SQLError) {
    try setNext.bind(1, log.array)
    try setNext.bind(2, Int64(clamping: next))
    try setNext.run()
  }

  /// After a transaction that was undone: a number may be another log's now.
  func forgetNumbers() { known = [:] }

  func forgetPositions() throws(SQLError) { try forget.run() }
}
