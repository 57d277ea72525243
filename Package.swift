// swift-tools-version: 6.2
import PackageDescription

/// One set of flags for every target: language mode 6, strict
/// memory safety, warnings are errors, imports are internal unless said otherwise.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// For pure code, in debug builds, too: unit tests spend most of their time in it (those of the
/// store take a fifth of the processor time that they took without it). No source says `assert`, so
/// nothing goes unchecked.
let optimising: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

/// The floors of the house, lowest first: a target uses its own floor and those below. Each is a
/// folder of `Sources`.
enum Floor: String {
  /// Bytes and keys. Pure.
  case bytes = "Bytes"
  /// Entries, logs and seals. Pure.
  case logs = "Logs"
  /// The state machines: store, channel, replication. Pure: time, disks and random numbers are
  /// arguments.
  case core = "Core"
  /// The machine: loop, files, sockets, the command line.
  case system = "System"
  /// The daemon.
  case node = "Node"
  /// The partners' records, searched and watched.
  case hub = "Hub"
  /// The installed programs; executables are thin.
  case tools = "Tools"
  /// For tests, campaigns and benchmarks alone.
  case trials = "Trials"

  func library(
    _ name: String, _ dependencies: [Target.Dependency], isOptimised: Bool = false
  ) -> Target {
    .target(
      name: name, dependencies: dependencies, path: path(name),
      swiftSettings: isPure || isOptimised ? strict + optimising : strict)
  }

  func tool(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
      name: name, dependencies: dependencies, path: path(name), swiftSettings: strict)
  }

  /// A C library of Debian's, by the name that pkg-config knows.
  func debian(_ name: String, _ pkgConfig: String, _ package: String) -> Target {
    .systemLibrary(
      name: name, path: path(name), pkgConfig: pkgConfig, providers: [.apt([package])])
  }

  func c(_ name: String, exclude: [String] = []) -> Target {
    .target(name: name, path: path(name), exclude: exclude)
  }

  private var isPure: Bool { [.bytes, .logs, .core].contains(self) }

  private func path(_ name: String) -> String { "Sources/\(rawValue)/\(name)" }
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "Liaison",
  products: [
    .executable(name: "liaisond", targets: ["liaisond"]),
    .executable(name: "liaison", targets: ["liaison"]),
    .executable(name: "liaison-audit", targets: ["liaison-audit"]),
    .executable(name: "liaison-hub", targets: ["liaison-hub"]),
    .executable(name: "liaison-bench", targets: ["liaison-bench"]),
    .executable(name: "liaison-sim", targets: ["liaison-sim"]),
  ],
  targets: [
    Floor.bytes.debian("CSodium", "libsodium", "libsodium-dev"),
    Floor.bytes.debian("CNettle", "nettle", "nettle-dev"),
    // Text that people read and edit; what of it a terminal must not get.
    Floor.bytes.library("Text", []),
    // `Crypto` verifies and hashes; `Secrets` is all that holds a secret.
    Floor.bytes.library("Crypto", ["CSodium", "CNettle"]),
    Floor.bytes.library("Secrets", ["Crypto", "CSodium", "Text"]),
    Floor.bytes.library("Wire", ["Crypto"]),
    // Strict JSON: records and messages. Alone, so that whoever reads records can use it.
    Floor.bytes.library("JSON", []),
    // The texts of Protocols/*.varlink, as bytes of the programs that answer with them.
    Floor.bytes.c("CInterfaces"),
    // Messages between processes of one machine: operators' tools, the daemon, the hub.
    Floor.bytes.library("Varlink", ["CInterfaces", "JSON", "Wire"]),

    Floor.logs.library("Log", ["Crypto", "Wire", "Text"]),
    Floor.logs.library("Sealing", ["Log", "Crypto", "Secrets", "Wire", "Text"]),

    Floor.core.library("Store", ["Log", "Crypto", "Wire"]),
    Floor.core.library("Transport", ["Crypto", "Secrets", "Wire"]),
    Floor.core.library("Replication", ["Log", "Crypto", "Wire"]),
    // The store and the core of one node, joined. Its host is a daemon, a campaign or a fuzzer.
    Floor.core.library("Replica", ["Replication", "Store", "Log", "Crypto"]),
    // Which entries may read otherwise than a reader was told.
    Floor.core.library("Readability", ["Store", "Log", "Crypto", "Text", "Wire"]),
    // Who is in which group, by the records that say so.
    Floor.core.library("Groups", ["Log", "Crypto", "JSON"]),

    Floor.system.c("CLinux"),
    Floor.system.c("CProgram"),
    // All system calls.
    Floor.system.library("Runtime", ["CLinux", "Store", "Log", "Crypto", "Text"]),
    Floor.system.library("CommandLine", ["CProgram", "Text"]),

    // The answers of the reader socket, for daemon and hub.
    Floor.node.library("Reading", ["Varlink", "JSON"]),
    // The calls and answers of the anchor socket, for daemon and hub.
    Floor.node.library("Anchoring", ["Varlink"]),
    Floor.node.library(
      "Node",
      [
        "Runtime", "Replica", "Store", "Replication", "Transport", "Groups", "Sealing", "Secrets",
        "Log", "Wire", "Crypto", "JSON", "Varlink", "Text", "Readability", "Reading", "Anchoring",
      ]),

    // The tables that Deploy/tables/generate.py makes, as bytes of the program.
    Floor.hub.c("CNameTables", exclude: ["name_tables.bin"]),
    // The hub's database; no daemon and no auditor links it. `liaison-bench` measures the store
    // against it, too.
    Floor.hub.debian("CSQLite", "sqlite3", "libsqlite3-dev"),
    // The hub's other database, where one machine is not enough.
    Floor.hub.debian("CPostgres", "libpq", "libpq-dev"),
    // Records, and how their identifiers, dates and zones are compared. The daemon knows
    // no type of record.
    Floor.hub.library("Records", ["JSON", "Log", "Crypto"]),
    // How alike two names or two persons are, and why; keys and candidates. Own tables, no ICU, so
    // that no key moves with a library.
    Floor.hub.library("Matching", ["CNameTables", "Records"], isOptimised: true),
    // Lists of passengers as airlines send them, line by line. Whoever reads one brings its bytes.
    Floor.hub.library("PassengerLists", ["Records", "Text"], isOptimised: true),
    Floor.hub.library("SQL", ["CSQLite", "CPostgres"]),
    // The hub's questions and answers.
    Floor.hub.library("HubInterface", ["Varlink", "JSON"]),
    // The knowledge hub: a process of its own, without the node's keys.
    Floor.hub.library(
      "Hub",
      [
        "HubInterface", "Reading", "Anchoring", "Records", "Matching", "SQL", "Varlink", "JSON",
        "Store", "Runtime", "Log", "Secrets", "Crypto", "Wire", "Text",
      ]),

    // No secrets and no network: what an auditor runs reads files and public keys.
    Floor.tools.library("Audit", ["Log", "Wire", "Crypto", "Text"]),
    Floor.tools.tool("liaisond", ["Node", "CommandLine"]),
    Floor.tools.tool(
      "liaison",
      [
        "Node", "CommandLine", "Store", "Runtime", "Records", "Sealing", "Secrets", "Log", "Crypto",
        "Wire", "HubInterface", "JSON", "Varlink", "Text", "PassengerLists",
      ]),
    Floor.tools.tool("liaison-hub", ["Hub", "CommandLine", "Runtime"]),
    Floor.tools.tool("liaison-audit", ["Audit", "Log", "Crypto", "CommandLine", "Text"]),

    // A measure for the store in `liaison-bench`; nothing else may depend on it.
    Floor.trials.debian("CLMDB", "lmdb", "liblmdb-dev"),
    // The fuzzer compares `JSON` with it; no tool depends on it.
    Floor.trials.debian("CJansson", "jansson", "libjansson-dev"),
    // Disks, networks and hostile peers in memory, for tests and for campaigns.
    Floor.trials.library(
      "Simulation",
      [
        "Node", "Replica", "Replication", "Store", "Transport", "Groups", "Sealing", "Secrets",
        "Log", "Crypto", "Wire", "JSON",
      ],
      isOptimised: true),
    // Targets of a fuzzer; no tool that is installed depends on it.
    Floor.trials.library(
      "Fuzzing",
      [
        "Node", "Simulation", "Replica", "Replication", "Store", "Transport", "Groups", "Sealing",
        "Secrets", "Log", "Crypto", "Audit", "JSON", "Records", "Matching", "Hub", "Reading",
        "Readability",
        "Varlink", "PassengerLists", "Text", "CJansson",
      ]),
    Floor.trials.tool("liaison-sim", ["Simulation", "CommandLine", "Text"]),
    Floor.trials.tool(
      "liaison-bench",
      [
        "Node", "Runtime", "Store", "Replication", "Transport", "Sealing", "Secrets", "Log", "Wire",
        "Crypto", "JSON", "Varlink", "Hub", "HubInterface", "SQL", "Matching", "Records",
        "CommandLine", "CNettle", "CSodium", "CSQLite", "CLMDB",
      ]),
    // The fuzzer's targets on inputs that one seed makes: for the test command, never installed.
    Floor.trials.tool("liaison-inputs", ["Fuzzing", "Runtime"]),

    tests("FuzzTests", ["Fuzzing"]),
    tests("TextTests", ["Text"]),
    tests("JSONTests", ["JSON"]),
    tests("ReadingTests", ["Reading", "Varlink", "JSON"]),
    tests("RecordsTests", ["Records", "JSON", "Log", "Crypto"]),
    tests("MatchingTests", ["Matching", "Records"]),
    tests("PassengerListTests", ["PassengerLists", "Records"]),
    tests(
      "HubTests",
      [
        "Hub", "HubInterface", "Anchoring", "Reading", "Records", "SQL", "Varlink", "JSON", "Log",
        "Crypto", "Runtime",
      ]),
    tests("CryptoTests", ["Crypto", "Secrets", "Wire", "Text"]),
    tests("LogTests", ["Log", "Secrets", "Crypto", "Wire", "Text"]),
    tests("SealingTests", ["Sealing", "Secrets", "Log", "Crypto", "Wire"]),
    tests("RuntimeTests", ["Runtime", "Store", "Log", "Crypto", "Text"]),
    tests(
      "SimulationTests", ["Simulation", "Replication", "Store", "Secrets", "Log", "Crypto"]),
    // The promises of the repository about its own text.
    tests("TidyTests", []),
    tests("ReplicaTests", ["Replica", "Simulation", "Store", "Log", "Secrets", "Crypto"]),
    tests("StoreTests", ["Simulation", "Store", "Runtime", "Log", "Secrets", "Crypto"]),
    tests(
      "ReadabilityTests", ["Readability", "Simulation", "Store", "Log", "Crypto"]),
    tests("GroupTests", ["Groups", "Log", "Crypto", "JSON"]),
    tests("TransportTests", ["Transport", "Secrets", "Crypto", "Wire"]),
    tests("ReplicationTests", ["Replication", "Log", "Secrets", "Crypto", "Wire"]),
    tests(
      "AuditTests", ["liaison-audit", "Audit", "Store", "Runtime", "Log", "Secrets", "Crypto"]),
    tests(
      "ToolTests", ["liaison", "HubInterface", "CommandLine", "Varlink", "JSON", "Runtime"]),
    tests(
      "NodeTests",
      [
        "Node", "Fuzzing", "Audit", "Runtime", "Replica", "Store", "Replication", "Transport",
        "Sealing", "Log", "Secrets", "Crypto", "JSON", "Varlink", "Reading", "Anchoring", "Text",
        "CommandLine",
        "liaisond",
        "liaison",
        "liaison-audit",
      ]),
  ]
)

// Its `main` is libFuzzer's, so it links with `--sanitize fuzzer` alone:
// Tests/system/check-fuzz.sh.
if Context.environment["LIAISON_FUZZ"] != nil {
  package.targets.append(Floor.trials.tool("liaison-fuzz", ["Fuzzing"]))
}
