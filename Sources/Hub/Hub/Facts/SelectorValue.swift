internal import Crypto
internal import Records

/// How an exact identifier stands in the table `selector`.
enum SelectorValue {
  /// Longer ones are hashed: an index row of another database takes some thousand bytes, and only
  /// equality is asked.
  private static let longest = 96

  static func stored(_ kind: Selector.Kind, _ value: String) -> [UInt8] {
    guard kind == .phone else { return exact(value) }
    let row = PhoneRow(value)
    // Nothing that can be dialled: it is found as it is written, and ends no other number.
    return row.digits.isEmpty ? exact("?" + value) : row.bytes
  }

  static func exact(_ value: String) -> [UInt8] {
    let bytes = Array(value.utf8)
    return bytes.count <= longest ? bytes : [0] + SHA256.hash(bytes).array
  }
}

/// A telephone number backwards, so that numbers with the same end are neighbours
/// (Protocols/records.md, REC-32): where one lacks its country's code, the shorter is the beginning
/// of the longer.
struct PhoneRow: Hashable, Sendable {
  /// Digits from the last one on; without the zeros that a national number begins with.
  let digits: [UInt8]
  let isInternational: Bool

  /// - Parameter value: `+` and digits, or digits alone.
  init(_ value: String) {
    isInternational = value.utf8.first == UInt8(ascii: "+")
    var forward = Array(value.utf8.filter { (0x30...0x39).contains($0) })
    if !isInternational { forward = Array(forward.drop { $0 == 0x30 }) }
    digits = Array(forward.reversed())
  }

  var bytes: [UInt8] { isInternational ? digits + [UInt8(ascii: "+")] : digits }

  /// Beginnings of this number, each that of a national number which it may be.
  var beginnings: [[UInt8]] {
    guard digits.count > PhoneRow.leastDigits else { return [] }
    return (PhoneRow.leastDigits..<digits.count).map { Array(digits[..<$0]) }
  }

  /// True when numbers that go on where this one ends may be the same.
  var mayGoOn: Bool { !isInternational && digits.count >= PhoneRow.leastDigits }

  private static let leastDigits = 7
}

/// A document's number, cut where the digits at its end begin.
struct NumberParts: Hashable, Sendable {
  let series: [UInt8]
  let digits: [UInt8]

  init(_ number: String) {
    let bytes = Array(number.utf8)
    let end = bytes.reversed().prefix { (0x30...0x39).contains($0) }.count
    series = Array(bytes.dropLast(end))
    digits = Array(bytes.suffix(end))
  }
}

/// Numbers of the kinds in the table; they never change their meaning within one schema.
enum SelectorKind {
  /// A carrier's service on one day: who travelled together.
  static let serviceDay: Int64 = 100
}

extension Selector.Kind {
  var number: Int64 {
    switch self {
    case .document: 1
    case .documentRange: 2
    case .personalNumber: 3
    case .registrationNumber: 4
    case .phone: 5
    case .imei: 6
    case .imsi: 7
    case .mail: 8
    case .handle: 9
    case .iban: 10
    case .account: 11
    case .wallet: 12
    case .plate: 13
    case .vin: 14
    case .imo: 15
    case .tailNumber: 16
    case .locator: 17
    }
  }
}

/// A carrier's service on the day on which it departs: `XX123 2026-01-05`.
struct ServiceDay: Hashable, Sendable {
  let text: String

  /// - Returns: nil where the service or the day is not known.
  init?(_ leg: Leg) {
    guard let service = leg.service, let depart = leg.depart?.text, depart.utf8.count >= 10,
      let number = DocumentNumber(folding: service)
    else { return nil }
    text = "\(number.text) \(depart.prefix(10))"
  }
}
