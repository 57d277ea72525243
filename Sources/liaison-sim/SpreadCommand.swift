import CommandLine
import Simulation

/// `liaison-sim spread`.
func runSpread(_ arguments: Arguments) throws(Failure) -> Int32 {
  var campaign = SpreadCampaign(
    seed: try Commands.seed(arguments),
    nodes: try arguments.number("--nodes", in: 4...500) ?? 50,
    degree: try arguments.number("--degree", in: 2...16) ?? 6)
  guard campaign.degree < campaign.nodes, campaign.degree % 2 == 0 else {
    throw Failure(
      .usage, "--degree must be even, and less than --nodes.", hint: "6 is what the goals are for.")
  }
  campaign.publishes =
    try arguments.number("--publishes", in: 1...100_000) ?? campaign.publishes
  campaign.span = UInt64(try arguments.number("--seconds", in: 1...600) ?? 10) * 1_000
  campaign.hasDrawnDelays = arguments.has("--drawn-delays")
  campaign.hasTrouble = arguments.has("--trouble")
  if arguments.has("--trace") { campaign.trace = { Output.print($0 + "\n") } }
  let start = ContinuousClock.now
  let outcome = campaign.run()
  let seconds = (ContinuousClock.now - start).inSeconds
  var report = Report()
  report.add("seed", "\(campaign.seed)", isText: false)
  report.add("nodes", "\(campaign.nodes)", isText: false)
  report.add("seconds", seconds.rounded(to: 1), isText: false)
  for phase in outcome.phases { add(phase, to: &report) }
  report.add("goal-delays-p99", "\(campaign.goalDelays)", isText: false)
  report.add("digest", "\(outcome.digest)", isText: true)
  report.failure = outcome.failure
  if outcome.failure != nil {
    report.replay =
      "liaison-sim spread --seed \(campaign.seed) --nodes \(campaign.nodes) --degree \(campaign.degree)"
      + " --publishes \(campaign.publishes) --seconds \(campaign.span / 1_000)"
      + (campaign.hasDrawnDelays ? " --drawn-delays" : "")
      + (campaign.hasTrouble ? " --trouble" : "")
  }
  report.print(isJSON: arguments.has("--json"))
  return report.isGood ? 0 : 1
}

private func add(_ phase: SpreadCampaign.Phase, to report: inout Report) {
  func add(_ name: String, _ value: Double) {
    report.add("\(phase.name): \(name)", hundredths(value), isText: false)
  }
  add("copies of a body at a node", phase.copies)
  add("all bytes until all have all, in copies of the entries", phase.totalCopies)
  add("all bytes with what follows in 75 s", phase.totalCopiesInTheEnd)
  add("delivery p50, link delays", phase.p50)
  add("delivery p99, link delays", phase.p99)
  add("last node p99, link delays", phase.slowestP99)
  for (name, bytes) in phase.bytesOfNode {
    report.add("\(phase.name): bytes a node, \(name)", "\(bytes)", isText: false)
  }
}

private func hundredths(_ value: Double) -> String {
  let whole = Int((value * 100).rounded())
  let rest = whole % 100
  return "\(whole / 100).\(rest < 10 ? "0" : "")\(rest)"
}
