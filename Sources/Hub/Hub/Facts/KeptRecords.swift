internal import SQL

/// Records whose keys the node destroyed: this hub alone has them, and facts that are made anew
/// have them no more (Protocols/hub.md, HUB-15).
enum KeptRecords {
  /// Rows of `entry` that are kept so.
  static func count(_ database: Database) throws(SQLError) -> Int64 {
    try MetaRows(database).integer("kept") ?? 0
  }

  /// To be asked before facts are removed.
  /// - Parameter lose: as many as the operator said may be lost.
  /// - Throws: `FactsFailure` where that is another number.
  static func check(_ place: SQLPlace, lose: Int64?) throws {
    guard try place.isMade() else { return }
    let count: Int64
    do throws(SQLError) { count = try KeptRecords.count(Database(place, .reading)) } catch {
      // Nothing of damaged facts can be kept.
      guard error.kind == .damaged || error.kind == .missing else { throw error }
      return
    }
    guard count > 0, count != lose else { return }
    throw FactsFailure(
      reason:
        "\(place) has to be made anew, and \(count) records in it are nowhere else, since the node's keys for them were destroyed: start "
        + "the hub of the version before, or once with --lose \(count)")
  }
}
