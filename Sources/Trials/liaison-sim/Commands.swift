import CommandLine
import Simulation
import Text

/// The command line of `liaison-sim`, as a table.
enum Commands {
  static let json = Option("--json", summary: "print one JSON object")
  static let trace = Option("--trace", summary: "print what happens, as text")
  static let seed = Option("--seed", "N", summary: "what everything is drawn from", fallback: "1")

  static let store = Verb(
    "store", "stop, break and rot a simulated disk under the shipped store, at every effect",
    details: [
      "Work drawn from the seed is done on a disk in memory. Before each of its effects the machine stops, and what was not "
        + "synced is kept, dropped, torn or reordered; calls fail; bits rot; and after each recovery everything that was "
        + "acknowledged must be there, byte for byte, and nothing that was not appended.",
      "A campaign of \(StoreCampaign.coveredFrom) points and more fails also if a kind of fault or a branch never occurred. A point that fails "
        + "prints the line that replays it.",
    ],
    options: [
      seed,
      Option("--points", "N", summary: "how many points at least", fallback: "100000"),
      Option("--point", "P", summary: "this point only, as a failure names it"),
      trace,
      Option(
        "--plant", "BUG",
        summary: "plant a bug, which must be found: "
          + PlantedBug.allCases.map(\.rawValue).joined(separator: ", ")),
      json,
    ])

  static let restore = Verb(
    "restore", "bring nodes back from older copies, and see that none forks itself unseen",
    details: [
      "In each run some nodes exchange entries on virtual time; one comes back from an older copy of its folder, its token kept, lost "
        + "or rolled back too, or runs twice; random peers can be reached; and in the end everybody wants to publish. There is no "
        + "fork but within the limit that the documentation states, and each of those is counted and proven; no entry is lost "
        + "that a peer stored; every node publishes again; and nobody is accused of what did not happen.",
      "A campaign of \(RestoreCampaign.coveredFrom) runs and more fails also if a case never occurred. A run that fails prints the line "
        + "that replays it.",
    ],
    options: [
      seed,
      Option("--runs", "N", summary: "how many runs", fallback: "10000"),
      Option("--run", "R", summary: "this run only, as a failure names it"),
      trace,
      json,
    ])

  static let theft = Verb(
    "theft", "steal a running key, and see that nothing that was published before is lost by it",
    details: [
      "In each run some nodes exchange entries on virtual time, and withdraw some; a member that turned has the running key of one: it forks that log back, "
        + "withdraws everything and writes a keys entry; links come and go; the operator opens the next epoch. All that hold the same conclude the same, whatever "
        + "the order in which it came, and what the author published is there, undisputed; what the author withdrew is erased seven days later, and nothing else.",
      "A run that fails prints the line that replays it.",
    ],
    options: [
      seed,
      Option("--runs", "N", summary: "how many runs", fallback: "1000"),
      Option("--run", "R", summary: "this run only, as a failure names it"),
      trace,
      json,
    ])

  static let network = Verb(
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
    options: [
      Option("--seed", "N", summary: "the first run's seed; each has the next", fallback: "1"),
      Option("--seeds", "N", summary: "how many runs", fallback: "300"),
      Option("--nodes", "K", summary: "so many nodes in each run, whatever its seed says"),
      Option(
        "--foe", "KIND",
        summary: "one foe of this kind in each run: "
          + FoeKind.allCases.map(\.name).joined(separator: ", ")),
      trace,
      Option(
        "--plant", "BUG",
        summary: "plant a bug, which must be found: "
          + NetworkBug.allCases.map(\.rawValue).joined(separator: ", ")),
      json,
    ])

  static let spread = Verb(
    "spread", "publish in a random graph of nodes, and see what travels and how long it takes",
    details: [
      "Nodes in a random connected graph run the shipped core and store on virtual time. When the tree of each log is settled, drawn "
        + "authors publish records of 512 bytes. It fails when a node gets more than \(SpreadCampaign.goalCopies) copies of each body, when all bytes of "
        + "transport until everybody has everything are more than \(SpreadCampaign.goalTotalCopies) copies of the entries as they are stored (below "
        + "\(SpreadCampaign.largeNodes) nodes), or when one delivery of a hundred takes longer than 4 link delays (6 in a large graph).",
      "Links have a delay of \(SpreadCampaign.linkMilliseconds) ms, or each one of its own with that mean.",
    ],
    options: [
      seed,
      Option("--nodes", "N", summary: "how many nodes", fallback: "50"),
      Option("--degree", "N", summary: "how many neighbours each has", fallback: "6"),
      Option("--publishes", "N", summary: "how many, instead of 1000, or 80 in a large graph"),
      Option("--seconds", "N", summary: "over how much time", fallback: "10"),
      Option("--drawn-delays", summary: "each link has a delay of its own"),
      Option("--trouble", summary: "links and nodes go down, and then it is measured again"),
      trace,
      json,
    ])

  static let tool = Tool(
    name: "liaison-sim",
    summary: "run the shipped store and replication on simulated disks and virtual time",
    description: [
      "Everything is drawn from one seed: the same seed gives the same inputs, the same disk operations and the same "
        + "outcomes, in every build and on every machine, and the digest that is printed says so. docs/simulator.md tells "
        + "how to read and replay a failure."
    ],
    verbs: [store, restore, theft, network, spread],
    exits: [
      Tool.Exit(0, "nothing that must not happen happened, and all that should occur did"),
      Tool.Exit(1, "something happened that must not, or something never occurred"),
      Tool.Exit(64, "the command line is wrong"),
      Tool.Exit(74, "the output could not be written"),
    ],
    version: Release.version, seeAlso: ["liaisond(8)", "liaison-audit(1)", "liaison-bench(1)"])
}
