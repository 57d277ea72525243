/// Which characters may stand where: so a letter that was read for a digit is found where check
/// digits cannot find it.
struct ZonePlaces {
  private let format: ZoneFormat

  init(_ format: ZoneFormat) { self.format = format }

  private enum Kind {
    case letters, digit, digitOrFiller, sex, alphanumeric

    func allows(_ byte: UInt8) -> Bool {
      switch self {
      case .letters: ZoneText.isLetter(byte) || byte == ZoneText.filler
      case .digitOrFiller: ZoneText.isDigit(byte) || byte == ZoneText.filler
      case .digit: ZoneText.isDigit(byte)
      case .sex: [UInt8(ascii: "M"), UInt8(ascii: "F"), ZoneText.filler].contains(byte)
      case .alphanumeric: true
      }
    }
  }

  func check(_ zone: ZoneText) throws(MachineReadableZone.Problem) {
    let layout = format.layout
    try check(zone, ZoneLayout.Field(0, 0..<1), .letters)
    try check(zone, ZoneLayout.Field(0, 1..<2), .alphanumeric)
    for field in [ZoneLayout.issuer, layout.nationality, layout.names] {
      try check(zone, field, .letters)
    }
    for date in [layout.birth, layout.expiry] { try check(zone, date: date) }
    try check(zone, layout.sex, .sex)
    try check(zone, after: layout.birth, .digit)
    try check(zone, after: layout.expiry, .digit)
    try check(zone, after: layout.number, format.allowsLongNumbers ? .digitOrFiller : .digit)
    if format == .td3 { try check(zone, after: layout.optional[0], .digitOrFiller) }
    if let composite = layout.composite { try check(zone, composite.digit, .digit) }
  }

  /// A part of a date that is not known is two fillers. One alone was a zero, which counts as much.
  private func check(_ zone: ZoneText, date field: ZoneLayout.Field)
    throws(MachineReadableZone.Problem)
  {
    for start in stride(from: field.columns.lowerBound, to: field.columns.upperBound, by: 2) {
      let part = ZoneLayout.Field(field.line, start..<(start + 2))
      let isUnknown = zone[part].allSatisfy { $0 == ZoneText.filler }
      if !isUnknown { try check(zone, part, .digit) }
    }
  }

  private func check(_ zone: ZoneText, after field: ZoneLayout.Field, _ kind: Kind)
    throws(MachineReadableZone.Problem)
  {
    let end = field.columns.upperBound
    try check(zone, ZoneLayout.Field(field.line, end..<(end + 1)), kind)
  }

  private func check(_ zone: ZoneText, _ field: ZoneLayout.Field, _ kind: Kind)
    throws(MachineReadableZone.Problem)
  {
    let bytes = zone[field]
    if let column = bytes.firstIndex(where: { !kind.allows($0) }) {
      throw .place(line: field.line + 1, column: column + 1)
    }
  }
}
