internal import Records
internal import SQL

/// The exact identifiers that a text may be: one for each kind whose form it has, folded as
/// records' identifiers are.
struct QuestionSelectors: Sendable {
  private(set) var all: [(kind: Selector.Kind, value: String)] = []

  /// - Parameter text: the whole question, or one word of it.
  init(_ text: String) {
    guard
      text.utf8.contains(where: { (0x30...0x39).contains($0) || $0 == 0x40 })
        || text.unicodeScalars.contains(where: { $0.properties.numericType != nil })
    else { return }
    if let number = DocumentNumber(folding: text), number.text.utf8.count >= 4 {
      for kind in [
        Selector.Kind.document, .personalNumber, .registrationNumber, .account,
      ] { add(kind, number.text) }
    }
    if let iban = try? IBAN(folding: text) { add(.iban, iban.text) }
    if let phone = PhoneNumber(folding: text), phone.digits.utf8.count >= 6 {
      add(.phone, phone.text)
    }
    if let device = try? DeviceNumber(folding: text) { add(.imei, device.text) }
    if let subscriber = SubscriberNumber(folding: text) { add(.imsi, subscriber.text) }
    if let mail = MailAddress(folding: text) { add(.mail, mail.text) }
    if let plate = Plate(folding: text) {
      add(.plate, plate.text)
      add(.tailNumber, plate.text)
    }
    if let number = VehicleNumber(folding: text) { add(.vin, number.text) }
    if let number = ShipNumber(folding: text) { add(.imo, number.text) }
    if let address = WalletAddress(folding: text) { add(.wallet, address.text) }
    if let locator = BookingLocator(folding: text) { add(.locator, locator.text) }
  }

  private mutating func add(_ kind: Selector.Kind, _ value: String) { all.append((kind, value)) }
}

extension Selector.Kind {
  /// The kind in words, as a person says it.
  var words: String {
    switch self {
    case .document: "document number"
    case .documentRange: "range of document numbers"
    case .personalNumber: "personal number"
    case .registrationNumber: "registration number"
    case .phone: "telephone number"
    case .imei: "IMEI"
    case .imsi: "IMSI"
    case .mail: "mail address"
    case .handle: "handle"
    case .iban: "IBAN"
    case .account: "account number"
    case .wallet: "wallet address"
    case .plate: "plate"
    case .vin: "vehicle identification number"
    case .imo: "IMO number"
    case .tailNumber: "tail number"
    case .locator: "booking locator"
    }
  }
}

extension Facts {
  /// Entries that name an identifier, whatever way it is compared.
  func entries(_ kind: Selector.Kind, _ value: String) throws(SQLError) -> [Int64] {
    switch kind {
    case .document:
      return try entries(kind.number, SelectorValue.exact(value))
        + ranges(holding: NumberParts(value))
    case .phone:
      let phone = PhoneRow(value)
      var found = try entries(kind.number, phone.bytes)
      for beginning in phone.beginnings { found += try entries(kind.number, beginning) }
      if phone.mayGoOn { found += try entries(kind.number, beginning: phone.digits) }
      return found
    default: return try entries(kind.number, SelectorValue.exact(value))
    }
  }
}
