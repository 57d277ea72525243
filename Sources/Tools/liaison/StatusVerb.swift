import CommandLine
import Glibc
import Node
import Runtime
import Varlink

enum StatusVerb {
  static let verb = Verb(
    "status", "who has what, how far behind, since when and why",
    options: [
      Option("--json", summary: "print one JSON object"),
      Option("--watch", summary: "print it again every second, until interrupted"),
      Liaison.data,
    ])

  static func run(_ arguments: Arguments) throws(Failure) {
    let daemon = try DaemonConnection(arguments.folder)
    repeat {
      let report = try daemon.call("Status", reply: StatusReport.self)
      if arguments.has("--json") {
        Output.print(json: VarlinkJSON.text(report))
      } else {
        if arguments.has("--watch") { Output.clearScreen() }
        Output.print(StatusText.text(report, now: SystemClock().wallMilliseconds))
      }
      if arguments.has("--watch") { _ = sleep(1) }
    } while arguments.has("--watch")
  }

  static func duration(from start: Int64, to now: UInt64) -> String {
    let (since, overflow) = Int64(clamping: now).subtractingReportingOverflow(start)
    return duration(UInt64(overflow ? 0 : max(0, since)) / 1_000)
  }

  static func duration(_ seconds: UInt64) -> String {
    switch seconds {
    case ..<120: return "\(seconds) s"
    case ..<7_200: return "\(seconds / 60) min"
    case ..<172_800: return "\(seconds / 3_600) h"
    default: return "\(seconds / 86_400) d"
    }
  }
}
