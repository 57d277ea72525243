import CommandLine
import Simulation

extension CampaignCommand {
  static let network = CampaignCommand(
    "network",
    "run whole nodes on a network that fails, and see that all have everything in the end",
    details: [
      "Each seed draws nodes, who is linked with whom, foes, and which faults there are: connections that break, clog, or carry nothing in one "
        + "direction; crashes between any two effects; old copies; clocks that jump; disks that fail and rot. While they happen no "
        + "entry that was acknowledged is lost, nothing is announced before it is synced, and nobody honest is accused. Then faults stop, and "
        + "within a budget of time and messages everybody has everything.",
      "A campaign of \(NetworkCampaign.coveredFrom) seeds and more fails also if something never occurred. A seed that fails prints the line "
        + "that replays it.",
    ],
    seed: "the first run's seed; each has the next",
    pieces: PieceOptions(
      many: Option("--seeds", "N", summary: "how many runs", fallback: "300"), one: nil),
    options: [
      Option("--nodes", "K", summary: "so many nodes in each run, whatever its seed says"),
      Option(
        "--foe", "KIND",
        summary: "one foe of this kind in each run: "
          + FoeKind.allCases.map(\.name).joined(separator: ", ")),
    ],
    make: { (seed, pieces, arguments) throws(Failure) in
      var campaign = NetworkCampaign(seed: seed, pieces)
      campaign.nodes = try arguments.number("--nodes", in: 3...500)
      campaign.foe = try arguments.choice(
        "--foe", of: "foe", among: FoeKind.allCases, name: \.name)
      return campaign
    })
}
