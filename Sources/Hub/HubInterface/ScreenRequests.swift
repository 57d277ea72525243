public import Varlink

/// A part of a list; list: the number that the first part got. names: those without a date of birth
/// are compared by name, too.
public struct ScreenRequest: Codable, Hashable, Sendable, CallParameters {
  /// `look` and `passengers` are required.
  public static let names = ["look", "list", "flight", "names", "passengers"]

  /// One for each part.
  public var look: Look
  /// nil: this is the first part.
  public var list: Int?
  /// As `KL1234`; lists of one flight are compared with each other (HUB-95).
  public var flight: String?
  /// True: names without a date of birth as well, which brings many reviews.
  public var names: Bool?
  /// At most 300.
  public var passengers: [ScreenPassenger]

  public init(
    look: Look, list: Int? = nil, flight: String? = nil, names: Bool? = nil,
    passengers: [ScreenPassenger]
  ) {
    self.look = look
    self.list = list
    self.flight = flight
    self.names = names
    self.passengers = passengers
  }
}

/// Ends a list. digest: SHA-256 of the list, 64 hexadecimal digits; unreadable: lines that could
/// not be read.
public struct FinishListRequest: Codable, Hashable, Sendable, CallParameters {
  /// All are required.
  public static let names = ["list", "digest", "unreadable"]

  /// As `ScreenReply.list`.
  public var list: Int
  /// Hashed again under the hub's key before it is kept (HUB-90).
  public var digest: String
  /// Counted, and not sent.
  public var unreadable: Int

  public init(list: Int, digest: String, unreadable: Int) {
    self.list = list
    self.digest = digest
    self.unreadable = unreadable
  }
}

/// An exclusion for hits of a list, or for a document and date of birth with one record. basis: the
/// law that allows it.
public struct ExcludeRequest: Codable, Hashable, Sendable, CallParameters {
  /// `look`, `hits`, `until` and `basis` are required.
  public static let names = ["look", "hits", "document", "birth", "ref", "until", "basis"]

  /// Its purpose is the exclusion's (HUB-94).
  public var look: Look
  /// At most 500 numbers of hits.
  public var hits: [Int]
  /// With `birth` and `ref`, in the place of hits.
  public var document: String?
  /// A date as records write it (REC-20).
  public var birth: String?
  /// The record, `nl:x`.
  public var ref: String?
  /// The last day, `2026-12-31`, at most five years ahead.
  public var until: String
  /// At most 1,024 bytes.
  public var basis: String

  public init(
    look: Look, hits: [Int], document: String? = nil, birth: String? = nil, ref: String? = nil,
    until: String, basis: String
  ) {
    self.look = look
    self.hits = hits
    self.document = document
    self.birth = birth
    self.ref = ref
    self.until = until
    self.basis = basis
  }
}

/// Change: confirm or end.
public struct ChangeExclusionRequest: Codable, Hashable, Sendable, CallParameters {
  /// All are required.
  public static let names = ["number", "change"]

  /// As `Exclusion.number`.
  public var number: Int
  /// `confirm` or `end`.
  public var change: String

  public init(number: Int, change: String) {
    self.number = number
    self.change = change
  }
}
