import CommandLine
import HubInterface

extension Failure {
  init(_ error: HubError) {
    switch error {
    case .notFound(let ref):
      self.init(
        .noInput, "Nothing that you may see for this purpose is called \(ref).",
        hint: "See liaison search.")
    case .notAllowed(let reason, let hint):
      self.init(.noPermission, reason.sentence, hint: hint.sentence)
    case .unknownCase(let number):
      self.init(.dataError, "There is no open case \(number).", hint: "See liaison case list.")
    case .unknown(let what, let number):
      self.init(.dataError, "There is no \(what) \(number).", hint: "See its list.")
    case .diskFailed(let reason):
      self.init(
        .inputOutput, "The hub's disk failed: \(reason).",
        hint: "Nothing was answered, since the look could not be recorded. See liaison hub status.")
    case .busy:
      self.init(.temporaryFailure, "The hub has too much waiting.", hint: "Try again.")
    case .refused(let reason, let hint):
      self.init(.unavailable, reason.sentence, hint: hint.sentence)
    }
  }
}
