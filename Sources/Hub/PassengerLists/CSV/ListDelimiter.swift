/// The separator between the fields of a line.
public enum ListDelimiter: String, CaseIterable, Hashable, Sendable {
  case semicolon = ";"
  case comma = ","
  case tab = "\t"

  var byte: UInt8 {
    switch self {
    case .semicolon: UInt8(ascii: ";")
    case .comma: UInt8(ascii: ",")
    case .tab: 0x09
    }
  }

  /// - Parameter line: the first one: Excel writes `sep=;` above a header.
  static func stated(in line: some Collection<UInt8>) -> ListDelimiter? {
    let bytes = Array(line)
    guard bytes.count == 5, bytes.starts(with: Array("sep=".utf8)) else { return nil }
    return allCases.first { $0.byte == bytes[4] }
  }
}
