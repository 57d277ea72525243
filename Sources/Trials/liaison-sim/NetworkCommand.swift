import CommandLine
import Simulation

/// `liaison-sim network`.
func runNetwork(_ arguments: Arguments) throws(Failure) -> Int32 {
  var campaign = NetworkCampaign(
    seed: try arguments.seed(),
    runs: try arguments.number("--seeds", in: 1...1_000_000_000) ?? 300)
  campaign.nodes = try arguments.number("--nodes", in: 3...500)
  campaign.bug = try arguments.choice(
    "--plant", of: "bug", among: NetworkBug.allCases, name: \.rawValue)
  campaign.foe = try arguments.choice("--foe", of: "foe", among: FoeKind.allCases, name: \.name)
  campaign.trace = arguments.trace
  let (outcome, seconds) = Progress.follow("seeds") {
    campaign.progress = $0
    return campaign.run()
  }
  var report = Report()
  report.add("seed", outcome.seed)
  report.add("seeds", outcome.runs)
  report.add("nodes", outcome.nodes)
  report.add("entries", outcome.entries)
  report.add("messages", outcome.messages)
  report.add("bytes", outcome.bytes)
  report.add("virtual-seconds", outcome.virtualSeconds)
  report.add("seconds", seconds, places: 1)
  report.add("digest", text: "\(outcome.digest)")
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
  return report.finish(arguments)
}
