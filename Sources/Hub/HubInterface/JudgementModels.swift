/// A user's decision on two references: same, not-same or unsure (Protocols/hub.md, 4).
public struct Judgement: Codable, Hashable, Sendable {
  /// A reference, `nl:x`, as `right`.
  public var left: String
  /// The order of both means nothing (HUB-30).
  public var right: String
  /// `same`, `not-same` or `unsure`.
  public var judgement: String
  /// The reason of the look in which it was made.
  public var reason: String
  /// Who judged, by the kernel's word.
  public var user: String
  /// Unix ms.
  public var time: Int
  /// The matcher's version whose explanation was kept with it.
  public var matcher: Int

  /// A copy of the hub's row.
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
  /// Given by the hub, from 1; a look names it.
  public var number: Int
  /// `ct`, `soc`, `finance`, `border` or `missing`.
  public var purpose: String
  /// The words that looks of this case bear.
  public var reason: String
  /// Who opened it and may use it (HUB-40).
  public var user: String
  /// Unix ms, like `closedAt`; nil there: it is open.
  public var openedAt: Int
  /// Unix ms; nil: it is open.
  public var closedAt: Int?

  /// A copy of the hub's row.
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
  /// Who looked, by the kernel's word.
  public var user: String
  /// The look's own, or its case's.
  public var purpose: String
  /// The look's own, or its case's.
  public var reason: String
  /// The case that the look named; nil: it had a purpose and reason of its own.
  public var `case`: Int?
  /// The method in words, as `search`.
  public var verb: String
  /// As it was typed; cut where it is long, beside its SHA-256 in the entry.
  public var asked: String
  /// Entries, `nl/1/17`, at most 4,000 (HUB-42).
  public var returned: [String]
  /// Records that were not for this purpose.
  public var hidden: Int

  /// Made of the body of one entry of kind 10.
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
