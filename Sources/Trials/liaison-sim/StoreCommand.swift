import CommandLine
import Simulation

/// `liaison-sim store`.
func runStore(_ arguments: Arguments) throws(Failure) -> Int32 {
  var campaign = StoreCampaign(
    seed: try arguments.seed(),
    points: try arguments.number("--points", in: 1...1_000_000_000) ?? 100_000)
  campaign.only = try arguments.number("--point", in: 0...(.max))
  campaign.bug = try arguments.choice(
    "--plant", of: "bug", among: PlantedBug.allCases, name: \.rawValue)
  campaign.trace = arguments.trace
  let (outcome, seconds) = Progress.follow("points") {
    campaign.progress = $0
    return campaign.run()
  }
  var report = Report()
  report.add("seed", outcome.seed)
  report.add("points", outcome.points)
  report.add("cases", outcome.cases)
  report.add("recoveries", outcome.recoveries)
  report.add("whole-checks", outcome.wholeChecks)
  report.add("seconds", seconds, places: 1)
  report.add("points-a-second", Double(outcome.points) / seconds, places: 0)
  report.add("digest", text: "\(outcome.digest)")
  report.occurrences = outcome.tally.all
  report.missing = campaign.only == nil ? outcome.missing : []
  if let failure = outcome.failure {
    report.failure = failure.text
    let planted = campaign.bug.map { " --plant \($0.rawValue)" } ?? ""
    report.replay = "liaison-sim store --seed \(outcome.seed) --point \(failure.point)\(planted)"
  }
  return report.finish(arguments)
}
