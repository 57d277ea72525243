/// How the characters of a list are written. Protocols/lists.md, 2. The raw values are the words of
/// `--encoding`.
public enum ListEncoding: String, CaseIterable, Hashable, Sendable {
  case utf8 = "utf-8"
  case utf16LittleEndian = "utf-16le"
  case utf16BigEndian = "utf-16be"
  /// Polish, Czech, Hungarian, Croatian.
  case windows1250 = "windows-1250"
  /// Cyrillic.
  case windows1251 = "windows-1251"
  /// English, French, German, Spanish.
  case windows1252 = "windows-1252"
  case windows1254 = "windows-1254"
  /// Arabic.
  case windows1256 = "windows-1256"

  static let pages: [ListEncoding] = [
    .windows1250, .windows1251, .windows1252, .windows1254, .windows1256,
  ]

  /// Code points of the bytes from 0x80; nil: it is no code page.
  var page: [UInt16]? {
    switch self {
    case .utf8, .utf16LittleEndian, .utf16BigEndian: nil
    case .windows1250: CodePages.windows1250
    case .windows1251: CodePages.windows1251
    case .windows1252: CodePages.windows1252
    case .windows1254: CodePages.windows1254
    case .windows1256: CodePages.windows1256
    }
  }

  /// The name that people give it.
  public var title: String {
    switch self {
    case .utf8: "UTF-8"
    case .utf16LittleEndian, .utf16BigEndian: "UTF-16"
    case .windows1250: "Windows-1250"
    case .windows1251: "Windows-1251"
    case .windows1252: "Windows-1252"
    case .windows1254: "Windows-1254"
    case .windows1256: "Windows-1256"
    }
  }
}
