internal import Crypto
internal import SQL

/// Sets of nodes that entries were sealed to, each once (Protocols/hub.md, HUB-116): grants of one
/// audience follow each other, and their members are the same nodes.
final class AudienceRows {
  private let find: Statement
  private let insert: Statement
  private let removeUnused: Statement
  /// Numbers by hash; looked up, never iterated.
  private var known: [[UInt8]: Int64] = [:]

  /// The number of an entry whose audience this node cannot tell.
  static let none: Int64 = -1

  init(_ database: Database) throws(SQLError) {
    find = try database.prepare("SELECT number FROM audience WHERE hash = ?1")
    insert = try database.prepare(
      "INSERT INTO audience (hash, members) VALUES (?1, ?2) ON CONFLICT DO NOTHING")
    removeUnused = try database.prepare(
      "DELETE FROM audience AS a WHERE NOT EXISTS (SELECT 1 FROM entry e WHERE e.audience = a.number AND e.audience >= 0) "
        + "AND NOT EXISTS (SELECT 1 FROM gone g WHERE g.audience = a.number)")
  }

  /// - Parameter members: ascending.
  func number(of members: [String]) throws(SQLError) -> Int64 {
    let text = members.joined(separator: ",")
    let hash = SHA256.hash(Array(text.utf8)).bytes.array
    if let number = known[hash] { return number }
    try insert.bind(1, hash)
    try insert.bind(2, text)
    try insert.run()
    try find.bind(1, hash)
    defer { find.reset() }
    guard try find.step() else { return AudienceRows.none }
    let number = find.integer(0)
    known[hash] = number
    return number
  }

  /// A rebuild would not know those that no entry has.
  func forgetUnused() throws(SQLError) {
    try removeUnused.run()
    known = [:]
  }

  /// After a transaction that was undone.
  func forgetNumbers() { known = [:] }
}
