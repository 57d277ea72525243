internal import HubInterface

/// The state of the tables, for `hub status`.
struct DatabaseState: Sendable {
  /// PostgreSQL, which hubs may share; else SQLite.
  var isShared = false
  var role = HubRole.writes
  /// The writer, where this hub does not write: a machine, a process, a folder.
  var writer = ""

  /// - Parameter trouble: the database does not answer, or its tables cannot be opened.
  func report(trouble: String?) -> DatabaseReport {
    DatabaseReport(
      engine: isShared ? "postgresql" : "sqlite", role: role.rawValue,
      writer: role == .reads ? writer : nil, trouble: trouble)
  }

  /// The answer to whoever asks a hub that reads to write.
  var refusal: HubError {
    .refused(
      reason: "this hub reads, and another writes: \(writer)", hint: "ask that one")
  }
}
