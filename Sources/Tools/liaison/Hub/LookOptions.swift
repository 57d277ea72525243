import CommandLine
import HubInterface
import Runtime

/// Why somebody looks, from the command line or from the environment.
struct LookOptions {
  let look: Look

  /// The command line counts; a purpose or a reason alone is completed from the environment. With
  /// neither, the environment's case counts, and then its purpose and reason.
  ///
  /// - Throws: 64, before anything is asked.
  init(
    _ arguments: Arguments, environment: (String) -> String? = Environment.value
  ) throws(Failure) {
    func variable(_ name: String) -> String? {
      environment(name).flatMap { $0.isEmpty ? nil : $0 }
    }
    let purpose = arguments.value("--purpose")
    let reason = arguments.value("--reason")
    let isSaid = purpose != nil || reason != nil
    if arguments.has("--case"), isSaid {
      throw Failure(
        .usage, "--case is given together with --purpose or --reason.",
        hint: "Leave these out: the case has both.")
    }
    let `case` = arguments.value("--case").map { ("--case", $0) }
    let kept = isSaid ? nil : variable("LIAISON_CASE").map { ("LIAISON_CASE", $0) }
    if let (name, text) = `case` ?? kept {
      guard let number = Int(text), number > 0 else {
        throw Failure(
          .usage, "\(name) is \"\(text)\".", hint: "Give its number: see liaison case list.")
      }
      look = Look(case: number)
      return
    }
    look = try LookOptions.look(
      purpose: purpose ?? variable("LIAISON_PURPOSE"), reason: reason ?? variable("LIAISON_REASON"))
  }

  /// - Throws: 64 unless both are given.
  static func look(purpose: String?, reason: String?) throws(Failure) -> Look {
    let known = HubOptions.purposes.joined(separator: ", ")
    let hint =
      "Give --purpose P and --reason \"…\" (P is one of \(known)), or --case N of an open case."
    guard let purpose else { throw Failure(.usage, "The purpose is missing.", hint: hint) }
    guard HubOptions.purposes.contains(purpose) else {
      throw Failure(.usage, "There is no purpose \"\(purpose)\".", hint: "There is: \(known).")
    }
    guard let reason, !reason.allSatisfy(\.isWhitespace) else {
      throw Failure(.usage, "The reason is missing.", hint: hint)
    }
    return Look(purpose: purpose, reason: reason)
  }
}
