import Records

/// A date of DTM: digits by the code of their format. Protocols/lists.md, LIST-65.
enum MessageDate {
  enum Problem: Error, Hashable, Sendable {
    /// A format code that is not read.
    case format
    /// Other than so many digits, or no such day.
    case digits
  }

  /// The kind of date decides the century of a year of two digits.
  enum Kind: Sendable {
    case birth
    /// A date of a journey or a document: near today.
    case near
  }

  /// - Parameter format: 101, 102, 201, 203; nil: by the count of digits.
  static func read(_ value: String, format: String?, _ kind: Kind, today: CivilDay)
    throws(Problem) -> PartialDate
  {
    let digits = Array(value.utf8)
    guard digits.allSatisfy({ (0x30...0x39).contains($0) }) else { throw .digits }
    let count = digits.count
    let isShort: Bool
    switch (format, count) {
    case ("101", 6), ("201", 10), (nil, 6), (nil, 10): isShort = true
    case ("102", 8), ("203", 12), (nil, 8), (nil, 12): isShort = false
    case ("101", _), ("102", _), ("201", _), ("203", _), (nil, _): throw .digits
    default: throw .format
    }
    let day = String(decoding: digits[..<(isShort ? 6 : 8)], as: UTF8.self)
    guard let date = isShort ? short(day, kind, today) : long(day) else { throw .digits }
    return date
  }

  private static func long(_ text: String) -> PartialDate? {
    guard let number = Int(text) else { return nil }
    return WrittenDate.date(number / 10_000, number / 100 % 100, number % 100)
  }

  private static func short(_ text: String, _ kind: Kind, _ today: CivilDay) -> PartialDate? {
    // A month or a day of 00 is not known: the filler of a zone.
    guard let day = Int(text.suffix(2)), let month = Int(text.dropFirst(2).prefix(2)),
      month != 0 || day == 0
    else { return nil }
    let filled =
      "\(text.prefix(2))\(month == 0 ? "<<" : text.dropFirst(2).prefix(2))\(day == 0 ? "<<" : text.suffix(2))"
    guard let zone = ZoneDate(filled) else { return nil }
    return kind == .birth ? zone.birth(today: today) : zone.expiry(today: today)
  }
}
