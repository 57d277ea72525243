/// The newest anchor of the consultation log: an entry of the node's log, when, and how many looks
/// it covers; and why there is none, or no newer one.
public struct AnchorProgress: Codable, Hashable, Sendable {
  /// `nl/1/17`
  public var entry: String?
  /// Unix ms, by the hub's clock.
  public var time: Int?
  /// Looks up to the checkpoint that was anchored.
  public var consultations: Int?
  /// A clause; nil: the newest is as new as it should be.
  public var why: String?

  /// Nothing at all before the first anchor or trouble.
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
  /// The log, as `nl/1`.
  public var origin: String
  /// Entries that the hub was told of or that were passed over.
  public var told: Int
  /// Entries that the daemon holds.
  public var total: Int

  /// As the daemon's last page says it.
  public init(origin: String, told: Int, total: Int) {
    self.origin = origin
    self.told = told
    self.total = total
  }
}
