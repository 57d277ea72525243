import CommandLine
import Glibc
import Node
import Runtime

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
        Output.print(bytes: ControlJSON.encode(report) + [0x0a])
      } else {
        let clear = arguments.has("--watch") && Output.isTerminal(1) ? "\u{1b}[H\u{1b}[2J" : ""
        Output.print(clear + text(report))
      }
      if arguments.has("--watch") { _ = sleep(1) }
    } while arguments.has("--watch")
  }

  private static func text(_ report: StatusReport) -> String {
    let now = SystemClock().wallMilliseconds
    var text = "node \(report.node), up \(duration(from: report.startedAt, to: now))"
    text += ", signing \(report.signing)"
    if let why = report.signingWhy { text += ": \(why.printable)" }
    text += "\n"
    if let help = report.signingHelp { text += "  \(help.printable)\n" }
    for warning in report.warnings { text += "WARNING \(warning.printable)\n" }
    text += "\n"
    var logs = Table(["LOG", "ENTRIES", "MISSING", "CHECKPOINT", "DISK", "COSIGNED BY", "STATE"])
    for log in report.logs {
      logs.add([
        log.origin + (log.own ? " *" : ""), "\(log.size)", "\(log.missingEntries)",
        "\(log.checkpointSize)", log.space.total.allocatedBytes.asBytes,
        log.cosignatures.isEmpty ? "-" : log.cosignatures.joined(separator: " "), state(log),
      ])
    }
    var peers = Table(["PEER", "STATE", "FOR", "LAG", "IN", "OUT", "ADDRESS", "WHY"])
    for peer in report.peers {
      peers.add([
        peer.name, peer.state, peer.since.map { duration(from: $0, to: now) } ?? "-", lag(peer),
        peer.bytesIn.asBytes, peer.bytesOut.asBytes, peer.address ?? "-", peer.why ?? "",
      ])
    }
    return text + logs.text + report.logs.map(evidence).joined() + "\n" + peers.text + "\n"
      + ScrubText.lines(report, now: now)
  }

  private static func state(_ log: LogReport) -> String {
    var words: [String] = []
    if let index = log.frozenAt { words.append("frozen at \(index)") }
    if log.disputed { words.append("DISPUTED") }
    if log.defects > 0 { words.append("\(log.defects) defects") }
    if !log.lost.isEmpty {
      words.append("LOST \(log.lost.joined(separator: ", "))")
    } else if !log.damaged.isEmpty {
      words.append("damaged \(log.damaged.joined(separator: ", "))")
    }
    if let why = log.why { words.append(why) }
    return words.isEmpty ? "ok" : words.joined(separator: ", ")
  }

  /// What proves that a log is frozen, or has defects, and what to do.
  private static func evidence(_ log: LogReport) -> String {
    var text = ""
    if let index = log.frozenAt {
      text +=
        "\(log.origin): its key contradicts itself at \(index); entries from there on are disputed\n"
    }
    for file in log.evidence { text += "  \(file.printable)\n" }
    if let help = log.help { text += "  \(help.printable)\n" }
    return text
  }

  private static func lag(_ peer: PeerReport) -> String {
    guard let entries = peer.lagEntries else { return "unknown" }
    return entries == 0 ? "0" : "\(entries) entries, \(peer.lagSeconds ?? 0) s"
  }

  static func duration(from start: Int64, to now: UInt64) -> String {
    let seconds = max(0, Int64(clamping: now) - start) / 1_000
    switch seconds {
    case ..<120: return "\(seconds) s"
    case ..<7_200: return "\(seconds / 60) min"
    case ..<172_800: return "\(seconds / 3_600) h"
    default: return "\(seconds / 86_400) d"
    }
  }
}
