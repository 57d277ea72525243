/// Where a set of tables is.
public enum SQLPlace: Hashable, Sendable {
  /// A SQLite file.
  case file(String)
  /// A schema of a PostgreSQL database.
  case schema(String, Server)
}

extension SQLPlace: CustomStringConvertible {
  /// For messages: a schema is named without its server's address.
  public var description: String {
    switch self {
    case .file(let path): path
    case .schema(let name, _): "the schema \(name)"
    }
  }
}
