import Records

/// Words for male and female. Protocols/lists.md, LIST-52.
struct GenderWords: Sendable {
  static let shared = GenderWords()

  private static let male =
    "m male man masculine h homme masculin hombre masculino mannlich männlich mann mężczyzna męska muž м муж мужской мужчина ذكر e erkek bay mi"
  private static let female =
    "f female woman feminine femme féminin femenino mujer w weiblich frau k kobieta żeńska žena ж жен женский женщина أنثى انثى kadın bayan fi"

  private var words: [String: String] = [:]

  private init() {
    for (gender, list) in [("male", GenderWords.male), ("female", GenderWords.female)] {
      for word in list.split(separator: " ") { words[GenderWords.fold(String(word))] = gender }
    }
  }

  /// - Returns: `male`, `female`, or nil.
  func gender(_ text: String) -> String? {
    guard text.utf8.count <= ListLimits.headerBytes else { return nil }
    return words[GenderWords.fold(text)]
  }

  static func fold(_ text: String) -> String { WordFolding.words(of: text).joined() }
}

/// Which letters a column of sexes has. Beside H, for hombre, an M may be mujer: then it says
/// nothing.
struct GenderColumn: Hashable, Sendable {
  private var hasH = false
  private var hasF = false

  mutating func take(_ text: String) {
    guard text.utf8.count <= 2 else { return }
    switch GenderWords.fold(text) {
    case "h": hasH = true
    case "f": hasF = true
    default: break
    }
  }

  func gender(_ text: String) -> String? {
    if hasH, !hasF, GenderWords.fold(text) == "m" { return nil }
    return GenderWords.shared.gender(text)
  }
}
