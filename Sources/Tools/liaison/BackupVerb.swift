import CommandLine
import Node
import Runtime

enum BackupVerb {
  static let verb = Verb(
    "backup", "copy a node without its secrets into a new folder",
    details: [
      "A running daemon makes the copy itself, beside its work, so that DIR2 must be where it may write. "
        + "Without one this command does. The copy holds all logs, the card, the roster and evidence; no "
        + "secret key, no pre-shared key and no token. It is read back to its end before this says so.",
      "What it holds is enough to restore a node only together with an export of its keys: see keys export.",
    ],
    arguments: [Argument("DIR2", "where to: a folder that is not there yet, or empty")],
    options: [Liaison.data])

  static func run(_ arguments: Arguments) throws(Failure) {
    let folder = arguments.folder
    let target = FileSystem.canonical(arguments.words[0])
    _ = try Failure.wrap { () throws(IdentityError) in try CardFile.own(folder) }
    let daemon: DaemonConnection?
    do throws(Failure) {
      daemon = try DaemonConnection(folder)
    } catch {
      guard error.code == .unavailable else { throw error }
      daemon = nil
    }
    let summary: CopySummary
    if let daemon {
      try daemon.checkThatItAnswers()
      summary = try daemon.call(
        "Backup", BackupRequest(folder: target), reply: CopySummary.self, waits: true)
    } else {
      let lock = try arguments.lockFolder(hint: "Try again.")
      defer { withExtendedLifetime(lock) {} }
      summary = try Failure.wrap { () throws(IdentityError) in
        try Backup.run(folder, to: target)
      }
    }
    print(summary)
    try summary.check("copy", target)
    Output.print("backup in \(target)\n")
  }

  static func print(_ summary: CopySummary) {
    for log in summary.logs { Output.print("\(log.origin): \(log.size) entries\n") }
  }
}

extension CopySummary {
  /// - Throws: 65 when something in the folder is not in order.
  func check(_ what: String, _ folder: String) throws(Failure) {
    guard problemCount > 0 else { return }
    for problem in problems { Output.printError("liaison: \(problem)\n") }
    throw Failure(
      .dataError,
      "The \(what) in \(folder) is complete, but \(problemCount) things in it are not in order.",
      hint:
        "It holds what the disk gave: keep it, let peers mend this node (liaison status), then make another."
    )
  }
}
