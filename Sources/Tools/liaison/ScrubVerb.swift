import CommandLine
import Node

enum ScrubVerb {
  static let verb = Verb(
    "scrub", "begin to read and verify everything stored, now",
    details: [
      "The daemon does so by itself once a day, in idle time. liaison status shows how far it is, and what "
        + "it found and mended."
    ],
    options: [Liaison.data])

  static func run(_ arguments: Arguments) throws(Failure) {
    let daemon = try DaemonConnection(arguments.folder)
    let report = try daemon.call("Scrub", reply: ScrubReport.self)
    Output.print("begun: \(report.entries) entries to read\n")
  }
}
