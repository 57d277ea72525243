/// One line of a list, cut into fields.
struct CutLine: Sendable {
  enum Problem: Hashable, Sendable {
    /// More than `ListLimits.fieldBytes`. Fields count from 1.
    case longField(Int)
    /// More than `ListLimits.lineBytes`.
    case longLine
    case manyFields
    /// A quote opens in this field and is not closed, as far as that was looked for.
    case openQuote(Int)
  }

  /// Where it begins, from 1.
  var number = 1
  /// The fields, one after the other, without quotes around them.
  var bytes: [UInt8] = []
  /// Where each field ends in them.
  var ends: [Int] = []
  /// Its fields are not all here, and none is to be used.
  var problem: Problem?

  var count: Int { ends.count }

  func range(_ field: Int) -> Range<Int> {
    (field == 0 ? 0 : ends[field - 1])..<ends[field]
  }

  /// Nothing but white space, controls and separators.
  var isBlank: Bool { problem == nil && bytes.allSatisfy { $0 <= 0x20 } }

  var isASCII: Bool { bytes.allSatisfy { $0 < 0x80 } }

  var isUTF8: Bool { isASCII || String(validating: bytes, as: UTF8.self) != nil }

  /// - Returns: nil for a field that is empty or not there.
  func text(_ field: Int?) -> String? {
    guard let field, field < count else { return nil }
    return FieldText.clean(bytes[range(field)])
  }

  /// The fields that are not empty, cleaned.
  var texts: [String] { (0..<count).compactMap { text($0) } }

  /// How many fields stand up to the last that is not empty.
  var usedCount: Int {
    var count = count
    while count > 0, bytes[range(count - 1)].allSatisfy({ $0 <= 0x20 }) { count -= 1 }
    return count
  }
}

/// Text as it is compared and shown: no white space at its ends, one space for what is between
/// words; no controls, and nothing that turns directions.
enum FieldText {
  /// - Returns: nil when nothing is left.
  static func clean(_ bytes: ArraySlice<UInt8>) -> String? {
    var (start, end) = (bytes.startIndex, bytes.endIndex)
    while start < end, bytes[start] <= 0x20 { start += 1 }
    while start < end, bytes[end - 1] <= 0x20 { end -= 1 }
    guard start < end else { return nil }
    if isPlain(bytes[start..<end]) { return String(decoding: bytes[start..<end], as: UTF8.self) }
    return clean(String(decoding: bytes[start..<end], as: UTF8.self))
  }

  /// Printable ASCII without two spaces in a row: nearly all fields.
  private static func isPlain(_ bytes: ArraySlice<UInt8>) -> Bool {
    var last: UInt8 = 0
    for byte in bytes {
      guard (0x20...0x7e).contains(byte), byte != 0x20 || last != 0x20 else { return false }
      last = byte
    }
    return true
  }

  private static func clean(_ text: String) -> String? {
    var result = String.UnicodeScalarView()
    var isSpaceDue = false
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x200b, 0x200e, 0x200f, 0x202a...0x202e, 0x2060...0x2069, 0xfeff: continue
      case ..<0x21, 0x7f...0xa0, 0x1680, 0x2000...0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000:
        isSpaceDue = true
      default:
        if isSpaceDue, !result.isEmpty { result.append(" ") }
        isSpaceDue = false
        result.append(scalar)
      }
    }
    return result.isEmpty ? nil : String(result)
  }
}
