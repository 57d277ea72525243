import CommandLine
import Simulation

/// `liaison-sim restore`.
func runRestore(_ arguments: Arguments) throws(Failure) -> Int32 {
  try follow(
    RestoreCampaign(seed: try arguments.seed(), runs: try arguments.runs() ?? 10_000), "restore",
    arguments)
}

/// `liaison-sim theft`.
func runTheft(_ arguments: Arguments) throws(Failure) -> Int32 {
  try follow(
    TheftCampaign(seed: try arguments.seed(), runs: try arguments.runs() ?? 1_000), "theft",
    arguments)
}

extension Arguments {
  fileprivate func runs() throws(Failure) -> Int? {
    try number("--runs", in: 1...1_000_000_000)
  }
}

private func follow<Occurrence>(
  _ campaign: RunCampaign<Occurrence>, _ verb: String, _ arguments: Arguments
) throws(Failure) -> Int32 {
  var campaign = campaign
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
  report.add("runs-a-second", Double(outcome.runs) / seconds, places: 0)
  report.add("digest", text: "\(outcome.digest)")
  report.occurrences = outcome.tally.all
  report.missing = campaign.only == nil ? outcome.missing : []
  if let failure = outcome.failure {
    report.failure = failure.text
    report.replay = "liaison-sim \(verb) --seed \(outcome.seed) --run \(failure.run)"
  }
  return report.finish(arguments)
}
