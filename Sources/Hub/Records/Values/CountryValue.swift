/// A country, as it is written, and which one it is. Protocols/records.md, REC-19.
public struct CountryValue: Hashable, Sendable {
  /// A code, or any word that the author wrote.
  public let text: String
  /// Two small letters of ISO 3166-1; of an issuer that is no country its capitals in the zone;
  /// nil: nobody knows which.
  public let code: String?
  /// It is written as the rule wants it.
  let isCode: Bool

  /// - Parameter isIssuer: documents name their issuer by one to three capitals, in the zone.
  public init(_ text: String, isIssuer: Bool = false) {
    self.text = text
    let bytes = text.utf8
    let isShort = (1...3).contains(bytes.count)
    if isShort, bytes.count == 2, bytes.allSatisfy({ (0x61...0x7a).contains($0) }) {
      (code, isCode) = (text, true)
    } else if isIssuer, isShort, bytes.allSatisfy({ (0x41...0x5a).contains($0) }) {
      (code, isCode) = (Countries.shared.code(of: text) ?? text, true)
    } else {
      (code, isCode) = (Countries.shared.code(of: text), false)
    }
  }
}

/// Which country a word means: `CountryTable`, made ready to be looked up.
struct Countries: Sendable {
  static let shared = Countries()

  private var codes: Set<String> = []
  /// By capitals and by names as folded words.
  private var byName: [String: String] = [:]

  private init() {
    for line in CountryTable.text.split(separator: "\n") {
      let parts = line.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 3 else { continue }
      codes.insert(parts[0])
      for name in parts[1].split(separator: ",") + parts[2].split(separator: ",") {
        byName[String(name)] = parts[0]
      }
    }
  }

  /// - Parameter text: letters of any case, or a name.
  func code(of text: String) -> String? {
    if text.utf8.count <= 3 {
      let lower = text.lowercased()
      if codes.contains(lower) { return lower }
      if let code = byName[text.uppercased()] { return code }
    }
    return byName[WordFolding.words(of: text).joined(separator: " ")]
  }
}
