import CommandLine
import Foundation
import Node

/// Runs the cases that were named, all without a name, and prints one JSON object.
@main
struct LiaisonBench {
  static let cases = ["crypto", "store", "accept", "replication"]

  static let tool = Tool(
    name: "liaison-bench", summary: "measure Liaison, and what it stands on, in one run",
    description: [
      "Each case is measured beside a reference in the same run, so that a figure says something on any "
        + "machine. Build it with 'swift build -c release'; liaisond must be beside it. What the figures "
        + "mean is in docs/benchmarks.md."
    ],
    verbs: [
      Verb(
        "", "measure Liaison, and what it stands on, in one run",
        details: [
          "CASE is one of \(cases.joined(separator: ", ")); without one, all are run. Of replication, "
            + "single parts can be named: \(ReplicationCase.members.joined(separator: ", ")).",
          "hub, only when it is named, gathers invented persons and looks them up: 100,000, and with --entries 1000000 "
            + "or 3000000 so many, too. hub databases does so on files and on the empty PostgreSQL database of --database. hub crowd is about partners who write as many records of one name, and of one number, as --entries says.",
        ],
        arguments: [
          Argument("CASE", "what to measure", isRequired: false, repeats: true)
        ],
        options: [
          Option("--json", summary: "print it on one line"),
          Option(
            "--entries", "N",
            summary:
              "entries of catchup and of store's start; of accept a quarter, of catchup1M five times as many",
            fallback: "200000"),
          Option(
            "--seconds", "N",
            summary: "how long latency and sustained measure, and idle if more than 60",
            fallback: "20"),
          Option(
            "--folder", "DIR", summary: "where the data folders are made, on the disk to measure",
            fallback: NSTemporaryDirectory()),
          Option(
            "--database", "URL", summary: "postgresql://… of an empty database, for hub databases"),
        ])
    ],
    version: Daemon.version, seeAlso: ["liaisond(8)"])

  static func main() {
    Program.begin(holdsSecrets: false)
    do {
      switch try tool.parse(Program.arguments) {
      case .print(let text): Output.print(text)
      case .run(_, let arguments): try run(arguments)
      }
    } catch let failure as Failure {
      Output.fail(tool.name, failure)
    } catch {
      Output.fail(tool.name, Failure(.software, "\(error)."))
    }
  }

  private static func run(_ arguments: Arguments) throws {
    var chosen = arguments.words.isEmpty ? cases : arguments.words
    // `hub names`: of the hub, that part alone.
    if chosen.first == "hub", chosen.count > 1 { chosen.removeFirst() }
    let known =
      cases + ReplicationCase.members + [
        "hub", "names", "crowd", "watches", "screening", "databases",
      ]
    if let odd = chosen.first(where: { !known.contains($0) }) {
      throw Failure(
        .usage, "There is no case \"\(odd)\".", hint: "There is: \(known.joined(separator: ", ")).")
    }
    let entries = try arguments.number("--entries", in: 1_000...10_000_000) ?? 200_000
    let seconds = try arguments.number("--seconds", in: 1...3_600) ?? 20
    let folder = arguments.value("--folder") ?? NSTemporaryDirectory()
    Interruption.shared.watch()
    var results: [(String, JSON)] = []
    for name in chosen {
      guard name == "replication" else {
        results.append((name, try measure(name, entries, seconds, folder, arguments)))
        continue
      }
      results.append(
        (
          name,
          .object(
            try ReplicationCase.members.map {
              ($0, try measure($0, entries, seconds, folder, arguments))
            })
        ))
    }
    let report = JSON.object([("machine", machine()), ("cases", .object(results))])
    Output.print(report.encode(indented: !arguments.has("--json")))
  }

  private static func measure(
    _ name: String, _ entries: Int, _ seconds: Int, _ folder: String, _ arguments: Arguments
  ) throws -> JSON {
    var progress = ProgressLine()
    progress.show("\(name) …")
    let watch = Stopwatch()
    let result = try result(name, entries, seconds, folder, arguments)
    progress.clear()
    Output.printError("\(name): done in \(Int(watch.seconds.rounded())) s\n")
    return result
  }

  private static func result(
    _ name: String, _ entries: Int, _ seconds: Int, _ folder: String, _ arguments: Arguments
  ) throws -> JSON {
    switch name {
    case "crypto": return try CryptoCase.run()
    case "names": return try HubNames.run(persons: entries)
    case "accept": return try AcceptCase.run(entries: max(entries / 4, 1_000))
    default: break
    }
    let scratch = try Scratch(in: folder)
    defer { withExtendedLifetime(scratch) {} }
    switch name {
    case "store": return try StoreCase.run(entries: entries, scratch: scratch)
    case "watches": return try HubWatches.run(entries: entries, scratch: scratch)
    case "screening": return try HubScreening.run(entries: entries, scratch: scratch)
    case "databases":
      guard let url = arguments.value("--database") else {
        throw Failure(
          .usage, "hub databases needs a database.",
          hint: "Name an empty one: --database postgresql:///NAME?host=DIR.")
      }
      return try HubDatabases.run(entries: entries, scratch: scratch, url: url)
    case "crowd": return try HubCrowd.run(entries: entries, scratch: scratch)
    case "hub": return try HubCase.run(entries: entries, scratch: scratch)
    default: return try ReplicationCase.run(name, entries, seconds, scratch)
    }
  }

  /// The machine of the figures, and how busy it was already.
  private static func machine() -> JSON {
    let processors = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let model = processors.split(separator: "\n").first { $0.hasPrefix("model name") }
    let load = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? ""
    return .object([
      ("processor", .text(model.map { String($0.drop { $0 != ":" }.dropFirst(2)) } ?? "unknown")),
      ("processors", .count(ProcessInfo.processInfo.activeProcessorCount)),
      ("system", .text(ProcessInfo.processInfo.operatingSystemVersionString)),
      ("loadAverage", .text(String(load.prefix { $0 != " " }))),
      ("version", .text(Daemon.version)),
    ])
  }
}
