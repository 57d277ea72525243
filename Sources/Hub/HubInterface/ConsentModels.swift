public import Varlink

/// A consent that this node can read (Protocols/hub.md, 15).
public struct ConsentReport: Codable, Hashable, Sendable {
  /// The record.
  public var found: Found
  /// The log's id of the consent's own entry, 64 hexadecimal digits.
  public var log: String
  /// The place of the consent's own entry.
  public var index: Int
  /// The last moment of its term, in Unix milliseconds (REC-77).
  public var endsAt: Int
  /// It is the author's of the cited entry, and its term is not over.
  public var counts: Bool
  /// Why it does not; nil: it does.
  public var why: String?

  public init(
    found: Found, log: String, index: Int, endsAt: Int, counts: Bool, why: String? = nil
  ) {
    self.found = found
    self.log = log
    self.index = index
    self.endsAt = endsAt
    self.counts = counts
    self.why = why
  }
}

/// Consents, the newest first.
public struct ConsentsRequest: Codable, Hashable, Sendable, CallParameters {
  /// `look` is required.
  public static let names = ["look", "log", "index", "all"]

  /// Recorded before the answer leaves.
  public var look: Look
  /// Those for one entry: its log's id, beside `index`; nil: for any.
  public var log: String?
  /// Beside `log`.
  public var index: Int?
  /// Those that do not count, too; nil: false.
  public var all: Bool?

  public init(look: Look, log: String? = nil, index: Int? = nil, all: Bool? = nil) {
    self.look = look
    self.log = log
    self.index = index
    self.all = all
  }
}

/// The newest first.
public struct ConsentsReply: Codable, Hashable, Sendable {
  /// At most 200.
  public var consents: [ConsentReport]
  /// More are there than were looked at or shown.
  public var cut: Bool
  /// The look that this was.
  public var account: LookAccount

  public init(consents: [ConsentReport], cut: Bool, account: LookAccount) {
    self.consents = consents
    self.cut = cut
    self.account = account
  }
}
