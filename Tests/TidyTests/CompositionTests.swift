import Testing

@Suite("What the architecture says of itself (docs/architecture.md)")
struct CompositionTests {
  private static let sources = Result { try SourceFile.all("Sources") }
  private let sources: [SourceFile]

  init() throws { sources = try CompositionTests.sources.get() }

  /// A campaign on another composition proves another program than the one that ships.
  @Test("Nothing but the replica puts a store and a core together")
  func oneComposition() {
    let makers = sources.filter { file in
      file.code.contains { $0.text.contains("Replicator(") }
    }
    #expect(Set(makers.map(\.target)) == ["Replica"])
    let hosts = Set(
      sources.filter { file in file.code.contains { $0.text.contains(": ReplicaHost") } }
        .map(\.target))
    #expect(hosts == ["Node", "Simulation", "Fuzzing"])
  }

  /// The key of a record opens it for whoever has it.
  @Test("REC-95: whatever has a record's key out of the daemon asks first whether it may leave")
  func waysOut() {
    let ways = sources.filter { file in
      file.path.contains("Sources/Tools/")
        && file.code.contains { $0.text.contains("\"Disclose\"") }
    }
    #expect(
      Set(ways.map { String($0.path.split(separator: "/").last ?? "") })
        == ["ReshareVerb.swift", "EvidenceVerbs.swift"])
    for file in ways {
      let asks = file.code.firstIndex { $0.text.contains("Release.decide(") }
      let takes = file.code.firstIndex { $0.text.contains("\"Disclose\"") }
      #expect(asks ?? .max < takes ?? 0, "\(file.path) takes the key before it asks")
    }
  }

  private static let pure = [
    "Wire", "Log", "JSON", "Text", "Sealing", "Store", "Transport", "Replication", "Replica",
    "Readability", "Groups", "Records", "Matching", "PassengerLists",
  ]

  /// Time, disks, sockets and random numbers are arguments there.
  @Test("Pure modules import nothing that opens, waits or draws", arguments: pure)
  func pureModules(_ target: String) {
    let files = sources.filter { $0.target == target }
    #expect(!files.isEmpty)
    let outside: Set = [
      "Foundation", "FoundationEssentials", "Dispatch", "Glibc", "Runtime", "CLinux",
    ]
    for file in files {
      let found = outside.intersection(file.imports)
      #expect(found.isEmpty, "\(file.path) imports \(found)")
    }
  }

  @Test("Pure modules read no clock and draw no random number", arguments: pure)
  func noClock(_ target: String) {
    let words = [
      "ContinuousClock", "SuspendingClock", "SystemRandomNumberGenerator", ".random(in:",
    ]
    for file in sources where file.target == target {
      for line in file.code {
        #expect(
          !words.contains { line.text.contains($0) }, "\(file.path):\(line.number): \(line.text)")
      }
    }
  }

  private static let floors = [
    "Bytes", "Logs", "Core", "System", "Node", "Hub", "Tools", "Trials",
  ]

  @Test("A target uses its own floor and those below")
  func floorsHold() throws {
    var floorOf: [String: Int] = [:]
    for file in sources {
      let floor = try #require(CompositionTests.floors.firstIndex(of: file.floor), "\(file.path)")
      floorOf[file.target] = floor
    }
    for file in sources {
      let own = try #require(floorOf[file.target])
      for target in file.imports {
        #expect(floorOf[target] ?? 0 <= own, "\(file.path) looks up to \(target)")
      }
    }
  }

  @Test("Each method of the control socket is answered by its table, or by the session itself")
  func methods() throws {
    let interface = try #require(
      try SourceFile.all("Protocols", ".varlink").first { $0.path.hasSuffix("org.liaison.varlink") }
    )
    let declared = interface.lines.filter { $0.hasPrefix("method ") }
      .map { String($0.dropFirst("method ".count).prefix { $0 != "(" }) }
    let table = try #require(sources.first { $0.path.hasSuffix("Node+Methods.swift") })
    let answered = table.lines.compactMap { $0.firstMatch(of: /\.(?:now|later)\("(\w+)"\)/)?.1 }
    #expect(declared.sorted() == (answered.map(String.init) + ["Publish", "Tail"]).sorted())
  }
}
