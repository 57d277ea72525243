import CommandLine
import Simulation

extension CampaignCommand {
  static let restore = CampaignCommand(
    "restore", "bring nodes back from older copies, and see that none forks itself unseen",
    details: [
      "In each run some nodes exchange entries on virtual time; one comes back from an older copy of its folder, its token kept, lost "
        + "or rolled back too, or runs twice; random peers can be reached; and in the end everybody wants to publish. There is no "
        + "fork but within the limit that the documentation states, and each of those is counted and proven; no entry is lost "
        + "that a peer stored; every node publishes again; and nobody is accused of what did not happen.",
      "A campaign of \(RestoreCampaign.coveredFrom) runs and more fails also if a case never occurred. A run that fails prints the line "
        + "that replays it.",
    ],
    pieces: .runs(10_000),
    make: { (seed, pieces, _) throws(Failure) in RestoreCampaign(seed: seed, pieces) })
}

extension PieceOptions {
  static func runs(_ fallback: Int) -> PieceOptions {
    PieceOptions(
      many: Option("--runs", "N", summary: "how many runs", fallback: "\(fallback)"),
      one: Option("--run", "R", summary: "this run only, as a failure names it"))
  }
}
