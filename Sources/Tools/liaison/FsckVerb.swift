import CommandLine
import Log
import Node
import Runtime
import Store

enum FsckVerb {
  static let verb = Verb(
    "fsck", "read everything in a data folder and say what is and is not in order",
    details: [
      "Changes nothing. Needs the folder for itself: stop liaisond first. To check the node of a "
        + "running daemon, make a backup of it and give that to liaison-audit. Exits 0 when all that was read "
        + "is in order, 65 when something is not."
    ],
    options: [
      Liaison.data,
      Option("--signatures", summary: "also verify every entry's own signature"),
    ])

  static func run(_ arguments: Arguments) throws(Failure) {
    let folder = arguments.folder
    _ = try Failure.wrap { () throws(IdentityError) in try CardFile.own(folder) }
    let lock = try arguments.lockFolder(
      hint: "Stop liaisond first, or check a backup: liaison backup, then liaison-audit.")
    defer { withExtendedLifetime(lock) {} }
    let report = try check(folder, signatures: arguments.has("--signatures"))
    for log in report.logs {
      Output.print(
        "\(log.identity.origin.text): \(log.head.size) entries, \(log.bodiesPresent) bodies "
          + "(\(log.bodiesHidden) withdrawn and not erased yet, \(log.bodiesMissing) not held), "
          + "\(log.checkpoints) checkpoints, "
          + "\(log.cosignatures) cosignatures\n")
    }
    list("checked", report.checked)
    list("not checked", report.notChecked.isEmpty ? ["nothing was left out"] : report.notChecked)
    guard !report.isClean else { return Output.print("\nall of it is in order\n") }
    list("not in order", report.findings.map { "\($0)" })
    throw Failure(
      .dataError, "\(report.findingCount) things are not in order.",
      hint: "Keep a copy of the folder before anything else.")
  }

  private static func check(
    _ folder: NodeFolder, signatures: Bool
  ) throws(Failure) -> FsckReport {
    var progress = ProgressLine()
    defer { progress.clear() }
    let disk: FileDisk
    do throws(SystemError) {
      disk = try FileDisk(folder: folder.root, isReadOnly: true)
    } catch {
      throw Failure(input: error)
    }
    do throws(StoreError) {
      return try Fsck.run(on: disk, signatures: signatures) { done, total in
        progress.show("read \(done) of \(total) entries")
      }
    } catch {
      if case .noStore = error {
        throw Failure(.noInput, "There is no store in \(folder.root).", hint: "Look at --data.")
      }
      throw Failure(
        .inputOutput, "The store could not be read: \(error).", hint: "Look at the disk.")
    }
  }

  private static func list(_ title: String, _ lines: [String]) {
    Output.print("\n\(title)\n" + lines.map { "  \($0)\n" }.joined())
  }
}
