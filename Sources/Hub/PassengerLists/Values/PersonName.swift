/// A name as lists write it. Protocols/lists.md, LIST-50, LIST-51.
struct PersonName: Hashable, Sendable {
  var full: String
  var given: String?
  var family: String?

  /// - Parameter text: "SURNAME/GIVEN MR", "Surname, Given", or any name.
  static func read(_ text: String) -> PersonName {
    for mark in ["/", ","] as [Character] {
      guard let place = text.firstIndex(of: mark) else { continue }
      let family = trim(text[..<place])
      let given = trim(text[text.index(after: place)...])
      guard hasLetters(family), hasLetters(given) else { continue }
      return PersonName(given: given, family: family)
    }
    return PersonName(full: withoutTitle(text))
  }

  private init(full: String) { self.full = full }

  /// - Precondition: one of them is there.
  init(given: String?, family: String?) {
    let (given, family) = (given.map(PersonName.withoutTitle), family.map(PersonName.withoutTitle))
    self.given = given
    self.family = family
    full = [given, family].compactMap { $0 }.joined(separator: " ")
  }

  var hasLetters: Bool { PersonName.hasLetters(full) }

  private static let titles: Set<String> = ["MR", "MRS", "MS", "MSTR", "MISS", "DR"]

  /// Titles at both ends go, as long as something is left.
  static func withoutTitle(_ text: String) -> String {
    var words = text.split(separator: " ")
    while words.count > 1, isTitle(words[words.count - 1]) { words.removeLast() }
    while words.count > 1, isTitle(words[0]) { words.removeFirst() }
    return words.joined(separator: " ")
  }

  private static func isTitle(_ word: Substring) -> Bool {
    guard (2...5).contains(word.utf8.count) else { return false }
    let letters = word.last == "." ? word.dropLast() : word
    return titles.contains(letters.uppercased())
  }

  private static func trim(_ text: Substring) -> String {
    text.split(separator: " ").joined(separator: " ")
  }

  private static func hasLetters(_ text: String) -> Bool {
    text.utf8.contains { (0x41...0x5a).contains($0) || (0x61...0x7a).contains($0) }
      || text.unicodeScalars.contains { $0.value >= 0x80 && $0.properties.isAlphabetic }
  }
}
