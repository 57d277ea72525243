/// Limits on the cost of a name, whoever wrote it. A record is at most 64 KiB, and all of it may be
/// names.
public enum NameLimits {
  /// Characters of one name that are read. The longest of 730 persons of the UN's list has 62, the
  /// longest of its organisations 170.
  public static let characters = 512
  /// Words of one name that are compared: two names cost at most words² comparisons of words.
  public static let words = 16
  /// Letters of one word that are compared; the costs of edits are quadratic in it. Words of 32
  /// letters and more are equal only if they are equal as a whole.
  static let letters = 32
  /// Words that are remembered, a power of two: some 600 bytes each, 10 MB, and as many joined
  /// ones. The 50,000 invented persons have 9,000.
  static let rememberedWords = 16_384
  /// Marks on one letter: Vietnamese takes two, pointed Hebrew three.
  static let marks = 4
  /// Names of one record that are compared: the UN's longest has 29.
  public static let names = 32
  /// Dates of birth of one record that are compared.
  public static let dates = 16
  /// Numbers, countries and the like of one record that are compared.
  public static let identifiers = 64
  /// Neighbours that are read as one word.
  static let joined = 4
  /// Readings of one word of Arabic or Hebrew that are filed.
  static let readings = 4
}

/// Limits on the cost of keys and candidates.
public enum KeyLimits {
  /// Keys of one record: 15 for a person with one name of three words and a date; the UN's most
  /// named has 400.
  public static let filed = 512
  /// Words of one name that are filed and asked in pairs.
  static let words = 6
  /// Words of one name whose misspellings are asked.
  static let misspelt = 4
  /// Keys that one query asks for: 4 words make 12 pairs of 150 misspellings each, in 8 ways to cut
  /// them.
  static let asked = 16_384
  /// Names of one query that are asked.
  static let names = 8
  /// Years of one date that are filed: `1987~` has five.
  static let years = 5
  /// A key with more records is not gone through by itself: it counts for those that another key
  /// found.
  static let cap = 8_192
  /// Records that one query visits, over all of its keys.
  static let visited = 49_152
  /// Records that were found whose further keys are looked at.
  static let second = 512
  /// Records that came since the index was built, before it is built anew.
  public static let delta = 65_536
}
