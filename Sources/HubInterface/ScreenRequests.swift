public import Varlink

/// A part of a list; list: the number that the first part got. names: those without a date of birth are compared by name, too.
public struct ScreenRequest: Codable, Hashable, Sendable, CallParameters {
  public static let names = ["look", "list", "flight", "names", "passengers"]

  public var look: Look
  public var list: Int?
  public var flight: String?
  public var names: Bool?
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

/// Digest: SHA-256 of the list, hexadecimal; gone: hits of the last list of this flight that this one lacks.
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

/// For hits of a list, or for a document and date of birth with one record. basis: the law that allows it.
public struct ExcludeRequest: Codable, Hashable, Sendable, CallParameters {
  public static let names = ["look", "hits", "document", "birth", "ref", "until", "basis"]

  public var look: Look
  public var hits: [Int]
  public var document: String?
  public var birth: String?
  public var ref: String?
  public var until: String
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
