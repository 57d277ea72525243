internal import SQL

/// Numbers of the rows of one table, never given twice: this writer counts them, so that none has
/// to be asked for. The last one is kept in `meta`, in the transaction of the rows.
final class RowNumbers {
  private let name: String
  private let meta: MetaRows
  private(set) var last: Int64
  private var isUsed = false

  /// - Parameter name: of the last number, in `meta`.
  init(_ name: String, _ meta: MetaRows) throws(SQLError) {
    self.name = name
    self.meta = meta
    last = try meta.integer(name) ?? 0
  }

  func next() -> Int64 {
    isUsed = true
    last += 1
    return last
  }

  /// Before the transaction ends. Where it is undone numbers are missing, which harms nothing.
  func keep() throws(SQLError) {
    guard isUsed else { return }
    try meta.set(name, last)
    isUsed = false
  }
}
