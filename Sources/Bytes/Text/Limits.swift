/// Limits of this module.
enum Limits {
  /// Combining marks on one character. The longest real spellings need four or five; a pile of them
  /// is drawn over the lines above and below.
  static let marksInARow = 8
}
