internal import CPostgres
internal import Synchronization

/// A PostgreSQL database that hubs share, as this process knows it. Any thread.
public final class Server: Sendable {
  /// The address as libpq takes it.
  let url: String
  /// The number that proves that this process writes; 0: it does not.
  let token = Atomic<Int64>(0)
  /// When each schema was vacuumed last, or it was tried.
  let vacuumed = Mutex<[String: ContinuousClock.Instant]>([:])

  /// - Parameter url: `postgresql://…`, of libpq's form. No connection is made.
  /// - Throws: `.unfit` for one that cannot be read, or that holds a password: whoever sees the
  ///   processes of a machine would have it.
  public init(_ url: String) throws(SQLError) {
    self.url = url
    var reason: UnsafeMutablePointer<CChar>?
    guard let options = unsafe PQconninfoParse(url, &reason) else {
      let said = unsafe reason.map { unsafe String(cString: $0) } ?? "it is no URL of PostgreSQL"
      unsafe PQfreemem(reason)
      throw SQLError(.unfit, "the database's URL cannot be used: \(said.oneLine)")
    }
    let hasPassword = unsafe ConnectionOptions.value("password", of: options) != nil
    unsafe PQconninfoFree(options)
    if hasPassword {
      throw SQLError(.unfit, "the database's URL holds a password, which every process may see")
    }
  }
}

extension Server: Hashable {
  /// One object for each server: a token is of one process.
  public static func == (a: Server, b: Server) -> Bool { a === b }
  /// By the object, as `==`.
  public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// libpq's list of options, which ends with one that has no keyword.
enum ConnectionOptions {
  @unsafe static func value(
    _ keyword: String, of options: UnsafeMutablePointer<PQconninfoOption>
  ) -> String? {
    var next = unsafe options
    while let name = unsafe next.pointee.keyword {
      if unsafe String(cString: name) == keyword {
        return unsafe next.pointee.val.map { unsafe String(cString: $0) }
      }
      unsafe next += 1
    }
    return nil
  }
}

extension String {
  /// libpq's sentences end with a newline, and some have several lines.
  var oneLine: String { split(whereSeparator: \.isNewline).joined(separator: "; ") }
}
