import CommandLine
import Simulation

extension CampaignCommand {
  static let store = CampaignCommand(
    "store", "stop, break and rot a simulated disk under the shipped store, at every effect",
    details: [
      "Work drawn from the seed is done on a disk in memory. Before each of its effects the machine stops, and what was not "
        + "synced is kept, dropped, torn or reordered; calls fail; bits rot; and after each recovery everything that was "
        + "acknowledged must be there, byte for byte, and nothing that was not appended.",
      "A campaign of \(StoreCampaign.coveredFrom) points and more fails also if a kind of fault or a branch never occurred. A point that fails "
        + "prints the line that replays it.",
    ],
    pieces: PieceOptions(
      many: Option("--points", "N", summary: "how many points at least", fallback: "100000"),
      one: Option("--point", "P", summary: "this point only, as a failure names it")),
    make: { (seed, pieces, _) throws(Failure) in StoreCampaign(seed: seed, pieces) })
}
