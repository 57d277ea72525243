public import Records

/// A person on a list, as far as it is compared: texts as they are written, without white space
/// around them.
public struct Passenger: Hashable, Sendable {
  /// The full name: given names and then the family's where they stand apart.
  public var name: String
  public var given: String?
  public var family: String?
  public var birth: PartialDate?
  /// `male` or `female`.
  public var gender: String?
  /// Two small letters of ISO 3166-1.
  public var nationality: String?
  public var document: String?
  public var documentType: String?
  /// Two small letters of ISO 3166-1.
  public var issuer: String?
  public var expiry: PartialDate?

  public init(
    name: String, given: String? = nil, family: String? = nil, birth: PartialDate? = nil,
    gender: String? = nil, nationality: String? = nil, document: String? = nil,
    documentType: String? = nil, issuer: String? = nil, expiry: PartialDate? = nil
  ) {
    self.name = name
    self.given = given
    self.family = family
    self.birth = birth
    self.gender = gender
    self.nationality = nationality
    self.document = document
    self.documentType = documentType
    self.issuer = issuer
    self.expiry = expiry
  }
}

/// The answer to one line of a list.
public enum ListedPassenger: Hashable, Sendable {
  case passenger(Passenger)
  /// A sentence for an officer that says why: printable, one line.
  case unreadable(String)
}

public struct ListLine: Hashable, Sendable {
  /// From 1: the line of the file in which it begins, or by `ListNumbering.passengers` the place
  /// among the passengers.
  public var number: Int
  public var content: ListedPassenger

  public init(number: Int, content: ListedPassenger) {
    self.number = number
    self.content = content
  }
}

/// The unit that the numbers of lines count. Protocols/lists.md, LIST-3.
public enum ListNumbering: String, Hashable, Sendable {
  case lines
  /// Messages often are one line as a whole.
  case passengers
}
