import CommandLine
import Node
import Runtime

enum FsckVerb {
  static let verb = Verb(
    "fsck", "read everything in a data folder and say what is and is not in order",
    details: [
      "Needs the folder for itself: stop liaisond first. To check a node that is running, give "
        + "liaison-audit the folder or a copy of it."
    ],
    options: [Liaison.data])

  static func run(_ arguments: Arguments) throws(Failure) {
    let folder = arguments.folder
    let lock: LockFile
    do throws(LockError) {
      lock = try LockFile(folder.lock)
    } catch {
      throw Failure(
        .temporaryFailure, "\(error).",
        hint: "Stop liaisond first, or run liaison-audit verify \(folder.root).")
    }
    defer { withExtendedLifetime(lock) {} }
    throw Failure(.unavailable, "fsck is not built in yet.")
  }
}
