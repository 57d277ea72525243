import CommandLine
import Simulation

/// `liaison-sim network`.
func runNetwork(_ arguments: Arguments) throws(Failure) -> Int32 {
  var campaign = NetworkCampaign(
    seed: try Commands.seed(arguments),
    runs: try arguments.number("--seeds", in: 1...1_000_000_000) ?? 300)
  campaign.nodes = try arguments.number("--nodes", in: 3...500)
  if let name = arguments.value("--plant") {
    guard let bug = NetworkBug(rawValue: name) else {
      throw Failure(
        .usage, "There is no bug \"\(name)\".",
        hint: "There is: \(NetworkBug.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    campaign.bug = bug
  }
  if let name = arguments.value("--foe") {
    guard let foe = FoeKind.allCases.first(where: { $0.name == name }) else {
      throw Failure(
        .usage, "There is no foe \"\(name)\".",
        hint: "There is: \(FoeKind.allCases.map(\.name).joined(separator: ", ")).")
    }
    campaign.foe = foe
  }
  if arguments.has("--trace") { campaign.trace = { Output.print($0 + "\n") } }
  let line = Progress()
  campaign.progress = { line.show("\($0) seeds …") }
  let start = ContinuousClock.now
  let outcome = campaign.run()
  let seconds = (ContinuousClock.now - start).inSeconds
  line.clear()
  var report = Report()
  report.add("seed", "\(outcome.seed)", isText: false)
  report.add("seeds", "\(outcome.runs)", isText: false)
  report.add("nodes", "\(outcome.nodes)", isText: false)
  report.add("entries", "\(outcome.entries)", isText: false)
  report.add("messages", "\(outcome.messages)", isText: false)
  report.add("bytes", "\(outcome.bytes)", isText: false)
  report.add("virtual-seconds", "\(outcome.virtualSeconds)", isText: false)
  report.add("seconds", seconds.rounded(to: 1), isText: false)
  report.add("digest", "\(outcome.digest)", isText: true)
  report.occurrences = outcome.tally.all + outcome.misdeeds.all
  report.missing = outcome.missing
  if let failure = outcome.failure {
    report.failure = failure.text
    let nodes = campaign.nodes.map { " --nodes \($0)" } ?? ""
    let planted = campaign.bug.map { " --plant \($0.rawValue)" } ?? ""
    let foe = campaign.foe.map { " --foe \($0.name)" } ?? ""
    report.replay =
      "liaison-sim network --seed \(failure.seed) --seeds 1\(nodes)\(foe)\(planted)"
  }
  report.print(isJSON: arguments.has("--json"))
  return report.isGood ? 0 : 1
}
