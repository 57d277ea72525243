public import Varlink

/// A part of a list; list: the number that the first part got. names: those without a date of birth
/// are compared by name, too.
public struct ScreenRequest: Codable, Hashable, Sendable, CallParameters {
  public static let names = ["look", "list", "flight", "names", "passengers"]

  public var look: Look
  /// nil: this is the first part.
  public var list: Int?
  public var flight: String?
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
  public static let names = ["list", "digest", "unreadable"]

  public var list: Int
  public var digest: String
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
  public static let names = ["look", "hits", "document", "birth", "ref", "until", "basis"]

  public var look: Look
  /// At most 500 numbers of hits.
  public var hits: [Int]
  public var document: String?
  /// A date as records write it (REC-20).
  public var birth: String?
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
  public static let names = ["number", "change"]

  public var number: Int
  public var change: String

  public init(number: Int, change: String) {
    self.number = number
    self.change = change
  }
}
