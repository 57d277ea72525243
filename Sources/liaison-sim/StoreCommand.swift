import CommandLine
import Simulation

/// `liaison-sim store`.
func runStore(_ arguments: Arguments) throws(Failure) -> Int32 {
  var campaign = StoreCampaign(
    seed: try Commands.seed(arguments),
    points: try arguments.number("--points", in: 1...1_000_000_000) ?? 100_000)
  campaign.only = try arguments.number("--point", in: 0...(.max))
  if let name = arguments.value("--plant") {
    guard let bug = PlantedBug(rawValue: name) else {
      throw Failure(
        .usage, "There is no bug \"\(name)\".",
        hint: "There is: \(PlantedBug.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
    campaign.bug = bug
  }
  if arguments.has("--trace") { campaign.trace = { Output.print($0 + "\n") } }
  let line = Progress()
  campaign.progress = { line.show("\($0) points …") }
  let start = ContinuousClock.now
  let outcome = campaign.run()
  let seconds = (ContinuousClock.now - start).inSeconds
  line.clear()
  var report = Report()
  report.add("seed", "\(outcome.seed)", isText: false)
  report.add("points", "\(outcome.points)", isText: false)
  report.add("cases", "\(outcome.cases)", isText: false)
  report.add("recoveries", "\(outcome.recoveries)", isText: false)
  report.add("whole-checks", "\(outcome.wholeChecks)", isText: false)
  report.add("seconds", seconds.rounded(to: 1), isText: false)
  report.add("points-a-second", (Double(outcome.points) / seconds).rounded(to: 0), isText: false)
  report.add("digest", "\(outcome.digest)", isText: true)
  report.occurrences = outcome.tally.all
  report.missing = campaign.only == nil ? outcome.missing : []
  if let failure = outcome.failure {
    report.failure = failure.text
    let planted = campaign.bug.map { " --plant \($0.rawValue)" } ?? ""
    report.replay = "liaison-sim store --seed \(outcome.seed) --point \(failure.point)\(planted)"
  }
  report.print(isJSON: arguments.has("--json"))
  return report.isGood ? 0 : 1
}
