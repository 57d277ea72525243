/// The five machine readable zones of ICAO 9303: cards of two sizes, passports, and visas of two
/// sizes. Protocols/records.md, 6.
public enum ZoneFormat: String, Hashable, Sendable, CaseIterable {
  case td1 = "TD1"
  case td2 = "TD2"
  case td3 = "TD3"
  case visaA = "MRV-A"
  case visaB = "MRV-B"

  /// - Parameter lines: as they stand in the zone.
  init?(lines: [[UInt8]]) {
    let lengths = lines.map(\.count)
    let isVisa = lines.first?.first == UInt8(ascii: "V")
    switch lengths {
    case [30, 30, 30]: self = .td1
    case [36, 36]: self = isVisa ? .visaB : .td2
    case [44, 44]: self = isVisa ? .visaA : .td3
    default: return nil
    }
  }

  /// Characters of one line.
  var lineLength: Int {
    switch self {
    case .td1: 30
    case .td2, .visaB: 36
    case .td3, .visaA: 44
    }
  }

  /// 3 for TD1, else 2.
  public var lineCount: Int { self == .td1 ? 3 : 2 }

  /// Documents whose number may go on in the optional data.
  var allowsLongNumbers: Bool { self == .td1 || self == .td2 }

  var layout: ZoneLayout {
    switch self {
    case .td1:
      ZoneLayout(
        number: Field(0, 5..<14), birth: Field(1, 0..<6), sex: Field(1, 7..<8),
        expiry: Field(1, 8..<14), nationality: Field(1, 15..<18), names: Field(2, 0..<30),
        optional: [Field(0, 15..<30), Field(1, 18..<29)],
        composite: Composite(
          of: [Field(0, 5..<30), Field(1, 0..<7), Field(1, 8..<15), Field(1, 18..<29)],
          digit: Field(1, 29..<30)))
    case .td2:
      ZoneLayout(
        number: Field(1, 0..<9), birth: Field(1, 13..<19), sex: Field(1, 20..<21),
        expiry: Field(1, 21..<27), nationality: Field(1, 10..<13), names: Field(0, 5..<36),
        optional: [Field(1, 28..<35)],
        composite: Composite(
          of: [Field(1, 0..<10), Field(1, 13..<20), Field(1, 21..<35)], digit: Field(1, 35..<36)))
    case .td3:
      ZoneLayout(
        number: Field(1, 0..<9), birth: Field(1, 13..<19), sex: Field(1, 20..<21),
        expiry: Field(1, 21..<27), nationality: Field(1, 10..<13), names: Field(0, 5..<44),
        optional: [Field(1, 28..<42)],
        composite: Composite(
          of: [Field(1, 0..<10), Field(1, 13..<20), Field(1, 21..<43)], digit: Field(1, 43..<44)))
    case .visaA, .visaB:
      ZoneLayout(
        number: Field(1, 0..<9), birth: Field(1, 13..<19), sex: Field(1, 20..<21),
        expiry: Field(1, 21..<27), nationality: Field(1, 10..<13),
        names: Field(0, 5..<lineLength), optional: [Field(1, 28..<lineLength)], composite: nil)
    }
  }

  typealias Field = ZoneLayout.Field
  typealias Composite = ZoneLayout.Composite
}

/// Where each field of a zone stands. The check digit of a field follows it.
struct ZoneLayout {
  struct Field: Hashable {
    let line: Int
    let columns: Range<Int>

    init(_ line: Int, _ columns: Range<Int>) {
      self.line = line
      self.columns = columns
    }
  }

  struct Composite {
    let fields: [Field]
    let digit: Field

    init(of fields: [Field], digit: Field) {
      self.fields = fields
      self.digit = digit
    }
  }

  let number: Field
  let birth: Field
  let sex: Field
  let expiry: Field
  let nationality: Field
  let names: Field
  let optional: [Field]
  /// nil: a visa has none.
  let composite: Composite?

  static let documentType = Field(0, 0..<2)
  static let issuer = Field(0, 2..<5)
}
