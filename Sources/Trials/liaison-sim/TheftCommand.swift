import CommandLine
import Simulation

extension CampaignCommand {
  static let theft = CampaignCommand(
    "theft", "steal a running key, and see that nothing that was published before is lost by it",
    details: [
      "In each run some nodes exchange entries on virtual time, and withdraw some; a member that turned has the running key of one: it forks that log back, "
        + "withdraws everything and writes a keys entry; links come and go; the operator opens the next epoch. All that hold the same conclude the same, whatever "
        + "the order in which it came, and what the author published is there, undisputed; what the author withdrew is erased seven days later, and nothing else.",
      "A campaign of \(TheftCampaign.coveredFrom) runs and more fails also if a case never occurred. A run that fails prints the line "
        + "that replays it.",
    ],
    pieces: .runs(1_000),
    make: { (seed, pieces, _) throws(Failure) in TheftCampaign(seed: seed, pieces) })
}
