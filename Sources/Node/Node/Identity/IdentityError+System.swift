internal import Log
internal import Runtime
internal import Text

extension IdentityError {
  /// A system call on `what` failed.
  init(_ error: SystemError, hint: String = "") {
    let kind: Kind =
      error.isNotFound
      ? .missing
      : error.isPermission ? .permission : error.isWrongKind ? .malformed : .inputOutput
    self.init(kind, "cannot \(error)", hint: hint.isEmpty ? error.advice : hint)
  }

  /// Runs `body`, and makes a failed system call an `IdentityError`.
  static func wrap<Value: ~Copyable>(
    hint: String = "", _ body: () throws(SystemError) -> Value
  ) throws(IdentityError) -> Value {
    do throws(SystemError) {
      return try body()
    } catch {
      throw IdentityError(error, hint: hint)
    }
  }
}

extension IdentityError {
  /// A file that people edit is no text.
  init(_ problem: TextProblem, path: String) {
    self.init(.malformed, "\(path), line \(problem.line) \(problem.reason)", hint: problem.hint)
  }
}

extension CardError {
  /// Completes "the card …".
  var reason: String {
    switch self {
    case .text(let problem): "is no text: line \(problem.line) \(problem.reason)"
    case .tooLong: "is longer than \(LogLimits.cardBytes) bytes"
    case .note: "is not a signed note"
    case .header: "does not begin with \"liaison-card/v1\""
    case .line(let name): "has no usable line \"\(name)\" in its place"
    case .unsoundKey(let name): "has a key in the line \"\(name)\" that is none"
    case .extraLine: "has lines that no card has"
    case .sharedKey: "uses one key for two purposes"
    case .signatures: "does not have exactly one signature"
    case .badSignature: "is not signed by the log key that it names"
    }
  }
}
