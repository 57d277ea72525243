import CommandLine
import Simulation

/// `liaison-sim theft`.
func runTheft(_ arguments: Arguments) throws(Failure) -> Int32 {
  var campaign = TheftCampaign(
    seed: try arguments.seed(),
    runs: try arguments.number("--runs", in: 1...1_000_000_000) ?? 1_000)
  campaign.only = try arguments.number("--run", in: 0...(.max))
  campaign.trace = arguments.trace
  let (outcome, seconds) = Progress.follow("runs") {
    campaign.progress = $0
    return campaign.run()
  }
  var report = Report()
  report.add("seed", outcome.seed)
  report.add("runs", outcome.runs)
  report.add("seconds", seconds, places: 1)
  report.add("digest", text: "\(outcome.digest)")
  report.occurrences = outcome.tally.all
  report.missing = campaign.only == nil ? outcome.missing : []
  if let failure = outcome.failure {
    report.failure = failure.text
    report.replay = "liaison-sim theft --seed \(outcome.seed) --run \(failure.run)"
  }
  return report.finish(arguments)
}
