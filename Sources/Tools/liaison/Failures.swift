import CommandLine
import Node
import Runtime

extension Failure {
  init(_ error: IdentityError) {
    let code: ExitCode =
      switch error.kind {
      case .exists: .cannotCreate
      case .missing: .noInput
      case .malformed, .refused: .dataError
      case .permission: .noPermission
      case .inputOutput: .inputOutput
      }
    self.init(code, error.reason.sentence, hint: error.hint.sentence)
  }

  init(_ error: ControlError) {
    switch error {
    case .unknownEntry(let entry):
      self.init(.noInput, "This node has no entry \(entry).", hint: "See liaison status.")
    case .unknownNode(let name):
      self.init(
        .dataError, "There is no node \(name) on the roster.", hint: "See liaison peer list.")
    case .closedHere(let reason):
      self.init(
        .unavailable, "This node signs nothing more in this epoch: \(reason).",
        hint: "Open the next epoch: liaison epoch open --recovery FILE; see docs/restore.md.")
    case .waiting(let peers):
      let names = peers.isEmpty ? "its peers" : peers.joined(separator: ", ")
      self.init(
        .temporaryFailure,
        "Nothing was published: signing waits for the answers of \(names).",
        hint: "Try again; liaison status says more, and liaison signing release ends the wait.")
    case .epochMoved(let origin):
      self.init(
        .temporaryFailure, "Entries were added to \(origin) meanwhile.", hint: "Try again.")
    case .diskFull:
      self.init(
        .temporaryFailure, "The disk is full.", hint: "Make room; the daemon goes on by itself.")
    case .diskFailed(let reason):
      self.init(
        .inputOutput, "The disk failed: \(reason).",
        hint: "Look at the disk, run liaison fsck, then restart liaisond.")
    case .recordRefused(let line, let reason, let hint):
      self.init(.dataError, "Record \(line) of the call \(reason).", hint: hint)
    case .notReplicated(_, let stored, let wanted):
      self.init(
        .temporaryFailure,
        "The entries are durable here, but \(stored) of \(wanted) peers confirmed them.",
        hint: "They spread as soon as peers connect; do not publish them again.")
    case .attachmentStale:
      self.init(
        .temporaryFailure, "Who gets it changed while its attachments were published.",
        hint: "Try again.")
    case .busy:
      self.init(.temporaryFailure, "The daemon has too much waiting.", hint: "Try again.")
    case .refused(let reason, let hint):
      self.init(.unavailable, reason.sentence, hint: hint.sentence)
    }
  }

  /// Reading or writing a file of the user's failed.
  init(input error: SystemError) {
    self.init(
      error.isNotFound || error.isWrongKind
        ? .noInput : error.isPermission ? .noPermission : .inputOutput,
      "Cannot \(error).", hint: error.advice.sentence)
  }

  static func wrap<Value: ~Copyable>(
    _ body: () throws(IdentityError) -> Value
  ) throws(Failure) -> Value {
    do throws(IdentityError) { return try body() } catch { throw Failure(error) }
  }
}
