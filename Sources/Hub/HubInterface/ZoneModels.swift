/// A machine readable zone; wellRead says nothing of the document.
public struct Zone: Codable, Hashable, Sendable {
  /// `TD1`, `TD2`, `TD3`, `MRV-A` or `MRV-B`.
  public var format: String
  public var documentType: String
  public var issuer: String
  public var number: String
  public var name: String
  /// A date as records write it, with its century, like `expiryDate`; nil: not known.
  public var birthDate: String?
  public var expiryDate: String?
  /// `male` or `female`; nil: not said.
  public var sex: String?
  public var nationality: String
  public var wellRead: Bool
  public var problems: [String]

  public init(
    format: String, documentType: String, issuer: String, number: String, name: String,
    birthDate: String? = nil, expiryDate: String? = nil, sex: String? = nil, nationality: String,
    wellRead: Bool, problems: [String]
  ) {
    self.format = format
    self.documentType = documentType
    self.issuer = issuer
    self.number = number
    self.name = name
    self.birthDate = birthDate
    self.expiryDate = expiryDate
    self.sex = sex
    self.nationality = nationality
    self.wellRead = wellRead
    self.problems = problems
  }
}
