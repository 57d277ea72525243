/// A database refused, or failed.
public struct SQLError: Error, Hashable, Sendable {
  /// Kinds of failure, by what can be done about them.
  public enum Kind: Hashable, Sendable {
    /// Another process holds a lock, or changed the same rows: it can be tried again.
    case busy
    /// No room on the disk.
    case full
    /// The disk may be read only, or failed.
    case inputOutput
    /// A value does not fit: too long, of another kind, or against a rule of its table.
    case value
    /// It is no database, or is damaged: what was derived is to be made anew.
    case damaged
    /// A table, or a column, is not there.
    case missing
    /// The server is away, or ended the connection. A commit that was under way may have happened
    /// or not.
    case lost
    /// Another process writes now.
    case fenced
    /// The server is not one that the hub can use.
    case unfit
    case other
  }

  /// Decides who tries again, who makes anew and who gives up.
  public let kind: Kind
  /// SQLite's extended result code, or PostgreSQL's SQLSTATE.
  public let code: String
  /// The database's own sentence on one line, or this program's.
  public let message: String

  /// - Parameter code: empty for what this program found itself.
  public init(_ kind: Kind, code: String = "", _ message: String) {
    self.kind = kind
    self.code = code
    self.message = message
  }
}

extension SQLError: CustomStringConvertible {
  /// The sentence, and its code in brackets where there is one.
  public var description: String { code.isEmpty ? message : "\(message) (\(code))" }
}
