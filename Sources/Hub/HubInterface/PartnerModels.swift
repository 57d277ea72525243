public import Varlink

/// Requests for information of one node to another, first asked in one quarter (HUB-120).
public struct RequestCounts: Codable, Hashable, Sendable {
  /// All of them; the next six are its parts.
  public var asked = 0
  /// Answered to the end before they were late.
  public var inTime = 0
  /// Answered to the end, and late.
  public var late = 0
  /// Refused, late or not.
  public var refused = 0
  /// Not answered, and not due yet.
  public var open = 0
  /// Not answered, and late by now.
  public var overdue = 0
  /// Closed by who asked before they were answered.
  public var closed = 0
  /// The median time from the request to the end of its answer, of those that were answered, in
  /// milliseconds; of an even number the lower of both in the middle. Nil: none was.
  public var medianMilliseconds: Int?

  public init() {}
}

/// One of a pair in one quarter: the entries that it sealed to the other, and its requests.
public struct PartnerSide: Codable, Hashable, Sendable {
  /// The node.
  public var author: String
  /// Records that stand, corrections among them, by type; `other` of a type that is not known,
  /// `malformed` of what is no record.
  public var records: [String: Int] = [:]
  /// Those of `records` that change a version before.
  public var corrections = 0
  /// Records that were withdrawn since.
  public var withdrawn = 0
  /// Records that have expired since.
  public var expired = 0
  /// Its requests to the other.
  public var requests = RequestCounts()

  /// Nothing yet.
  public init(author: String) { self.author = author }
}

/// A pair of nodes in one quarter, by entries' claimed times (Protocols/hub.md, 17).
public struct PairQuarter: Codable, Hashable, Sendable {
  /// `2026Q4`
  public var quarter: String
  /// Both, ascending by name.
  public var sides: [PartnerSide]

  public init(quarter: String, sides: [PartnerSide]) {
    self.quarter = quarter
    self.sides = sides
  }
}

/// One entry that counted.
public struct CountedEntry: Codable, Hashable, Sendable {
  /// `nl/1/17`
  public var entry: String
  /// The log's id, 64 hexadecimal digits.
  public var log: String
  /// Its type, `other`, `malformed`, `withdrawn` or `expired`.
  public var counted: String
  /// It changes a version before.
  public var correction: Bool
  /// Unix milliseconds, its author's claim.
  public var time: Int

  public init(entry: String, log: String, counted: String, correction: Bool, time: Int) {
    self.entry = entry
    self.log = log
    self.counted = counted
    self.correction = correction
    self.time = time
  }
}

/// Statistics of this node and its partners.
public struct PartnersRequest: Codable, Hashable, Sendable, CallParameters {
  /// `look` is required.
  public static let names = ["look", "with", "quarter", "entries", "after"]

  /// Recorded before the answer leaves.
  public var look: Look
  /// One partner; nil: all.
  public var with: String?
  /// `2026Q4`; nil: all.
  public var quarter: String?
  /// The entries that counted, too: of one partner and one quarter; nil: false.
  public var entries: Bool?
  /// `next` of the answer before; nil: from the first.
  public var after: String?

  public init(
    look: Look, with: String? = nil, quarter: String? = nil, entries: Bool? = nil,
    after: String? = nil
  ) {
    self.look = look
    self.with = with
    self.quarter = quarter
    self.entries = entries
    self.after = after
  }
}

/// The newest quarter first; entries by time.
public struct PartnersReply: Codable, Hashable, Sendable {
  /// At most 4,000.
  public var pairs: [PairQuarter]
  /// At most 1,000, where they were asked for.
  public var entries: [CountedEntry]
  /// The entries go on behind it; nil: these are the last.
  public var next: String?
  /// Something was left out of the counts.
  public var cut: Bool
  /// The look that this was.
  public var account: LookAccount

  public init(
    pairs: [PairQuarter], entries: [CountedEntry], next: String?, cut: Bool, account: LookAccount
  ) {
    self.pairs = pairs
    self.entries = entries
    self.next = next
    self.cut = cut
    self.account = account
  }
}
