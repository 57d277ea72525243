/// The ending of a Slavic family name, which a woman and a man of one family have in two forms.
struct FamilyNameForm {
  private let stem: Spelling
  private let ending: Ending?

  private enum Ending {
    case woman, man
  }

  private static let womens: [(StaticString, Int)] = [
    ("ova", 2), ("eva", 2), ("ina", 2), ("skaya", 2), ("skaia", 2),
  ]
  private static let mens: [(StaticString, Int)] = [
    ("ov", 2), ("ev", 2), ("in", 2), ("sky", 2), ("skiy", 2), ("ski", 2), ("skii", 2),
  ]

  /// Ov and ev, sk: two letters of the ending are common to both.
  init(_ name: Spelling) {
    if let (ending, common) = FamilyNameForm.womens.first(where: { name.hasSuffix($0.0) }) {
      stem = name.slice(0..<(name.count - ending.utf8CodeUnitCount + common))
      self.ending = .woman
    } else if let (ending, common) = FamilyNameForm.mens.first(where: { name.hasSuffix($0.0) }) {
      stem = name.slice(0..<(name.count - ending.utf8CodeUnitCount + common))
      self.ending = .man
    } else {
      stem = name
      ending = nil
    }
  }

  func isWomans(of other: FamilyNameForm) -> Bool {
    guard ending == .woman, other.ending == .man, stem.count > 4, other.stem.count > 4 else {
      return false
    }
    let sounds = (Sounds(stem), Sounds(other.stem))
    return Skeleton(sounds.0) == Skeleton(sounds.1)
  }
}

/// Petrovich, Petrovna: the father's name of Slavic names, which most lists and most people leave
/// out.
enum Patronymic {
  private static let endings: [StaticString] = [
    "ovich", "evich", "ovych", "evych", "ovitch", "evitch", "ovna", "evna", "ivna", "ichna",
  ]

  static func isOne(_ word: Word) -> Bool {
    word.spelling.count > 6 && endings.contains { word.spelling.hasSuffix($0) }
  }
}
