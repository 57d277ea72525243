/// An exact identifier that a record names, as it is compared: what a hub indexes.
/// Protocols/records.md, REC-64.
public struct Selector: Hashable, Sendable {
  /// The kinds of REC-64. A hub stores their names: a case that is renamed is another kind.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case document, documentRange, personalNumber, registrationNumber
    case phone, imei, imsi, mail, handle
    case iban, account, wallet
    case plate, vin, imo, tailNumber, locator
  }

  /// It says how `value` was folded (records.md, 5).
  public let kind: Kind
  /// Folded: the first number of a range; a phone as `+` and digits, or as digits alone where no
  /// country's code is known.
  public let value: String
  /// The last number of a range, with the same series and as many digits.
  public let last: String?
  /// The country of a document or plate, where it is known.
  public let country: String?
  /// Where it stands, without places in lists: `legs.locator`.
  public let field: String
  /// False: its form or its check does not fit its kind; it was folded as a number is.
  public let isRight: Bool
}

/// Gathers the selectors of one record.
struct SelectorList {
  private(set) var all: [Selector] = []

  private mutating func add(
    _ kind: Selector.Kind, _ value: String, last: String? = nil, _ country: CountryValue? = nil,
    field: String, isRight: Bool = true
  ) {
    let selector = Selector(
      kind: kind, value: value, last: last, country: country?.code, field: field, isRight: isRight)
    if !all.contains(selector) { all.append(selector) }
  }

  /// A number that has no check of its own.
  mutating func number(
    _ text: String?, _ kind: Selector.Kind, _ country: CountryValue? = nil, field: String
  ) {
    guard let text, let number = DocumentNumber(folding: text) else { return }
    add(kind, number.text, country, field: field)
  }

  mutating func range(_ range: NumberRange?, _ country: CountryValue?, field: String) {
    guard let range = range?.documents else { return }
    add(.documentRange, range.first.text, last: range.last.text, country, field: field)
  }

  mutating func plate(_ text: String?, _ country: CountryValue?, field: String) {
    guard let text, let plate = Plate(folding: text) else { return }
    add(.plate, plate.text, country, field: field)
  }

  /// Adds a mistyped number as it is written, to be found by that: nobody knows what was meant.
  private mutating func wrong(_ text: String, _ kind: Selector.Kind, field: String) {
    guard let number = DocumentNumber(folding: text) else { return }
    add(kind, number.text, field: field, isRight: false)
  }

  /// An account's number as text: an IBAN where it begins as one.
  mutating func account(_ text: String?, field: String) {
    guard let text else { return }
    do {
      add(.iban, try IBAN(folding: text).text, field: field)
    } catch {
      wrong(text, error == .form ? .account : .iban, field: field)
    }
  }

  mutating func locator(_ text: String?, field: String) {
    guard let text, let locator = BookingLocator(folding: text) else { return }
    add(.locator, locator.text, field: field)
  }

  mutating func formed(_ text: String?, _ kind: Selector.Kind, field: String) {
    guard let text else { return }
    let value: String? =
      switch kind {
      case .vin: VehicleNumber(folding: text)?.text
      case .imo: ShipNumber(folding: text)?.text
      case .wallet: WalletAddress(folding: text)?.text
      case .tailNumber: Plate(folding: text)?.text
      case .phone: PhoneNumber(folding: text)?.text
      case .imei: (try? DeviceNumber(folding: text))?.text
      case .imsi: SubscriberNumber(folding: text)?.text
      case .mail: MailAddress(folding: text)?.text
      case .handle: text.lowercased()
      default: nil
      }
    guard let value else { return wrong(text, kind, field: field) }
    add(kind, value, field: field)
  }

  mutating func identifier(_ kind: Term<IdentifierKind>?, _ value: String?, field: String) {
    switch kind?.value {
    case .phone: formed(value, .phone, field: field)
    case .imei: formed(value, .imei, field: field)
    case .imsi: formed(value, .imsi, field: field)
    case .email: formed(value, .mail, field: field)
    case .handle, nil: formed(value, .handle, field: field)
    }
  }

  /// The numbers of a zone, as far as it can be read; its issuer is a code of three letters.
  mutating func zone(_ text: String, field: String) {
    guard let zone = try? MachineReadableZone(parsing: text),
      let number = DocumentNumber(folding: zone.number)
    else { return }
    add(
      .document, number.text, CountryValue(zone.issuer, isIssuer: true), field: field,
      isRight: !zone.failedChecks.contains(.number))
  }

  mutating func party(_ party: PartyReference?, field: String) {
    guard let party = party?.inline else { return }
    for text in party.idNumbers { number(text, .personalNumber, field: field) }
    number(party.number, .document, party.country, field: field)
    plate(party.plate, party.country, field: field)
    formed(party.vin, .vin, field: field)
    formed(party.imo, .imo, field: field)
    formed(party.tailNumber, .tailNumber, field: field)
    account(party.iban, field: field)
    number(party.accountNumber, .account, field: field)
    formed(party.publicKey, .wallet, field: field)
    identifier(party.kind, party.value, field: field)
  }
}
