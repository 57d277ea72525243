import CommandLine
import Text

/// The command line of `liaison-sim`, as a table.
enum Commands {
  static let all: [CampaignCommand] = [.store, .restore, .theft, .network, .spread]

  static let tool = Tool(
    name: "liaison-sim",
    summary: "run the shipped store and replication on simulated disks and virtual time",
    description: [
      "Everything is drawn from one seed: the same seed gives the same inputs, the same disk operations and the same "
        + "outcomes, in every build and on every machine, and the digest that is printed says so. docs/simulator.md tells "
        + "how to read and replay a failure."
    ],
    verbs: all.map(\.verb),
    exits: [
      Tool.Exit(0, "nothing that must not happen happened, and all that should occur did"),
      Tool.Exit(1, "something happened that must not, or something never occurred"),
      Tool.Exit(64, "the command line is wrong"),
      Tool.Exit(74, "the output could not be written"),
    ],
    version: Release.version, seeAlso: ["liaisond(8)", "liaison-audit(1)", "liaison-bench(1)"])
}
