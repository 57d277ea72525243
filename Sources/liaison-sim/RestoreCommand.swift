import CommandLine
import Simulation

/// `liaison-sim restore`.
func runRestore(_ arguments: Arguments) throws(Failure) -> Int32 {
  var campaign = RestoreCampaign(
    seed: try Commands.seed(arguments),
    runs: try arguments.number("--runs", in: 1...1_000_000_000) ?? 10_000)
  campaign.only = try arguments.number("--run", in: 0...(.max))
  if arguments.has("--trace") { campaign.trace = { Output.print($0 + "\n") } }
  let line = Progress()
  campaign.progress = { line.show("\($0) runs …") }
  let start = ContinuousClock.now
  let outcome = campaign.run()
  let seconds = (ContinuousClock.now - start).inSeconds
  line.clear()
  var report = Report()
  report.add("seed", "\(outcome.seed)", isText: false)
  report.add("runs", "\(outcome.runs)", isText: false)
  report.add("seconds", seconds.rounded(to: 1), isText: false)
  report.add("runs-a-second", (Double(outcome.runs) / seconds).rounded(to: 0), isText: false)
  report.add("digest", "\(outcome.digest)", isText: true)
  report.occurrences = outcome.tally.all
  report.missing = campaign.only == nil ? outcome.missing : []
  if let failure = outcome.failure {
    report.failure = failure.text
    report.replay = "liaison-sim restore --seed \(outcome.seed) --run \(failure.run)"
  }
  report.print(isJSON: arguments.has("--json"))
  return report.isGood ? 0 : 1
}
