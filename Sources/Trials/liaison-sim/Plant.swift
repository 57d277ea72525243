import CommandLine

/// The option that plants a bug.
enum Plant {
  static let name = "--plant"
  /// Its value for all bugs, one after the other.
  static let each = "each"

  static func option(_ bugs: [String]) -> Option {
    Option(
      name, "BUG",
      summary: "plant a bug, which must be found, or \(each) of them: "
        + bugs.joined(separator: ", "))
  }
}
