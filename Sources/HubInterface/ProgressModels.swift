/// Told of total entries that the daemon holds of this log were looked at.
public struct LogProgress: Codable, Hashable, Sendable {
  public var origin: String
  public var told: Int
  public var total: Int

  public init(origin: String, told: Int, total: Int) {
    self.origin = origin
    self.told = told
    self.total = total
  }
}
