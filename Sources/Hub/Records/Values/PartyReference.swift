/// A party or thing: a record of any author, or what is known of it where it has no record.
/// Protocols/records.md, REC-17.
public enum PartyReference: Hashable, Sendable {
  case reference(RecordReference)
  indirect case inline(InlineParty)
  /// Text that is no reference: an account's number where one may stand; elsewhere a breach, and
  /// shown alone.
  case text(String)

  public var reference: RecordReference? { if case .reference(let it) = self { it } else { nil } }
  public var inline: InlineParty? { if case .inline(let it) = self { it } else { nil } }
}

/// The known facts of a party or thing without a record. Its fields are those of the record that it
/// would have.
public struct InlineParty: Hashable, Sendable {
  public var names: [PersonName] = []
  public var birthDate: DateValue?
  public var gender: Term<Gender>?
  public var nationalities: [CountryValue] = []
  public var country: CountryValue?
  public var idNumbers: [String] = []
  public var addresses: [Address] = []
  /// The number of a document or account.
  public var number: String?
  public var plate: String?
  public var vin: String?
  public var imo: String?
  public var tailNumber: String?
  public var make: String?
  public var colour: String?
  public var iban: String?
  public var accountNumber: String?
  public var bankName: String?
  public var publicKey: String?
  /// An identifier, as a record of that type has it: what a request asks for.
  public var kind: Term<IdentifierKind>?
  public var value: String?
  public var notes: String?

  static let table = FieldTable<InlineParty>([
    Field("name", 17) { $0.names = $1.names() },
    Field("birthDate", 20) { $0.birthDate = $1.date() },
    Field("gender", 6) { $0.gender = $1.term() },
    Field("nationality", 19) { party, reader in
      party.nationalities = reader.oneOrMore(RecordLimits.values) { $0.country() }
    },
    Field("country", 19) { $0.country = $1.country(isIssuer: true) },
    Field("idNumber", 30) { party, reader in
      party.idNumbers = reader.oneOrMore(RecordLimits.values) { $0.number() }
    },
    Field("address", 50) { party, reader in
      party.addresses = reader.oneOrMore(RecordLimits.values) { $0.address() }
    },
    Field("number", 30) { $0.number = $1.number() },
    Field("plate", 35) { $0.plate = $1.identifier(.plate) },
    Field("vin", 35) { $0.vin = $1.identifier(.vin) },
    Field("imo", 35) { $0.imo = $1.identifier(.imo) },
    Field("tailNumber", 54) { $0.tailNumber = $1.text(RecordLimits.codeBytes) },
    Field("make", 54) { $0.make = $1.text() },
    Field("colour", 54) { $0.colour = $1.text() },
    Field("iban", 33) { $0.iban = $1.identifier(.iban) },
    Field("accountNumber", 56) { $0.accountNumber = $1.text(RecordLimits.identifierBytes) },
    Field("bankName", 56) { $0.bankName = $1.text() },
    Field("publicKey", 36) { $0.publicKey = $1.identifier(.wallet) },
    Field("kind", 53) { $0.kind = $1.term() },
    Field("value", 53) { $0.value = $1.text(RecordLimits.identifierBytes) },
    Field("notes", 17) { $0.notes = $1.prose() },
  ])
}

/// One name of a person or organization.
public struct PersonName: Hashable, Sendable {
  public var full = ""
  /// nil: not said.
  public var kind: Term<NameKind>?
  public var given: String?
  public var family: String?
  public var father: String?

  static let table = FieldTable<PersonName>(
    [
      Field("full", 50) { $0.full = $1.text() ?? "" },
      Field("kind", 50) { $0.kind = $1.term() },
      Field("given", 50) { $0.given = $1.text() },
      Field("family", 50) { $0.family = $1.text() },
      Field("father", 50) { $0.father = $1.text() },
    ], requiring: [("full", 50)])
}

public struct Address: Hashable, Sendable {
  public var full: String?
  public var city: String?
  public var country: CountryValue?

  static let table = FieldTable<Address>([
    Field("full", 50) { $0.full = $1.text() },
    Field("city", 50) { $0.city = $1.text() },
    Field("country", 19) { $0.country = $1.country() },
  ])
}
