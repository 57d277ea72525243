/// A machine readable zone; wellRead says nothing of the document.
public struct Zone: Codable, Hashable, Sendable {
  /// `TD1`, `TD2`, `TD3`, `MRV-A` or `MRV-B`.
  public var format: String
  /// One or two letters, as `P`.
  public var documentType: String
  /// As the zone has it: three letters of ICAO 9303.
  public var issuer: String
  /// Without fillers.
  public var number: String
  /// Given names, then family names, as the zone spells them.
  public var name: String
  /// A date as records write it, with its century, like `expiryDate`; nil: not known.
  public var birthDate: String?
  /// As `birthDate`.
  public var expiryDate: String?
  /// `male` or `female`; nil: not said.
  public var sex: String?
  /// As the zone has it: three letters of ICAO 9303.
  public var nationality: String
  /// All check digits fit.
  public var wellRead: Bool
  /// A sentence for each check digit that does not.
  public var problems: [String]

  /// A copy; `MachineReadableZone` reads.
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
