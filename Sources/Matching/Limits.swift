/// What a name may cost, whoever wrote it. A record is at most 64 KiB, and all of it may be names.
public enum NameLimits {
  /// Characters of one name that are read. The longest of 730 persons of the UN's list has 62, the longest of its organisations 170.
  public static let characters = 512
  /// Words of one name that are compared: two names cost at most words² comparisons of words.
  public static let words = 16
  /// Letters of one word that are compared; the costs of edits are quadratic in it. Words of 32 letters and more are equal only if
  /// they are equal as a whole.
  static let letters = 32
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
