/// Compares names. The same version gives the same score and the same explanation on every node:
/// integers alone, own tables.
public enum Matcher {
  /// Raised with every change that gives any pair another score.
  public static let version = 1

  /// - Returns: 0 to 1; from 0.70 a person should look. `a` is what is asked, `b` what a record
  ///   says: a word that only `a` has weighs more.
  public static func score(_ a: FoldedName, _ b: FoldedName) -> Double {
    Double(points(a, b)) / Double(Likeness.whole)
  }

  /// The score in ten thousandths.
  public static func points(_ a: FoldedName, _ b: FoldedName) -> Int {
    measure(a, b)?.score ?? Likeness.whole
  }

  /// - Returns: nil for names that are equal.
  static func measure(_ a: FoldedName, _ b: FoldedName) -> Measure? {
    areEqual(a, b) ? nil : Measure(a, b)
  }

  static func areEqual(_ a: FoldedName, _ b: FoldedName) -> Bool {
    guard a.words.count == b.words.count, !a.words.isEmpty, !a.isCut, !b.isCut,
      a.legalForms == b.legalForms, a.parts == b.parts
    else { return false }
    for index in a.words.indices where !a.words[index].isSame(as: b.words[index]) { return false }
    return true
  }
}
