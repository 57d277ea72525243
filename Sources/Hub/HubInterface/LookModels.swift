/// Why somebody looks: a purpose (ct, soc, finance, border, missing) with a reason, or an open
/// case, which holds both.
public struct Look: Codable, Hashable, Sendable {
  /// `ct`, `soc`, `finance`, `border` or `missing`; nil beside a case.
  public var purpose: String?
  /// Free text, at most 1,024 bytes; nil beside a case.
  public var reason: String?
  /// The number of an open case.
  public var `case`: Int?

  /// Checks nothing: the hub refuses what HUB-40 forbids.
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
  /// An index, from 1; 0 where nothing was shown and so nothing recorded (HUB-84).
  public var consultation: Int
  /// False while the daemon is away, or has more to tell (HUB-2).
  public var complete: Bool
  /// Only their number is told (HUB-41).
  public var hidden: Int
  /// Names of nodes.
  public var hiddenFrom: [String]
  /// Sentences on what was left out (HUB-57).
  public var notes: [String]

  /// Written when the look is durable.
  public init(consultation: Int, complete: Bool, hidden: Int, hiddenFrom: [String], notes: [String])
  {
    self.consultation = consultation
    self.complete = complete
    self.hidden = hidden
    self.hiddenFrom = hiddenFrom
    self.notes = notes
  }
}
