/// A number of a report, with its name.
public struct Figure: Sendable {
  public enum Value: Sendable {
    case integer(Int)
    case decimal(Double, places: Int)
  }

  public let name: String
  public let value: Value

  public init(_ name: String, _ integer: Int) {
    self.name = name
    value = .integer(integer)
  }

  public init(_ name: String, _ decimal: Double, places: Int) {
    self.name = name
    value = .decimal(decimal, places: places)
  }
}
