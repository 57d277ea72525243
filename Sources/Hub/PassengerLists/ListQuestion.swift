import Text

/// The one thing that must be answered before a list can be read.
public struct ListQuestion: Error, Hashable, Sendable {
  /// The option that answers it; `format` has none.
  public enum Subject: String, Hashable, Sendable {
    /// It is no list: nothing to answer, but another file to give.
    case format
    case encoding, columns, dates
  }

  /// It says which of `ListOptions` is wanted.
  public let subject: Subject
  /// The matter that cannot be decided: a sentence, printable.
  public let reason: String
  /// The user's remedy.
  public let hint: String

  init(_ subject: Subject, _ reason: String, hint: String) {
    self.subject = subject
    self.reason = reason
    self.hint = hint
  }
}

/// Why there is no survey of a list.
public enum ListProblem<Failure: Error>: Error {
  case question(ListQuestion)
  case source(Failure)
}

extension StringProtocol {
  /// The text as a sentence shows it: printable, in quotes, not long.
  var shown: String {
    // Scalars: of marks one character may have thousands.
    let scalars = unicodeScalars
    let start = String(String.UnicodeScalarView(scalars.prefix(ListLimits.shownCharacters)))
    return "\"\(start.printable)\(start.utf8.count < utf8.count ? "…" : "")\""
  }
}
