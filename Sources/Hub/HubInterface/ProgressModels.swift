/// The newest anchor of the consultation log: an entry of the node's log, when, and how many looks
/// it covers; and why there is none, or no newer one.
public struct AnchorProgress: Codable, Hashable, Sendable {
  /// `nl/1/17`
  public var entry: String?
  /// Unix ms, by the hub's clock.
  public var time: Int?
  public var consultations: Int?
  public var why: String?

  public init(
    entry: String? = nil, time: Int? = nil, consultations: Int? = nil, why: String? = nil
  ) {
    self.entry = entry
    self.time = time
    self.consultations = consultations
    self.why = why
  }
}

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
