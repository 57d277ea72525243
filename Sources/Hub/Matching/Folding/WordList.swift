/// A set of short words, looked up by hash in a sorted array.
struct WordList: Sendable {
  private let hashes: [UInt64]

  init(_ words: String) {
    hashes = words.split(whereSeparator: \.isWhitespace).map { word in
      var hash = Hash64()
      for byte in word.utf8 { hash.add(byte) }
      return hash.value
    }.sorted()
  }

  func contains(_ hash: UInt64) -> Bool {
    var low = 0
    var high = hashes.count
    while low < high {
      let middle = (low + high) / 2
      if hashes[middle] < hash { low = middle + 1 } else { high = middle }
    }
    return low < hashes.count && hashes[low] == hash
  }
}

/// Words of names of persons that are no names: by their Latin letters, or by the word where the
/// script is not spelt.
enum PersonWords {
  /// In front of a name, or in it: they say what somebody is.
  static let titles = WordList(
    """
    mr mrs ms miss dr prof professor president prasident praesident presidente monsieur madame mme
    herr frau sir lord lady dame hon haji hajji hajj hadji sheikh shaikh shaykh sheik cheikh sayyed
    sayed syed seyyed seyed sayyid mullah mulla molla maulavi mawlawi maulvi maulana mawlana ustad
    ustaz qari hafiz general gen colonel col captain capt lt lieutenant brigadier major commander
    engineer eng jr sr junior senior king queen prince princess minister senator ambassador
    ملا ملاء مولوي شيخ حاجي حجي حاج قاري دكتور سيد مولانا
    """)
  /// Joints of a name, which come and go.
  static let particles = WordList(
    """
    al el ul ud ur us uz as ad ar an at az ash adh ath bin ben ibn bint ould wuld de del della der den di da do
    dos du van von zu la le na e y und and ap ter ten af av kyzy kizi oglu ogly
    بن ابن ال بنت ولد בן בת
    """)
  /// Words that a father's name follows.
  static let fathers = WordList("bin ben ibn ould wuld bint بن ابن ولد بنت בן בת")
  /// The article between `bin` and a father's name.
  static let articles = WordList("al el ul ال")
  /// Forms of abd, servant of: a name of God follows.
  static let servants = WordList("abd abdul abdel abdal abdol abdoul abdil abdur abdus")
  static let gods = WordList("ullah ulla oullah allah alla ollah ellah")
  static let faiths = WordList("uddin uddin eddin eddine uddeen aldin deen udin")
  /// Halves of compound names, which say less than a name.
  static let parts = WordList("abd allah din عبد الله دين")
  /// Without one of these letters two or three capitals are initials.
  static let shortNames = WordList("ng")
}
