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

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tool(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
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
    // L0: C libraries.
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),
    .systemLibrary(name: "CNettle", pkgConfig: "nettle", providers: [.apt(["nettle-dev"])]),
    .target(name: "CLinux"),
    .target(name: "CProgram"),
    // The tables that Deploy/tables/generate.py makes, as bytes of the program.
    .target(name: "CNameTables", exclude: ["name_tables.bin"]),
    // The hub's database; no daemon and no auditor links it. `liaison-bench` measures the store against it, too.
    .systemLibrary(
      name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    // What `liaison-bench` measures the store against; nothing else may depend on it.
    .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
    // What the fuzzer compares `JSON` with; no tool depends on it.
    .systemLibrary(
      name: "CJansson", pkgConfig: "jansson", providers: [.apt(["libjansson-dev"])]),

    // L0: text that people read and edit; what of it a terminal must not get.
    library("Text", []),

    // L1: bytes and keys. `Crypto` verifies and hashes; `Secrets` is all that holds a secret.
    library("Crypto", ["CSodium", "CNettle"]),
    library("Secrets", ["Crypto", "CSodium", "Text"]),
    library("Wire", ["Crypto"]),
    // Strict JSON: records and messages. Pure, and alone, so that whoever reads records can use it.
    library("JSON", []),
    // Messages between processes of one machine: operators' tools, the daemon, the hub. Pure but for Codable.
    library("Varlink", ["JSON", "Wire"]),
    // What the reader socket answers, for daemon and hub. Pure but for Codable.
    library("Reading", ["Varlink", "JSON"]),
    // What the anchor socket takes and answers, for daemon and hub.
    library("Anchoring", ["Varlink"]),
    // What one asks the hub, and what it answers.
    library("HubInterface", ["Varlink", "JSON"]),

    // L2: what a log is. Pure.
    library("Log", ["Crypto", "Wire", "Text"]),
    library("Sealing", ["Log", "Crypto", "Secrets", "Wire"]),

    // What records say, and how their identifiers, dates and zones are compared. Pure: the daemon knows no type of record.
    library("Records", ["JSON", "Log"]),

    // How alike two names or two persons are, and why; keys and candidates. Pure: own tables, no ICU, so that no key moves with a library.
    library("Matching", ["CNameTables", "Records"]),

    // Lists of passengers as airlines send them, line by line. Pure: whoever reads one brings its bytes.
    library("PassengerLists", ["Records", "Text"]),

    // L3: sans-I/O parts, and the runtime that does the I/O.
    library("SQL", ["CSQLite"]),
    library("Store", ["Log", "Crypto", "Wire"]),
    library("Transport", ["Crypto", "Secrets", "Wire"]),
    library("Replication", ["Log", "Crypto", "Wire"]),
    library("Runtime", ["CLinux", "Store", "Log", "Crypto", "Text"]),
    // Which entries may read otherwise than a reader was told. Pure.
    library("Readability", ["Store", "Log", "Crypto", "Wire"]),

    // L4: composition.
    library(
      "Node",
      [
        "Runtime", "Store", "Replication", "Transport", "Sealing", "Secrets", "Log", "Wire",
        "Crypto", "JSON", "Varlink", "Text", "Readability", "Reading", "Anchoring",
      ]),
    // The knowledge hub: a process of its own, without the node's keys.
    library(
      "Hub",
      [
        "HubInterface", "Reading", "Anchoring", "Records", "Matching", "SQL", "Varlink", "JSON",
        "Store",
        "Runtime", "Log",
        "Secrets", "Crypto", "Wire", "Text",
      ]),
    // A disk in memory that forgets and fails, for tests and for campaigns.
    library(
      "Simulation", ["Replication", "Store", "Transport", "Secrets", "Log", "Crypto", "Wire"]),
    // What a fuzzer drives; no tool that is installed depends on it.
    library(
      "Fuzzing",
      [
        "Node", "Simulation", "Replication", "Store", "Transport", "Sealing", "Secrets", "Log",
        "Crypto", "Audit", "JSON", "Records", "Matching", "Hub", "Reading", "Readability",
        "Varlink", "PassengerLists", "Text", "CJansson",
      ]),
    library("CommandLine", ["CProgram", "Text"]),
    // No secrets and no network: what an auditor runs reads files and public keys.
    library("Audit", ["Log", "Wire", "Crypto", "Text"]),

    // L5: executables, thin.
    tool("liaisond", ["Node", "CommandLine"]),
    tool(
      "liaison",
      [
        "Node", "CommandLine", "Store", "Runtime", "Records", "Sealing", "Secrets", "Log", "Crypto",
        "Wire", "HubInterface", "JSON", "Varlink", "Text", "PassengerLists",
      ]),
    tool("liaison-hub", ["Hub", "CommandLine", "Runtime"]),
    tool("liaison-audit", ["Audit", "Log", "Crypto", "CommandLine", "Text"]),
    tool(
      "liaison-bench",
      [
        "Node", "Runtime", "Store", "Replication", "Transport", "Sealing", "Secrets", "Log", "Wire",
        "Crypto", "JSON", "Varlink", "Hub", "HubInterface", "SQL", "Matching", "Records",
        "CommandLine",
        "CNettle", "CSodium", "CSQLite", "CLMDB",
      ]),

    tool("liaison-sim", ["Simulation", "CommandLine"]),
    // What a fuzzer drives, on inputs that one seed makes: for the test command, never installed.
    tool("liaison-inputs", ["Fuzzing", "Runtime"]),

    tests("FuzzTests", ["Fuzzing"]),
    tests("TextTests", ["Text"]),
    tests("JSONTests", ["JSON"]),
    tests("ReadingTests", ["Reading", "Varlink", "JSON"]),
    tests("RecordsTests", ["Records", "JSON", "Log"]),
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
    tests("StoreTests", ["Simulation", "Store", "Runtime", "Log", "Secrets", "Crypto"]),
    tests(
      "ReadabilityTests", ["Readability", "Simulation", "Store", "Log", "Crypto"]),
    tests("TransportTests", ["Transport", "Secrets", "Crypto", "Wire"]),
    tests("ReplicationTests", ["Replication", "Log", "Secrets", "Crypto", "Wire"]),
    tests(
      "AuditTests", ["liaison-audit", "Audit", "Store", "Runtime", "Log", "Secrets", "Crypto"]),
    tests(
      "ToolTests", ["liaison", "HubInterface", "CommandLine", "Varlink", "JSON", "Runtime"]),
    tests(
      "NodeTests",
      [
        "Node", "Audit", "Runtime", "Store", "Replication", "Transport", "Sealing", "Log",
        "Secrets", "Crypto", "JSON", "Varlink", "Reading", "Anchoring", "Text", "CommandLine",
        "liaisond",
        "liaison",
        "liaison-audit",
      ]),
  ]
)

// Its `main` is libFuzzer's, so it links with `--sanitize fuzzer` alone: Deploy/check-fuzz.sh.
if Context.environment["LIAISON_FUZZ"] != nil {
  package.targets.append(tool("liaison-fuzz", ["Fuzzing"]))
}
