internal import HubInterface
internal import Matching
internal import Records
internal import Wire

/// Fields of a person or an organisation that a comparison needs, stored beside its keys: a
/// candidate is scored without its record being read.
struct ComparedFields: Hashable, Sendable {
  struct Name: Hashable, Sendable {
    var full: String
    var given: String?
    var family: String?
    var role: Evidence.NameRole
  }

  var kind: Matching.NameKind
  var names: [Name]
  var birthDates: [PartialDate] = []
  var gender: String?
  var countries: [String] = []
  var identifiers: [Evidence.Identifier] = []

  /// - Returns: nil for a record that is neither of a person nor of an organisation, or has no
  ///   name.
  init?(of record: SharedRecord) {
    switch record.body {
    case .person(let person):
      kind = .person
      names = person.names.prefix(NameLimits.names).map(Name.init)
      birthDates = Array(person.birthDates.compactMap(\.date).prefix(NameLimits.dates))
      gender = person.gender?.text
      countries = ComparedFields.codes(
        person.nationalities + [person.birthCountry].compactMap { $0 })
    case .organization(let organization):
      kind = .organization
      names = organization.names.prefix(NameLimits.names).map(Name.init)
      countries = ComparedFields.codes([organization.country].compactMap { $0 })
    default: return nil
    }
    if names.isEmpty { return nil }
    identifiers = ComparedFields.identifiers(record)
  }

  /// A question in words.
  /// - Returns: nil where nothing of it is a name.
  init?(
    name: String, as kind: Matching.NameKind, born: PartialDate?, country: String?
  ) {
    guard name.contains(where: \.isLetter) else { return nil }
    self.kind = kind
    names = [Name(full: ComparedFields.Name.cut(name), given: nil, family: nil, role: .primary)]
    birthDates = [born].compactMap { $0 }
    countries = [country].compactMap { $0 }
  }

  /// A person without a record, by the words of another one's.
  /// - Returns: nil for one without a name.
  init?(_ party: InlineParty) {
    guard !party.names.isEmpty else { return nil }
    kind = .person
    names = party.names.prefix(NameLimits.names).map(Name.init)
    birthDates = [party.birthDate?.date].compactMap { $0 }
    gender = party.gender?.text
    countries = ComparedFields.codes(party.nationalities)
  }

  /// A traveller of a list.
  /// - Returns: nil for one without a name.
  init?(_ passenger: ScreenPassenger, _ born: PartialDate?) {
    guard passenger.name.contains(where: \.isLetter) else { return nil }
    kind = .person
    names = [
      Name(
        full: ComparedFields.Name.cut(passenger.name),
        given: passenger.given.map(ComparedFields.Name.cut),
        family: passenger.family.map(ComparedFields.Name.cut), role: .primary)
    ]
    birthDates = [born].compactMap { $0 }
    gender = passenger.gender
    countries = [passenger.nationality].compactMap { $0.flatMap { CountryValue($0).code } }
  }

  /// The holder of a document, as the document itself says it.
  init?(_ document: Document) {
    let full = [document.givenName, document.surname].compactMap { $0 }.joined(separator: " ")
    guard full.contains(where: \.isLetter) else { return nil }
    kind = .person
    names = [
      Name(
        full: ComparedFields.Name.cut(full), given: document.givenName.map(ComparedFields.Name.cut),
        family: document.surname.map(ComparedFields.Name.cut), role: .primary)
    ]
    birthDates = [document.birthDate?.date].compactMap { $0 }
  }

  var evidence: Evidence {
    Evidence(
      kind: kind,
      names: names.map { name in
        Evidence.Name(
          FoldedName(name.full, as: kind, given: name.given, family: name.family), name.role)
      }, birthDates: birthDates, gender: gender, countries: countries, identifiers: identifiers)
  }

  private static func codes(_ values: [CountryValue]) -> [String] {
    var found: [String] = []
    for value in values where found.count < NameLimits.identifiers {
      guard let code = value.code, !found.contains(code) else { continue }
      found.append(code)
    }
    return found
  }

  /// No number that is given to a person is longer: such a one is only searched for.
  private static let identifierBytes = 96

  private static func identifiers(_ record: SharedRecord) -> [Evidence.Identifier] {
    let all = record.selectors.filter { selector in
      (selector.kind == .personalNumber || selector.kind == .registrationNumber)
        && selector.value.utf8.count <= identifierBytes
    }
    return all.prefix(NameLimits.identifiers).map {
      Evidence.Identifier(kind: $0.kind.rawValue, value: $0.value)
    }
  }
}

extension ComparedFields.Name {
  /// One more than is read, so that a name is known to have been longer.
  private static let characters = NameLimits.characters + 1

  init(_ name: PersonName) {
    full = ComparedFields.Name.cut(name.full)
    given = name.given.map(ComparedFields.Name.cut)
    family = name.family.map(ComparedFields.Name.cut)
    role = name.kind?.value.flatMap { Evidence.NameRole(rawValue: $0.rawValue) } ?? .primary
  }

  fileprivate static func cut(_ text: String) -> String {
    guard text.utf8.count > characters else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.prefix(characters)))
  }
}

// MARK: - As they are stored

extension ComparedFields {
  /// One byte for the kind, then lists, each behind its count in a byte: names with role and three
  /// texts, dates, a text for the sex, countries, identifiers. A text stands behind its length in
  /// two bytes; 0xffff is none.
  var bytes: [UInt8] {
    var writer = ByteWriter(reserving: 128)
    writer.u8(kind == .person ? 0 : 1)
    writer.list(names) { writer, name in
      writer.u8(UInt8(Evidence.NameRole.allCases.firstIndex(of: name.role) ?? 0))
      writer.text(name.full)
      writer.text(name.given)
      writer.text(name.family)
    }
    writer.list(birthDates) { $0.text($1.text) }
    writer.text(gender)
    writer.list(countries) { $0.text($1) }
    writer.list(identifiers) { writer, identifier in
      writer.text(identifier.kind)
      writer.text(identifier.value)
    }
    return writer.bytes
  }

  /// - Returns: nil where the bytes are no such fields.
  init?(_ bytes: [UInt8]) {
    let span = bytes.span
    var reader = ByteReader(count: bytes.count)
    do throws(WireError) {
      kind = try reader.u8(span) == 0 ? .person : .organization
      let roles = Evidence.NameRole.allCases
      names = try reader.list(span) { reader throws(WireError) in
        let role = Int(try reader.u8(span))
        return Name(
          full: try reader.text(span) ?? "", given: try reader.text(span),
          family: try reader.text(span), role: role < roles.count ? roles[role] : .primary)
      }
      let dates = try reader.list(span) { reader throws(WireError) in try reader.text(span) ?? "" }
      birthDates = dates.compactMap { try? PartialDate(parsing: $0) }
      gender = try reader.text(span)
      countries = try reader.list(span) { reader throws(WireError) in try reader.text(span) ?? "" }
      identifiers = try reader.list(span) { reader throws(WireError) in
        Evidence.Identifier(kind: try reader.text(span) ?? "", value: try reader.text(span) ?? "")
      }
      try reader.finish()
    } catch {
      return nil
    }
  }
}

private let noText: UInt16 = 0xffff

extension ByteWriter {
  fileprivate mutating func text(_ text: String?) {
    guard let text, text.utf8.count < Int(noText) else { return u16(noText) }
    u16(UInt16(text.utf8.count))
    write(utf8: text)
  }

  fileprivate mutating func list<Element>(
    _ elements: [Element], _ write: (inout ByteWriter, Element) -> Void
  ) {
    let kept = elements.prefix(Int(UInt8.max))
    u8(UInt8(kept.count))
    for element in kept { write(&self, element) }
  }
}

extension ByteReader {
  fileprivate mutating func text(_ bytes: Span<UInt8>) throws(WireError) -> String? {
    let count = try u16(bytes)
    guard count != noText else { return nil }
    return String(decoding: try array(bytes, Int(count)), as: UTF8.self)
  }

  fileprivate mutating func list<Element>(
    _ bytes: Span<UInt8>, _ read: (inout ByteReader) throws(WireError) -> Element
  ) throws(WireError) -> [Element] {
    let count = Int(try u8(bytes))
    var elements: [Element] = []
    elements.reserveCapacity(count)
    for _ in 0..<count { elements.append(try read(&self)) }
    return elements
  }
}
