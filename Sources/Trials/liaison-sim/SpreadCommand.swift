import CommandLine
import Simulation

/// `liaison-sim spread`.
func runSpread(_ arguments: Arguments) throws(Failure) -> Int32 {
  var campaign = SpreadCampaign(
    seed: try arguments.seed(),
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
  campaign.trace = arguments.trace
  let start = ContinuousClock.now
  let outcome = campaign.run()
  let seconds = (ContinuousClock.now - start).inSeconds
  var report = Report()
  report.add("seed", campaign.seed)
  report.add("nodes", campaign.nodes)
  report.add("seconds", seconds, places: 1)
  for phase in outcome.phases { add(phase, to: &report) }
  report.add("goal-delays-p99", campaign.goalDelays, places: 1)
  report.add("digest", text: "\(outcome.digest)")
  report.failure = outcome.failure
  if outcome.failure != nil {
    report.replay =
      "liaison-sim spread --seed \(campaign.seed) --nodes \(campaign.nodes) --degree \(campaign.degree)"
      + " --publishes \(campaign.publishes) --seconds \(campaign.span / 1_000)"
      + (campaign.hasDrawnDelays ? " --drawn-delays" : "")
      + (campaign.hasTrouble ? " --trouble" : "")
  }
  return report.finish(arguments)
}

private func add(_ phase: SpreadCampaign.Phase, to report: inout Report) {
  func add(_ name: String, _ value: Double) {
    report.add("\(phase.name): \(name)", value, places: 2)
  }
  add("copies of a body at a node", phase.copies)
  add("all bytes until all have all, in copies of the entries", phase.totalCopies)
  add("all bytes with what follows in 75 s", phase.totalCopiesInTheEnd)
  add("delivery p50, link delays", phase.p50)
  add("delivery p99, link delays", phase.p99)
  add("last node p99, link delays", phase.slowestP99)
  for (name, bytes) in phase.bytesOfNode {
    report.add("\(phase.name): bytes a node, \(name)", bytes)
  }
}
