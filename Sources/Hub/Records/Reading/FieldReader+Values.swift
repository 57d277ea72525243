internal import JSON
internal import Crypto
internal import Log

// One value of each kind. Each call takes exactly the next value.
extension FieldReader {
  /// Text that is compared or looked at, and not searched.
  mutating func text(_ limit: Int = RecordLimits.textBytes) -> String? {
    let start = json.place
    guard let text = try? json.text() else {
      refuse(json.kind == .null ? .empty : .wrongKind(expected: .text))
      keepOther()
      return nil
    }
    guard !text.isEmpty else {
      refuse(.empty)
      return nil
    }
    guard text.utf8.count <= limit else {
      refuse(.tooLong(bytes: limit))
      keepOther(from: start)
      return nil
    }
    return text
  }

  /// Text that people search for words: places, marks, what somebody said.
  mutating func searched(_ limit: Int = RecordLimits.textBytes) -> String? {
    let text = text(limit)
    if let text { note(text) }
    return text
  }

  /// Whole sentences, searched too.
  mutating func prose() -> String? { searched(RecordLimits.longTextBytes) }

  /// Codes and names of an open list.
  mutating func code() -> String? { text(RecordLimits.codeBytes) }

  /// A measure that some write as a number: its text.
  mutating func textOrNumber() -> String? {
    guard json.kind == .number else { return text(RecordLimits.codeBytes) }
    return String(decoding: json.raw(), as: UTF8.self)
  }

  /// A word of a closed list.
  mutating func term<Value>() -> Term<Value>? {
    guard let text = text(RecordLimits.codeBytes) else { return nil }
    let term = Term<Value>(text)
    if term.value == nil { refuse(.notListed(Value.allCases.map(\.rawValue))) }
    return term
  }

  /// A value of `form`; what has another form is kept.
  mutating func formed<Value>(
    _ form: RecordProblem.ValueForm, _ limit: Int, _ make: (String) -> Value?
  ) -> Value? {
    let start = json.place
    guard let text = text(limit) else { return nil }
    guard let value = make(text) else {
      refuse(.form(form))
      keepOther(from: start)
      return nil
    }
    return value
  }

  mutating func grade() -> Grade? { formed(.grade, RecordLimits.codeBytes) { Grade($0) } }
  mutating func amount() -> Amount? { formed(.amount, RecordLimits.codeBytes) { Amount($0) } }

  mutating func id() -> RecordID? {
    formed(.id, RecordLimits.identifierBytes) { RecordID($0) }
  }

  mutating func currency() -> String? {
    formed(.currency, RecordLimits.codeBytes) { text in
      text.utf8.count == 3 && text.utf8.allSatisfy { (0x41...0x5a).contains($0) } ? text : nil
    }
  }

  mutating func hash() -> String? {
    formed(.hash, RecordLimits.codeBytes) { text in
      let isHex = text.utf8.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x66).contains($0) || (0x41...0x46).contains($0)
      }
      return text.utf8.count == 64 && isHex ? text.lowercased() : nil
    }
  }

  mutating func groupVersion() -> String? {
    formed(.groupVersion, RecordLimits.identifierBytes) { text in
      GroupVersion(text, hash: .zero) == nil ? nil : text
    }
  }

  mutating func nodeName() -> NodeName? {
    formed(.nodeName, RecordLimits.codeBytes) { try? NodeName($0) }
  }

  mutating func reference() -> RecordReference? {
    let reference = formed(.reference, RecordLimits.identifierBytes) { RecordReference($0) }
    if let reference { note(reference) }
    return reference
  }

  // MARK: - Dates and places

  mutating func date() -> DateValue? {
    guard let text = text(RecordLimits.codeBytes) else { return nil }
    do {
      return DateValue(text: text, date: try PartialDate(parsing: text))
    } catch {
      switch error {
      case .form: refuse(.form(.date))
      case .noSuchDay: refuse(.noSuchDay)
      case .endsBeforeItBegins: refuse(.endsBeforeItBegins)
      }
      return DateValue(text: text, date: nil)
    }
  }

  mutating func time() -> TimeValue? {
    guard let text = text(RecordLimits.codeBytes) else { return nil }
    let time = RecordTime(parsing: text)
    if time == nil { refuse(.form(.time)) }
    return TimeValue(text: text, time: time)
  }

  /// When something happened: a time, or a date as far as it is known.
  mutating func moment() -> (time: TimeValue?, date: DateValue?) {
    let start = json.place
    if json.kind == .string, let text = try? json.text(), let time = RecordTime(parsing: text) {
      let date = DateValue(text: time.day.text, date: .known(.day(time.day)))
      return (TimeValue(text: text, time: time), date)
    }
    json.goBack(to: start)
    return (nil, date())
  }

  mutating func country(isIssuer: Bool = false) -> CountryValue? {
    guard let text = text() else { return nil }
    let country = CountryValue(text, isIssuer: isIssuer)
    if !country.isCode {
      mark(country.code.map { .writtenOtherwise(meaning: $0) } ?? .notComparable(.country))
      note(text)
    }
    return country
  }

  mutating func place() -> Place? {
    guard json.kind != .object else { return object(Place.table, Place()) }
    return searched().map { Place($0) }
  }

  /// Degrees, as a number or as its text.
  mutating func coordinate(_ range: ClosedRange<Double>) -> Double? {
    let start = json.place
    let text = json.kind == .string ? try? json.text() : nil
    let digits = text ?? String(decoding: json.raw(), as: UTF8.self)
    guard digits.utf8.count <= RecordLimits.codeBytes,
      digits.utf8.allSatisfy({ (0x2b...0x39).contains($0) || $0 == 0x65 || $0 == 0x45 }),
      let value = Double(digits), range.contains(value)
    else {
      refuse(.form(.coordinate))
      keepOther(from: start)
      return nil
    }
    return value
  }

  mutating func number(_ range: ClosedRange<Int>) -> Int? {
    let start = json.place
    guard let value = try? json.integer(), range.contains(value) else {
      refuse(.wrongKind(expected: .number))
      keepOther(from: start)
      return nil
    }
    return value
  }

  mutating func flag() -> Bool? {
    guard let value = try? json.bool() else {
      refuse(.wrongKind(expected: .bool))
      keepOther()
      return nil
    }
    return value
  }

  // MARK: - Parties

  /// - Parameter allowsText: where an account's number may stand.
  mutating func party(allowsText: Bool = false) -> PartyReference? {
    guard json.kind != .object else {
      return object(InlineParty.table, InlineParty()).map { .inline($0) }
    }
    guard let text = text(RecordLimits.identifierBytes) else { return nil }
    if let reference = RecordReference(text) {
      note(reference)
      return .reference(reference)
    }
    if !allowsText { refuse(.form(.reference)) }
    return .text(text)
  }

  mutating func parties(_ limit: Int = RecordLimits.parties) -> [PartyReference] {
    list(limit) { $0.party() }
  }

  /// A list of names; one alone may stand without its brackets, as text. Names of whoever has no
  /// record: nothing else finds them, so that they are searched as words (REC-65).
  mutating func names() -> [PersonName] {
    let names = oneOrMore(RecordLimits.names) { reader in
      reader.json.kind == .string
        ? reader.text().map { PersonName(full: $0) }
        : reader.object(PersonName.table, PersonName())
    }
    for name in names { note(name.full) }
    return names
  }

  /// Names as a record of a person or organization has them.
  mutating func listOfNames() -> [PersonName] {
    list(RecordLimits.names) { reader in
      guard reader.json.kind == .string else {
        return reader.object(PersonName.table, PersonName())
      }
      reader.refuse(.wrongKind(expected: .object))
      return reader.text().map { PersonName(full: $0) }
    }
  }

  mutating func address() -> Address? {
    guard json.kind == .string else {
      let address = object(Address.table, Address())
      for text in [address?.full, address?.city] { if let text { note(text) } }
      return address
    }
    refuse(.wrongKind(expected: .object))
    return searched().map { Address(full: $0) }
  }

  // MARK: - Identifiers

  /// A document's or a person's number.
  mutating func number() -> String? { identifier(.number) }

  /// An identifier as it is written; one whose form or check does not fit is marked.
  mutating func identifier(_ form: RecordProblem.ValueForm) -> String? {
    guard let text = text(RecordLimits.identifierBytes) else { return nil }
    if !form.fits(text) { mark(.notComparable(form)) }
    return text
  }
}

extension RecordProblem.ValueForm {
  /// True when an identifier can be compared as this.
  func fits(_ text: String) -> Bool {
    switch self {
    case .number: DocumentNumber(folding: text) != nil
    case .phone: PhoneNumber(folding: text) != nil
    case .imei: (try? DeviceNumber(folding: text)) != nil
    case .imsi: SubscriberNumber(folding: text) != nil
    case .mail: MailAddress(folding: text) != nil
    case .iban: (try? IBAN(folding: text)) != nil
    case .wallet: WalletAddress(folding: text) != nil
    case .plate: Plate(folding: text) != nil
    case .vin: VehicleNumber(folding: text) != nil
    case .imo: ShipNumber(folding: text) != nil
    case .locator: BookingLocator(folding: text) != nil
    default: true
    }
  }

  /// The rule that gives the form of an identifier.
  var rule: Int {
    switch self {
    case .number: 30
    case .range: 31
    case .phone: 32
    case .iban: 33
    case .imei, .imsi: 34
    case .plate, .vin, .imo: 35
    case .wallet, .locator, .mail: 36
    default: 16
    }
  }
}
