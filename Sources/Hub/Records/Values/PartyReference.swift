/// A party or thing: a record of any author, or what is known of it where it has no record.
/// Protocols/records.md, REC-17.
public enum PartyReference: Hashable, Sendable {
  case reference(RecordReference)
  indirect case inline(InlineParty)
  /// Text that is no reference: an account's number where one may stand; elsewhere a breach, and
  /// shown alone.
  case text(String)

  /// Nil unless it names a record.
  public var reference: RecordReference? { if case .reference(let it) = self { it } else { nil } }
  /// Nil unless it says what is known in the record itself.
  public var inline: InlineParty? { if case .inline(let it) = self { it } else { nil } }
}

/// The known facts of a party or thing without a record. Its fields are those of the record that it
/// would have.
public struct InlineParty: Hashable, Sendable {
  /// One text stands for a list of one; at most 256.
  public var names: [PersonName] = []
  /// As of a person.
  public var birthDate: DateValue?
  /// As of a person.
  public var gender: Term<Gender>?
  /// One or more.
  public var nationalities: [CountryValue] = []
  /// The country of a document, plate or organisation; also as a zone has it (REC-19).
  public var country: CountryValue?
  /// As of a person; one or more.
  public var idNumbers: [String] = []
  /// As of a person; one or more.
  public var addresses: [Address] = []
  /// The number of a document or account.
  public var number: String?
  /// As of a vehicle (REC-35).
  public var plate: String?
  /// As of a vehicle (REC-35).
  public var vin: String?
  /// As of a vehicle (REC-35).
  public var imo: String?
  /// As of a vehicle: compared as a plate.
  public var tailNumber: String?
  /// As of a vehicle.
  public var make: String?
  /// As of a vehicle.
  public var colour: String?
  /// As of an account (REC-33).
  public var iban: String?
  /// As of an account.
  public var accountNumber: String?
  /// As of an account.
  public var bankName: String?
  /// A wallet's address, as of an account (REC-36).
  public var publicKey: String?
  /// An identifier, as a record of that type has it: what a request asks for.
  public var kind: Term<IdentifierKind>?
  /// As it is written; `kind` says how it is compared.
  public var value: String?
  /// Long text.
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
  /// The whole name; empty: missing, a breach.
  public var full = ""
  /// nil: not said.
  public var kind: Term<NameKind>?
  /// Given names, where the author tells them apart.
  public var given: String?
  /// Family names, where the author tells them apart.
  public var family: String?
  /// The patronymic, where the author tells it apart.
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

/// Where somebody lives or was met: texts that are searched, and not compared.
public struct Address: Hashable, Sendable {
  /// The whole address in one text.
  public var full: String?
  /// The city apart, where the author tells it.
  public var city: String?
  /// The country apart, where the author tells it.
  public var country: CountryValue?

  static let table = FieldTable<Address>([
    Field("full", 50) { $0.full = $1.text() },
    Field("city", 50) { $0.city = $1.text() },
    Field("country", 19) { $0.country = $1.country() },
  ])
}
