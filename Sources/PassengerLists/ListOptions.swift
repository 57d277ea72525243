/// What the user answered.
public struct ListOptions: Hashable, Sendable {
  public var encoding: ListEncoding?
  public var dateOrder: DateOrder?
  /// By their position; nil: a column that is not read.
  public var columns: [ListColumn?]?

  public init(
    encoding: ListEncoding? = nil, dateOrder: DateOrder? = nil, columns: [ListColumn?]? = nil
  ) {
    self.encoding = encoding
    self.dateOrder = dateOrder
    self.columns = columns
  }
}

/// What the first of two numbers before a year is.
public enum DateOrder: String, CaseIterable, Hashable, Sendable {
  case dayMonth = "dmy"
  case monthDay = "mdy"
}
