/// The two ways in which names are built, folded and compared.
public enum NameKind: Hashable, Sendable {
  case person
  case organization
}

/// A name, read once, as words that can be compared with those of any other name.
/// Protocols/matching.md, 2.
///
/// It costs at most what `NameLimits` allow, however long the text is.
public struct FoldedName: Sendable {
  /// The name as it was written.
  public let text: String
  /// How it was read; of two names the first decides how they are compared.
  public let kind: NameKind
  /// There were more characters or words than are compared.
  public let isCut: Bool
  let words: [Word]
  /// Legal forms of an organisation, the table's numbers: GmbH, Ltd.
  let legalForms: [LegalForm]
  /// First letters of the words of an organisation.
  let initials: Spelling
  /// The number in `words` of the first word of the family name and of the given name, where the
  /// record says which is which.
  let parts: NameParts
  /// Neighbours read as one word; empty where they are made when they are wanted.
  private(set) var joins = WordJoins()

  /// - Parameters:
  ///   - given: the part of `text` that the record calls the given name, nil where it does not say.
  ///   - family: the part that it calls the family name.
  public init(
    _ text: String, as kind: NameKind = .person, given: String? = nil, family: String? = nil
  ) {
    self.text = text
    self.kind = kind
    var reader = NameReader(kind: kind)
    reader.read(text)
    switch kind {
    case .person:
      words = PersonFolding.finish(reader.words)
      legalForms = []
      initials = Spelling()
    case .organization:
      let folded = OrganizationFolding.finish(reader.words)
      words = folded.words
      legalForms = folded.legalForms
      initials = folded.initials
    }
    isCut = reader.isCut
    parts = NameParts(given: given, family: family, of: words)
  }

  private init(unlisted name: FoldedName) {
    text = name.text
    kind = name.kind
    isCut = name.isCut
    words = name.words.map(\.unlisted)
    legalForms = name.legalForms
    initials = name.initials
    parts = name.parts
  }

  /// The name as if no table of names knew its words: what letters alone can do, for measurements.
  package var unlisted: FoldedName { FoldedName(unlisted: self) }

  /// The same name, for a comparison with many others.
  func readied() -> FoldedName {
    var name = self
    name.joins = WordJoins(words)
    return name
  }

  /// - Returns: a word as it was written.
  func written(_ word: Word) -> String {
    let bytes = text.utf8
    let from = bytes.index(bytes.startIndex, offsetBy: min(Int(word.start), bytes.count))
    let to = bytes.index(bytes.startIndex, offsetBy: min(Int(word.end), bytes.count))
    return from < to ? String(text[from..<to]) : ""
  }
}

/// Which words are the given and which the family name, as bits by position.
struct NameParts: Hashable, Sendable {
  private(set) var given: UInt32 = 0
  private(set) var family: UInt32 = 0

  init(given: String?, family: String?, of words: [Word]) {
    self.given = NameParts.bits(given, words)
    self.family = NameParts.bits(family, words)
  }

  private static func bits(_ text: String?, _ words: [Word]) -> UInt32 {
    guard let text else { return 0 }
    var reader = NameReader(kind: .person)
    reader.read(text)
    var bits: UInt32 = 0
    for (index, word) in words.enumerated()
    where reader.words.contains(where: { $0.isSame(as: word) }) {
      bits |= 1 << UInt32(index)
    }
    return bits
  }
}
