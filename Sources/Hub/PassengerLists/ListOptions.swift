/// The answers of the user.
public struct ListOptions: Hashable, Sendable {
  /// Nil: the survey finds it, or asks.
  public var encoding: ListEncoding?
  /// Nil: the survey finds it, or asks.
  public var dateOrder: DateOrder?
  /// Columns by their position; nil: a column that is not read.
  public var columns: [ListColumn?]?

  /// Without options the survey asks for what it cannot find.
  public init(
    encoding: ListEncoding? = nil, dateOrder: DateOrder? = nil, columns: [ListColumn?]? = nil
  ) {
    self.encoding = encoding
    self.dateOrder = dateOrder
    self.columns = columns
  }
}

/// The meaning of the first of two numbers before a year.
public enum DateOrder: String, CaseIterable, Hashable, Sendable {
  case dayMonth = "dmy"
  case monthDay = "mdy"
}
