/// How a tool ends, by `sysexits.h`.
public enum ExitCode: Int32, Sendable, CaseIterable {
  case success = 0
  case usage = 64
  case dataError = 65
  case noInput = 66
  case unavailable = 69
  case software = 70
  case cannotCreate = 73
  case inputOutput = 74
  case temporaryFailure = 75
  case noPermission = 77
  case configuration = 78

  /// For the man page.
  public var meaning: String {
    switch self {
    case .success: "done"
    case .usage: "the command line is wrong"
    case .dataError: "the input is wrong"
    case .noInput: "an input does not exist or cannot be read"
    case .unavailable: "the daemon does not answer, or refuses"
    case .software: "an error in the program itself"
    case .cannotCreate: "an output cannot be made, or is there already"
    case .inputOutput: "a disk or socket error"
    case .temporaryFailure: "not now; the same again may succeed later"
    case .noPermission: "permission denied"
    case .configuration: "the data folder is not what it must be"
    }
  }
}

/// The text that the outermost layer prints before it exits: one sentence, and what to do next.
public struct Failure: Error, Sendable {
  /// The status that the process exits with.
  public var code: ExitCode
  /// Ends with a full stop; begins with the thing, not with the tool's name.
  public var sentence: String
  /// An imperative sentence; empty where there is nothing to do.
  public var hint: String

  /// - Parameter hint: the next thing to do, as a sentence.
  public init(_ code: ExitCode, _ sentence: String, hint: String = "") {
    self.code = code
    self.sentence = sentence
    self.hint = hint
  }
}
