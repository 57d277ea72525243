internal import CPostgres

/// One session with a server. Statements are sent without waiting for the answers before: a
/// transaction of a thousand rows takes a few round trips, not a thousand.
@safe final class PostgresSession {
  private let handle: OpaquePointer
  /// Names of prepared statements by their text.
  private var names: [String: String] = [:]
  private var nextName = 1
  /// Prepared since the last answer: after a failure nobody knows which of them the server has.
  private var unsure: [String] = []
  private var sent = 0
  private let limitMilliseconds: Int32

  init(_ server: Server, schema: String, _ access: Database.Access) throws(SQLError) {
    let seconds = access == .writing ? SQLLimits.statementSeconds : SQLLimits.readSeconds
    limitMilliseconds = Int32(seconds * 1_000 + 5_000)
    unsafe handle = try PostgresSession.connect(
      server, PostgresSession.settings(schema, access, seconds: seconds))
    unsafe liaison_ignore_notices(handle)
    try check(server)
  }

  deinit { unsafe PQfinish(handle) }

  // MARK: - Connecting

  /// - Returns: a connection that stands.
  private static func connect(
    _ server: Server, _ settings: [(String, String)]
  ) throws(SQLError) -> OpaquePointer {
    let silence = "\(SQLLimits.unansweredMilliseconds)"
    // The URL comes later than its own defaults, and counts.
    let options = [
      ("connect_timeout", "\(SQLLimits.connectSeconds)"), ("tcp_user_timeout", silence),
      ("keepalives_idle", "5"), ("keepalives_interval", "5"), ("keepalives_count", "2"),
      ("fallback_application_name", "liaison-hub"), ("dbname", server.url),
      ("client_encoding", "UTF8"),
      ("options", settings.map { "-c \($0)=\($1)" }.joined(separator: " ")),
    ]
    let made = unsafe withCStrings(options.map(\.0)) { keywords in
      unsafe withCStrings(options.map(\.1)) { values in
        unsafe PQconnectdbParams(keywords, values, 1)
      }
    }
    guard let made = unsafe made else { throw SQLError(.lost, "libpq has no memory") }
    guard unsafe PQstatus(made) == CONNECTION_OK else {
      let reason = unsafe String(cString: PQerrorMessage(made)).oneLine
      unsafe PQfinish(made)
      throw SQLError(.lost, reason)
    }
    return unsafe made
  }

  /// - Parameter body: takes them with a nil behind.
  @unsafe private static func withCStrings<Result>(
    _ texts: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> Result
  ) -> Result {
    let copies = texts.map { Array($0.utf8CString) }
    var offsets = [0]
    for copy in copies { offsets.append(offsets[offsets.count - 1] + copy.count) }
    let all = Array(copies.joined())
    return unsafe all.withUnsafeBufferPointer { buffer in
      var pointers: [UnsafePointer<CChar>?] = unsafe offsets.dropLast().map { offset in
        unsafe buffer.baseAddress.map { unsafe $0 + offset }
      }
      unsafe pointers.append(nil)
      return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
    }
  }

  private func check(_ server: Server) throws(SQLError) {
    let version = unsafe PQserverVersion(handle)
    guard version >= 150_000 else {
      throw SQLError(.unfit, "the server is PostgreSQL \(version / 10_000), and 15 is needed")
    }
    let encoding = unsafe PQparameterStatus(handle, "server_encoding").map {
      unsafe String(cString: $0)
    }
    guard encoding == "UTF8" else {
      throw SQLError(.unfit, "the database has the encoding \(encoding ?? "?"), and UTF8 is needed")
    }
    try checkTransport()
  }

  /// Records go over a network only where nobody on it can read them, or stand for the server.
  private func checkTransport() throws(SQLError) {
    guard let options = unsafe PQconninfo(handle) else { return }
    defer { unsafe PQconninfoFree(options) }
    let mode = unsafe ConnectionOptions.value("sslmode", of: options) ?? ""
    let address = unsafe PQhostaddr(handle).map { unsafe String(cString: $0) } ?? ""
    let isLocal = address.isEmpty || address.hasPrefix("127.") || address == "::1"
    guard isLocal || mode == "verify-full" else {
      throw SQLError(
        .unfit, "the server is on a network, and its URL lacks sslmode=verify-full")
    }
  }

  /// Sent with the connection: none of it is waited for.
  private static func settings(
    _ schema: String, _ access: Database.Access, seconds: Int
  ) -> [(String, String)] {
    [
      ("search_path", schema), ("synchronous_commit", "on"), ("jit", "off"),
      ("enable_seqscan", "off"), ("plan_cache_mode", "force_generic_plan"),
      ("client_min_messages", "error"), ("statement_timeout", "\(seconds * 1_000)"),
      ("lock_timeout", "\(SQLLimits.busyMilliseconds)"),
      (
        "idle_in_transaction_session_timeout", "\(SQLLimits.idleInTransactionSeconds * 1_000)"
      ),
      // The server, too, gives up a machine that is gone.
      ("tcp_keepalives_idle", "5"), ("tcp_keepalives_interval", "5"), ("tcp_keepalives_count", "2"),
      ("tcp_user_timeout", "\(SQLLimits.unansweredMilliseconds)"),
      ("default_transaction_read_only", access == .reading ? "on" : "off"),
    ]
  }

  var isLost: Bool { unsafe PQstatus(handle) != CONNECTION_OK }

  // MARK: - Sending

  /// Sends a statement with its values. Its answer is read by `answer`, or passed over by the next
  /// one.
  func send(_ sql: String, _ parameters: borrowing PostgresParameters) throws(SQLError) {
    try beginSending()
    let name = try prepared(sql)
    let isSent = unsafe parameters.with { count, values, lengths, formats in
      unsafe PQsendQueryPrepared(handle, name, count, values, lengths, formats, 1)
    }
    try note(isSent)
  }

  /// Sends a statement that has no values.
  func send(_ command: String) throws(SQLError) {
    try beginSending()
    try note(unsafe PQsendQueryParams(handle, command, 0, nil, nil, nil, nil, 1))
  }

  private func prepared(_ sql: String) throws(SQLError) -> String {
    if let known = names[sql] { return known }
    let name = "s\(nextName)"
    nextName += 1
    try note(unsafe PQsendPrepare(handle, name, PostgresDialect.statement(sql), 0, nil))
    names[sql] = name
    unsure.append(sql)
    return name
  }

  private func beginSending() throws(SQLError) {
    if sent >= SQLLimits.sent { _ = try answer() }
    if unsafe PQpipelineStatus(handle) == PQ_PIPELINE_OFF,
      unsafe PQenterPipelineMode(handle) != 1
    {
      throw failure()
    }
  }

  private func note(_ isSent: Int32) throws(SQLError) {
    guard isSent == 1 else { throw failure() }
    sent += 1
  }

  // MARK: - Answers

  /// Waits for the answers of all that was sent.
  /// - Returns: that of the last statement.
  /// - Throws: the first failure.
  func answer() throws(SQLError) -> PostgresResult? {
    guard sent > 0 else { return nil }
    guard unsafe PQpipelineSync(handle) == 1 else { throw failure() }
    var last: PostgresResult?
    var error: SQLError?
    while true {
      try awaitAnswer()
      // Each statement's results end with nothing; all of them end with the synchronisation.
      guard let result = unsafe PQgetResult(handle) else {
        if isLost { throw lose() }
        continue
      }
      let status = unsafe PQresultStatus(result)
      if status == PGRES_PIPELINE_SYNC {
        unsafe PQclear(result)
        break
      }
      if status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK {
        last = unsafe PostgresResult(result)
        continue
      }
      if error == nil, status != PGRES_PIPELINE_ABORTED { error = unsafe failure(of: result) }
      unsafe PQclear(result)
    }
    sent = 0
    if let error {
      for sql in unsure { names[sql] = nil }
      unsure = []
      throw error
    }
    unsure = []
    return last
  }

  private func awaitAnswer() throws(SQLError) {
    while unsafe PQisBusy(handle) == 1 {
      guard unsafe liaison_wait_readable(handle, limitMilliseconds) > 0 else {
        isGivenUp = true
        throw SQLError(.lost, "the server does not answer")
      }
      guard unsafe PQconsumeInput(handle) == 1 else { throw lose() }
    }
  }

  /// Answers of what was sent may still come: nothing else can be asked here.
  private(set) var isGivenUp = false

  /// Several statements without values, one after the other.
  func command(_ sql: String) throws(SQLError) {
    _ = try answer()
    if unsafe PQpipelineStatus(handle) != PQ_PIPELINE_OFF,
      unsafe PQexitPipelineMode(handle) != 1
    {
      throw failure()
    }
    guard let result = unsafe PQexec(handle, sql) else { throw failure() }
    defer { unsafe PQclear(result) }
    let status = unsafe PQresultStatus(result)
    guard status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK else {
      throw unsafe failure(of: result)
    }
  }

  private func lose() -> SQLError {
    isGivenUp = true
    return SQLError(.lost, unsafe String(cString: PQerrorMessage(handle)).oneLine)
  }

  private func failure() -> SQLError {
    isLost
      ? lose() : SQLError(.other, unsafe String(cString: PQerrorMessage(handle)).oneLine)
  }

  private func failure(of result: OpaquePointer) -> SQLError {
    let code = unsafe liaison_error_code(result).map { unsafe String(cString: $0) } ?? ""
    let said = unsafe liaison_error_message(result).map { unsafe String(cString: $0) }
    let whole = unsafe String(cString: PQresultErrorMessage(result)).oneLine
    if isLost || code.isEmpty { isGivenUp = true }
    return SQLError(
      isLost || code.isEmpty ? .lost : SQLError.Kind(state: code), code: code, said ?? whole)
  }
}

extension SQLError.Kind {
  /// - Parameter state: an SQLSTATE (PostgreSQL 15, appendix A).
  fileprivate init(state: String) {
    switch state {
    case "40001", "40P01", "55P03", "53300": self = .busy
    case "53100": self = .full
    case "58030": self = .inputOutput
    case "42P01", "42703", "3F000": self = .missing
    case "57P01", "57P02", "57P03", "25P03": self = .lost
    default:
      switch state.prefix(2) {
      case "08": self = .lost
      // Data, rules of a table, and rows longer than an index takes.
      case "22", "23", "54": self = .value
      default: self = .other
      }
    }
  }
}
