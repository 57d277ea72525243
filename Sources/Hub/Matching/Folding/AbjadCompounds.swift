/// The article and abd are written together with the name in Arabic: taken off, so that al-X and X
/// meet.
enum AbjadCompounds {
  private static let article: [UInt32] = scalars("ال")
  private static let god = scalars("الله")
  private static let faith = scalars("الدين")
  private static let faithAlone = scalars("دين")
  private static let servant = scalars("عبد")
  private static let gods = [scalars("الله"), scalars("اللہ"), scalars("اللة"), scalars("الل")]
  private static let faiths = [scalars("الدين"), scalars("الدین")]

  static func scalars(_ text: String) -> [UInt32] { text.unicodeScalars.map(\.value) }

  static func isServant(_ word: [UInt32]) -> Bool { word == servant }

  /// - Returns: the words that one written word is made of, in order, at most three.
  static func parts(_ word: [UInt32], afterServant: Bool) -> [[UInt32]] {
    if gods.contains(word) { return [god] }
    if word.starts(with: servant + article) {
      if word.count <= 8, word.starts(with: servant + scalars("الل")) { return [servant, god] }
      if word.count > 6 { return [servant, Array(word[5...])] }
    }
    for ending in gods.prefix(2) where ends(word, ending) && word.count > 6 {
      return parts(Array(word.dropLast(ending.count)), afterServant: false) + [god]
    }
    for ending in faiths where ends(word, ending) && word.count > 6 {
      return [Array(word.dropLast(ending.count)), faithAlone]
    }
    if word.starts(with: article), word.count > (afterServant ? 3 : 4) {
      return [Array(word[2...])]
    }
    return [word]
  }

  private static func ends(_ word: [UInt32], _ ending: [UInt32]) -> Bool {
    word.count >= ending.count && Array(word.suffix(ending.count)) == ending
  }
}
