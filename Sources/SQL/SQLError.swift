/// SQLite refused, or failed.
public struct SQLError: Error, Hashable, Sendable {
  /// SQLite's extended result code, for example 13 for a full disk.
  public let code: Int32
  public let message: String

  /// The statement can be tried again: another process holds a lock.
  public var isBusy: Bool { code & 0xff == 5 || code & 0xff == 6 }
  public var isFull: Bool { code & 0xff == 13 }
  /// The disk may be read only, or failed.
  public var isInputOutput: Bool { code & 0xff == 10 || code & 0xff == 8 || code & 0xff == 14 }
  /// A value does not fit: too long, of another kind, or against a rule of its table.
  public var isOfValue: Bool { code & 0xff == 18 || code & 0xff == 19 || code & 0xff == 20 }
  /// The file is no database, or is damaged: what was derived is to be made anew.
  public var isDamaged: Bool { code & 0xff == 11 || code & 0xff == 26 }
}

extension SQLError: CustomStringConvertible {
  public var description: String { "\(message) (SQLite \(code))" }
}
