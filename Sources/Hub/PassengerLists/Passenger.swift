public import Records

/// A person on a list, as far as it is compared: texts as they are written, without white space
/// around them.
public struct Passenger: Hashable, Sendable {
  /// The full name: given names and then the family's where they stand apart.
  public var name: String
  /// Nil where the list has one name alone.
  public var given: String?
  /// Nil where the list has one name alone.
  public var family: String?
  /// With its century, which the survey decided; nil: not told.
  public var birth: PartialDate?
  /// `male` or `female`.
  public var gender: String?
  /// Two small letters of ISO 3166-1.
  public var nationality: String?
  /// Its number; nil: not told.
  public var document: String?
  /// As the list has it; nil: not told.
  public var documentType: String?
  /// Two small letters of ISO 3166-1.
  public var issuer: String?
  /// The document's last day; nil: not told.
  public var expiry: PartialDate?

  /// Checks nothing: the list's reader did.
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

/// One line of a list, and its answer: none is passed over (HUB-96).
public struct ListLine: Hashable, Sendable {
  /// From 1: the line of the file in which it begins, or by `ListNumbering.passengers` the place
  /// among the passengers.
  public var number: Int
  /// Whoever stands on the line, or why nobody can be read from it.
  public var content: ListedPassenger

  /// - Parameter number: from 1.
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
