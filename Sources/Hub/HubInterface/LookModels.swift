/// Why somebody looks: a purpose (ct, soc, finance, border, missing) with a reason, or an open
/// case, which holds both.
public struct Look: Codable, Hashable, Sendable {
  public var purpose: String?
  public var reason: String?
  /// The number of an open case.
  public var `case`: Int?

  public init(purpose: String? = nil, reason: String? = nil, `case`: Int? = nil) {
    self.purpose = purpose
    self.reason = reason
    self.`case` = `case`
  }
}

/// Told with every answer. consultation: the look's entry in the consultation log. complete: all
/// that the daemon can read was in the hub. hidden: so many records more would answer and are not
/// for this purpose; hiddenFrom: whose they are.
public struct LookAccount: Codable, Hashable, Sendable {
  public var consultation: Int
  public var complete: Bool
  public var hidden: Int
  public var hiddenFrom: [String]
  public var notes: [String]

  public init(consultation: Int, complete: Bool, hidden: Int, hiddenFrom: [String], notes: [String])
  {
    self.consultation = consultation
    self.complete = complete
    self.hidden = hidden
    self.hiddenFrom = hiddenFrom
    self.notes = notes
  }
}
