import CommandLine
import Simulation

/// Carries out one command line, and reports.
struct CampaignRun<Running: Campaign> {
  let campaign: Running
  /// The noun of pieces; nil where there is one.
  let noun: String?
  let arguments: Arguments
  let words: ReplayWords

  func report() throws(Failure) -> Report {
    let bug = try arguments.choice(
      Plant.name, of: "bug", among: Running.bugs + [Plant.each]
    ) { $0 }
    return bug == Plant.each ? reportOnEach() : report(planting: bug)
  }

  private func report(planting bug: String?) -> Report {
    let planted = campaign.planting(bug)
    let (outcome, seconds) = Progress.follow(noun ?? "runs") {
      planted.run(trace: arguments.trace, progress: $0)
    }
    var report = Report()
    report.add("seed", campaign.seed)
    if let noun { report.add(noun, outcome.done) }
    report.add(outcome.totals.figures)
    report.add("seconds", seconds, places: 1)
    if let noun { report.add("\(noun)-a-second", Double(outcome.done) / seconds, places: 1) }
    report.add("digest", text: "\(outcome.digest)")
    report.occurrences = outcome.totals.occurred
    report.missing = outcome.missing
    if let finding = outcome.finding {
      report.failure = finding.text
      report.replay = words.line(planted.alone(finding.piece), arguments, planting: bug)
    }
    return report
  }

  /// Plants every bug, one after the other.
  private func reportOnEach() -> Report {
    var report = Report()
    var failures: [String] = []
    for bug in Running.bugs {
      let (search, _) = Progress.follow("\(noun ?? "runs") with \(bug)") {
        campaign.search(for: bug, progress: $0)
      }
      func line(_ alone: Running) -> String { words.line(alone, arguments, planting: bug) }
      switch search.result {
      case .found(let alone): report.add(bug, text: line(alone))
      case .missed: failures.append("\(bug) was not found")
      case .notAgain(let alone): failures.append("\(line(alone)) does not show \(bug) again")
      case .somethingElse(let alone):
        failures.append("\(line(alone)) finds something without \(bug)")
      }
    }
    if !failures.isEmpty { report.failure = failures.joined(separator: "; ") }
    return report
  }
}
