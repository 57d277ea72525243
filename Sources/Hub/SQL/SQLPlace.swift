/// Where a set of tables is.
public enum SQLPlace: Hashable, Sendable {
  /// A SQLite file.
  case file(String)
  /// A schema of a PostgreSQL database.
  case schema(String, Server)
}

extension SQLPlace: CustomStringConvertible {
  public var description: String {
    switch self {
    case .file(let path): path
    case .schema(let name, _): "the schema \(name)"
    }
  }
}
