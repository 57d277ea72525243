import CommandLine
import Simulation

extension CampaignCommand {
  static let spread = CampaignCommand(
    "spread", "publish in a random graph of nodes, and see what travels and how long it takes",
    details: [
      "Nodes in a random connected graph run the shipped core and store on virtual time. When the tree of each log is settled, drawn "
        + "authors publish records of 512 bytes. It fails when a node gets more than \(SpreadCampaign.goalCopies) copies of each body, when all bytes of "
        + "transport until everybody has everything are more than \(SpreadCampaign.goalTotalCopies) copies of the entries as they are stored (below "
        + "\(SpreadCampaign.largeNodes) nodes), or when one delivery of a hundred takes longer than 4 link delays (6 in a large graph).",
      "Links have a delay of \(SpreadCampaign.linkMilliseconds) ms, or each one of its own with that mean.",
    ],
    pieces: nil,
    options: [
      Option("--nodes", "N", summary: "how many nodes", fallback: "50"),
      Option("--degree", "N", summary: "how many neighbours each has", fallback: "6"),
      Option("--publishes", "N", summary: "how many, instead of 1000, or 80 in a large graph"),
      Option("--seconds", "N", summary: "over how much time", fallback: "10"),
      Option("--drawn-delays", summary: "each link has a delay of its own"),
      Option("--trouble", summary: "links and nodes go down, and then it is measured again"),
    ],
    make: { (seed, _, arguments) throws(Failure) in
      var campaign = SpreadCampaign(
        seed: seed, nodes: try arguments.number("--nodes", in: 4...500) ?? 50,
        degree: try arguments.number("--degree", in: 2...16) ?? 6)
      guard campaign.degree < campaign.nodes, campaign.degree % 2 == 0 else {
        throw Failure(
          .usage, "--degree must be even, and less than --nodes.",
          hint: "6 is what the goals are for.")
      }
      campaign.publishes =
        try arguments.number("--publishes", in: 1...100_000) ?? campaign.publishes
      campaign.span = UInt64(try arguments.number("--seconds", in: 1...600) ?? 10) * 1_000
      campaign.hasDrawnDelays = arguments.has("--drawn-delays")
      campaign.hasTrouble = arguments.has("--trouble")
      return campaign
    })
}
