/// A user's decision on two references: same, not-same or unsure (Protocols/hub.md, 4).
public struct Judgement: Codable, Hashable, Sendable {
  public var left: String
  public var right: String
  public var judgement: String
  public var reason: String
  public var user: String
  /// Unix ms.
  public var time: Int
  /// The matcher's version whose explanation was kept with it.
  public var matcher: Int

  public init(
    left: String, right: String, judgement: String, reason: String, user: String, time: Int,
    matcher: Int
  ) {
    self.left = left
    self.right = right
    self.judgement = judgement
    self.reason = reason
    self.user = user
    self.time = time
    self.matcher = matcher
  }
}

/// A case that a look may name in the place of a purpose and a reason (Protocols/hub.md, 5).
public struct Case: Codable, Hashable, Sendable {
  public var number: Int
  public var purpose: String
  public var reason: String
  public var user: String
  /// Unix ms, like `closedAt`; nil there: it is open.
  public var openedAt: Int
  public var closedAt: Int?

  public init(
    number: Int, purpose: String, reason: String, user: String, openedAt: Int, closedAt: Int? = nil
  ) {
    self.number = number
    self.purpose = purpose
    self.reason = reason
    self.user = user
    self.openedAt = openedAt
    self.closedAt = closedAt
  }
}

/// Asked: what was asked; returned: the entries that were shown.
public struct Consultation: Codable, Hashable, Sendable {
  /// The look's entry in the consultation log.
  public var index: Int
  /// Unix ms.
  public var time: Int
  public var user: String
  public var purpose: String
  public var reason: String
  public var `case`: Int?
  public var verb: String
  public var asked: String
  public var returned: [String]
  public var hidden: Int

  public init(
    index: Int, time: Int, user: String, purpose: String, reason: String, `case`: Int? = nil,
    verb: String, asked: String, returned: [String], hidden: Int
  ) {
    self.index = index
    self.time = time
    self.user = user
    self.purpose = purpose
    self.reason = reason
    self.`case` = `case`
    self.verb = verb
    self.asked = asked
    self.returned = returned
    self.hidden = hidden
  }
}
