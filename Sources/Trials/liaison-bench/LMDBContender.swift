import CLMDB
import Crypto
import Log

/// LMDB as it comes: synced at every commit. Keys are 16 bytes, log and index, most significant
/// byte first; rows of one log alone are put with MDB_APPEND, the fastest way that LMDB has.
@safe final class LMDBContender: RowStore {
  static let settings = "sync, MDB_APPEND in one log, otherwise as it comes"
  static var version: String { "\(MDB_VERSION_MAJOR).\(MDB_VERSION_MINOR).\(MDB_VERSION_PATCH)" }

  private var environment: OpaquePointer?
  private var table: MDB_dbi = 0
  private let isAppending: Bool

  /// - Parameter mapBytes: more than it will ever hold.
  init(_ path: String, mapBytes: Int, isAppending: Bool) throws {
    self.isAppending = isAppending
    try unsafe check(mdb_env_create(&environment))
    try unsafe check(mdb_env_set_mapsize(environment, mapBytes))
    try unsafe check(mdb_env_open(environment, path, UInt32(MDB_NOSUBDIR), 0o600))
    var transaction: OpaquePointer?
    try unsafe check(mdb_txn_begin(environment, nil, 0, &transaction))
    try unsafe check(mdb_dbi_open(transaction, nil, 0, &table))
    try unsafe check(mdb_txn_commit(transaction))
  }

  deinit { unsafe mdb_env_close(environment) }

  func commit(_ rows: [Rows]) throws {
    var transaction: OpaquePointer?
    try unsafe check(mdb_txn_begin(environment, nil, 0, &transaction))
    for rows in rows {
      for position in 0..<rows.count { try unsafe put(rows, position, transaction) }
    }
    try unsafe check(mdb_txn_commit(transaction))
  }

  private func put(_ rows: Rows, _ position: Int, _ transaction: OpaquePointer?) throws {
    var flags = UInt32(MDB_RESERVE)
    if isAppending { flags |= UInt32(MDB_APPEND) }
    var key = LMDBContender.key(rows.log, rows.first + UInt64(position))
    let code = unsafe key.withUnsafeMutableBytes { bytes in
      var key = unsafe MDB_val(mv_size: bytes.count, mv_data: bytes.baseAddress)
      var value = unsafe MDB_val(mv_size: Rows.rowBytes, mv_data: nil)
      let code = unsafe mdb_put(transaction, table, &key, &value, flags)
      guard code == MDB_SUCCESS, let place = unsafe value.mv_data else { return code }
      unsafe rows.leaves.withUnsafeBytes {
        unsafe place.copyMemory(
          from: $0.baseAddress! + position * EntryLayout.leafBytes,
          byteCount: EntryLayout.leafBytes)
      }
      unsafe rows.bodies.withUnsafeBytes {
        unsafe (place + EntryLayout.leafBytes).copyMemory(
          from: $0.baseAddress! + position * SignedLog.bodyBytes, byteCount: SignedLog.bodyBytes)
      }
      return code
    }
    try check(code)
  }

  /// Nothing is on its way anywhere.
  func settle() throws {}

  func scan(_ body: (Span<UInt8>, Span<UInt8>) -> Void) throws {
    try unsafe reading { transaction in
      var cursor: OpaquePointer?
      try unsafe check(mdb_cursor_open(transaction, table, &cursor))
      defer { unsafe mdb_cursor_close(cursor) }
      var key = unsafe MDB_val()
      var value = unsafe MDB_val()
      while true {
        let code = unsafe mdb_cursor_get(cursor, &key, &value, MDB_NEXT)
        if code == MDB_NOTFOUND { return }
        try check(code)
        unsafe hand(value, to: body)
      }
    }
  }

  func read(log: Int, index: UInt64, _ body: (Span<UInt8>, Span<UInt8>) -> Void) throws {
    try unsafe reading { transaction in
      var bytes = LMDBContender.key(log, index)
      var value = unsafe MDB_val()
      let code = unsafe bytes.withUnsafeMutableBytes {
        var key = unsafe MDB_val(mv_size: $0.count, mv_data: $0.baseAddress)
        return unsafe mdb_get(transaction, table, &key, &value)
      }
      try check(code)
      unsafe hand(value, to: body)
    }
  }

  private func reading(_ body: (OpaquePointer?) throws -> Void) throws {
    var transaction: OpaquePointer?
    try unsafe check(mdb_txn_begin(environment, nil, UInt32(MDB_RDONLY), &transaction))
    defer { unsafe mdb_txn_abort(transaction) }
    try unsafe body(transaction)
  }

  private func hand(_ value: MDB_val, to body: (Span<UInt8>, Span<UInt8>) -> Void) {
    let row = unsafe UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
    let copied = unsafe (
      Array(row.prefix(EntryLayout.leafBytes)), Array(row.dropFirst(EntryLayout.leafBytes))
    )
    body(copied.0.span, copied.1.span)
  }

  private static func key(_ log: Int, _ index: UInt64) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(16)
    for number in [UInt64(log), index] {
      for shift in stride(from: 56, through: 0, by: -8) {
        bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
      }
    }
    return bytes
  }

  private func check(_ code: Int32) throws {
    guard code == MDB_SUCCESS else {
      throw BenchError("LMDB: \(unsafe String(cString: mdb_strerror(code)))")
    }
  }
}
