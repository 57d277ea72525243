internal import CPostgres

/// The rows of one answer, in binary form.
@safe final class PostgresResult {
  private let handle: OpaquePointer

  init(_ handle: OpaquePointer) { unsafe self.handle = handle }

  deinit { unsafe PQclear(handle) }

  var rows: Int { unsafe Int(PQntuples(handle)) }

  /// `COMMIT`, for example; `ROLLBACK` where a commit was asked for in vain.
  var command: String { unsafe String(cString: PQcmdStatus(handle)) }

  func isNull(_ row: Int, _ column: Int) -> Bool {
    unsafe PQgetisnull(handle, Int32(row), Int32(column)) == 1
  }

  func blob(_ row: Int, _ column: Int) -> [UInt8] {
    let count = unsafe Int(PQgetlength(handle, Int32(row), Int32(column)))
    guard count > 0, let value = unsafe PQgetvalue(handle, Int32(row), Int32(column)) else {
      return []
    }
    return unsafe [UInt8](UnsafeRawBufferPointer(start: value, count: count))
  }

  var columns: [String] {
    unsafe (0..<PQnfields(handle)).map { column in
      unsafe PQfname(handle, column).map { unsafe String(cString: $0) } ?? ""
    }
  }

  func values(_ row: Int) -> [SQLValue] {
    unsafe (0..<Int(PQnfields(handle))).map { column in
      if isNull(row, column) { return .null }
      return switch unsafe PQftype(handle, Int32(column)) {
      case PostgresResult.bytea: .blob(blob(row, column))
      case PostgresResult.int8: .integer(integer(row, column))
      default: .text(String(decoding: blob(row, column), as: UTF8.self))
      }
    }
  }

  // Numbers of `pg_type`, where they never change.
  private static let bytea: Oid = 17
  private static let int8: Oid = 20

  /// An integer of any width, with its sign; a truth is 0 or 1.
  func integer(_ row: Int, _ column: Int) -> Int64 {
    let count = unsafe Int(PQgetlength(handle, Int32(row), Int32(column)))
    guard let value = unsafe PQgetvalue(handle, Int32(row), Int32(column)), count > 0 else {
      return 0
    }
    let bytes = unsafe UnsafeRawBufferPointer(start: value, count: count)
    var number: Int64 = unsafe bytes[0] & 0x80 != 0 && count > 1 ? -1 : 0
    for place in 0..<count { number = unsafe number << 8 | Int64(bytes[place]) }
    return number
  }
}
