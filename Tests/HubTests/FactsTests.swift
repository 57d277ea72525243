import Foundation
import Log
import Records
import Testing

@testable import Hub
@testable import SQL

@Suite("Facts are a function of what can be read (HUB-1, 10 to 12, 20 to 25)")
struct FactsTests {
  /// A generator of its own: the same runs everywhere.
  struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      var x = state
      x ^= x >> 33
      x = x &* 0xff51_afd7_ed55_8ccd
      x ^= x >> 33
      return x
    }
  }

  /// The entries that the daemon can read at a moment, and the changes that led there.
  struct World {
    var readable: [String: EntryChange] = [:]

    static func name(_ change: EntryChange) -> String { "\(change.origin.text)/\(change.index)" }

    mutating func change(_ random: inout Seeded) -> EntryChange {
      let node = ["nl", "be", "fr"][Int.random(in: 0..<3, using: &random)]
      let epoch: UInt32 = Int.random(in: 0..<6, using: &random) == 0 ? 2 : 1
      let index = UInt64.random(in: 1..<24, using: &random)
      if Int.random(in: 0..<4, using: &random) == 0 {
        let gone = Told.gone(
          node, index, count: UInt64.random(in: 1..<4, using: &random), epoch: epoch)
        for at in gone.index..<(gone.index + gone.count) {
          readable["\(gone.origin.text)/\(at)"] = nil
        }
        return gone
      }
      let state: EntryState =
        switch Int.random(in: 0..<12, using: &random) {
        case 0: .disputed
        case 1: .late
        case 2: .malformed
        default: []
        }
      let text =
        state.contains(.malformed) ? "" : World.record(node, &random)
      let change = Told.entry(node, index, text, epoch: epoch, state: state)
      readable[World.name(change)] = change
      return change
    }

    static func record(_ node: String, _ random: inout Seeded) -> String {
      let id = "r\(Int.random(in: 0..<6, using: &random))"
      let other = "be:r\(Int.random(in: 0..<6, using: &random))"
      switch Int.random(in: 0..<7, using: &random) {
      case 0:
        return Told.record(
          "document", id,
          #""documentType":"P","number":"X\#(Int.random(in: 1000..<1010, using: &random))","country":"nl","holder":"\#(other)""#
        )
      case 1:
        return Told.record(
          "document", id,
          #""range":{"from":"AB001","to":"AB099"},"country":"nl","state":"stolen-blank""#)
      case 2:
        return Told.record(
          "link", id, #""subject":"nl:r1","object":"\#(other)","role":"associate""#)
      case 3: return #"{"type":"unheard","v":1,"id":"\#(id)","notes":"words of an unknown type"}"#
      case 4: return #"{"free":"a record without an id \#(Int.random(in: 0..<4, using: &random))"}"#
      case 5:
        return Told.record(
          "identifier", id,
          #""kind":"phone","value":"+31 6 1234567\#(Int.random(in: 0..<9, using: &random))""#)
      default:
        return Told.person(
          id, ["Testo Alpha", "Testa Beta", "محمد علي"][Int.random(in: 0..<3, using: &random)],
          born: "198\(Int.random(in: 0..<9, using: &random))",
          more: #","notes":"meets \#(node) often""#)
      }
    }
  }

  /// `LIAISON_FACTS_SEEDS=FIRST-LAST` searches further (Tests/system/campaign.sh).
  private static let seeds: [UInt64] = {
    let text = ProcessInfo.processInfo.environment["LIAISON_FACTS_SEEDS"] ?? ""
    let ends = text.split(separator: "-").compactMap { UInt64($0) }
    if ends.count == 2, ends[0] <= ends[1] { return Array(ends[0]...ends[1]) }
    return Array(1...60) + found
  }()

  /// Seeds that a campaign found.
  private static let found: [UInt64] = {
    var file = URL(fileURLWithPath: #filePath)
    for _ in 0..<3 { file.deleteLastPathComponent() }
    let path = file.appendingPathComponent("Tests/system/hub-seeds.txt").path
    guard let bytes = FileManager.default.contents(atPath: path) else { return [] }
    var seeds: [UInt64] = []
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let words = line.split(separator: " ")
      if words.count > 1, words[0] == "facts", let seed = UInt64(words[1]) { seeds.append(seed) }
    }
    return seeds
  }()

  @Test("A rebuild gives the same rows, after any order, kills and comparisons", arguments: seeds)
  func sameRows(seed: UInt64) throws {
    var random = Seeded(state: seed)
    var world = World()
    let host = try FactsHost()
    try host.writer.beginComparison()
    for step in 0..<30 {
      var changes: [EntryChange] = []
      for _ in 0..<Int.random(in: 1..<12, using: &random) { changes.append(world.change(&random)) }
      try host.tell(changes, number: UInt64(step))
      if Int.random(in: 0..<8, using: &random) == 0 { try host.reopen() }
      if Int.random(in: 0..<10, using: &random) == 0 {
        // The daemon was restored: some of what it could read it reads no more, and everything is
        // told again.
        for name in world.readable.keys.sorted() where Int.random(in: 0..<5, using: &random) == 0 {
          world.readable[name] = nil
        }
        try host.writer.beginComparison()
        let all = world.readable.keys.sorted().map { world.readable[$0]! }.shuffled(using: &random)
        let half = all.count / 2
        try host.tell(Array(all[..<half]), complete: false)
        if Bool.random(using: &random) { try host.reopen() }
        try host.tell(Array(all[half...]), complete: true)
      }
    }
    let rebuilt = try FactsHost()
    try rebuilt.writer.beginComparison()
    let all = world.readable.keys.sorted().map { world.readable[$0]! }.shuffled(using: &random)
    try rebuilt.tell(all)
    #expect(try host.dump() == rebuilt.dump())
    #expect(host.index.count == rebuilt.index.count)
  }

  @Test("Of versions the highest that stands is current; else the highest of the others")
  func versions() throws {
    let host = try FactsHost()
    try host.tell([
      Told.entry("nl", 1, Told.person("a", "Testo One")),
      Told.entry("nl", 5, Told.person("a", "Testo Two")),
      Told.entry("nl", 9, Told.person("a", "Testo Three"), state: .disputed),
    ])
    #expect(try current(host, "nl:a") == "nl/1/5")
    try host.tell([Told.gone("nl", 5)])
    #expect(try current(host, "nl:a") == "nl/1/1")
    try host.tell([Told.gone("nl", 1)])
    #expect(try current(host, "nl:a") == "nl/1/9")
    try host.tell([Told.entry("nl", 2, Told.person("a", "Testo Four"), epoch: 2)])
    #expect(try current(host, "nl:a") == "nl/2/2")
  }

  private func current(_ host: FactsHost, _ ref: String) throws -> String? {
    try Facts(host.place).current(try #require(.init(ref)))?.entry
  }

  @Test("Two logs of one origin by different keys: which came first decides nothing (HUB-1)")
  func twoKeys() throws {
    let entries = [
      Told.entry("nl", 5, Told.person("a", "Testo One"), key: "x"),
      Told.entry("nl", 5, Told.person("a", "Testo Two"), key: "y"),
    ]
    let orders = try [entries, entries.reversed()].map { order in
      let host = try FactsHost()
      for change in order { try host.tell([change]) }
      let ref = try #require(RecordReference("nl:a"))
      return try #require(try Facts(host.place).current(ref)).record
    }
    #expect(orders[0] == orders[1])
  }

  @Test(
    "A full disk undoes a message whole, and its repetition brings all of it (HUB-10, 13)",
    .enabled(if: TestStorage.isFile))
  func fullDisk() throws {
    let host = try FactsHost()
    try host.tell([Told.entry("nl", 1, Told.person("a", "Testo One"))])
    let before = try host.dump()
    let changes = (10..<400).map {
      Told.entry("nl", $0, Told.person("p\($0)", "Testo Number \($0)"))
    }
    try host.setRoom(pages: 2)
    let error = #expect(throws: SQLError.self) { try host.tell(changes) }
    #expect(error?.kind == .full)
    #expect(try host.dump() == before)
    try host.setRoom(pages: nil)
    try host.tell(changes)
    let other = try FactsHost()
    try other.tell([Told.entry("nl", 1, Told.person("a", "Testo One"))] + changes)
    #expect(try host.dump() == other.dump())
  }

  @Test("Counts are of what is there, and whatever a partner writes there are few")
  func tallies() throws {
    let host = try FactsHost()
    try host.tell([
      Told.entry("nl", 1, Told.person("a", "Testo One")),
      Told.entry("nl", 2, Told.person("a", "Testo Two")),
      Told.entry("be", 1, #"{"type":"unheard","v":1,"id":"x"}"#),
      Told.entry("be", 2, #"{"type":"unheard-too","v":1,"id":"y"}"#),
      Told.entry("be", 3, "", state: .malformed),
    ])
    let statistics = Statistics(try Facts(host.place))
    #expect(try statistics.counts(.all) == ["entries": 5, "current": 4, "marked": 3])
    #expect(try statistics.counts(.author) == ["nl": 2, "be": 3])
    #expect(try statistics.counts(.grade) == ["B2": 2])
    #expect(try statistics.counts(.type)["person"] == 1)
    #expect(try statistics.counts(.type)["unheard"] == nil)
    try host.tell([Told.gone("nl", 1, count: 2), Told.gone("be", 1, count: 3)])
    #expect(try host.dump().isEmpty)
  }

  @Test(
    "Words of what was withdrawn are in no file, once the log was emptied (HUB-25)",
    .enabled(if: TestStorage.isFile))
  func rawBytes() throws {
    let host = try FactsHost()
    let secret = "Zyxwvutsrqponm"
    var changes = (1...200).map {
      Told.entry("nl", $0, Told.person("p\($0)", "Testo Number \($0)"))
    }
    changes.append(
      Told.entry(
        "nl", 500,
        Told.person(
          "s", "Testo \(secret)",
          more: #","notes":"met \#(secret) twice","idNumber":["\#(secret)77"]"#)))
    try host.tell(changes)
    #expect(contains(try host.raw(), secret))
    try host.tell([Told.gone("nl", 500)])
    #expect(try host.emptyLog())
    let raw = try host.raw()
    #expect(!contains(raw, secret))
    #expect(!contains(raw, secret.lowercased()))
    #expect(!contains(raw, secret.uppercased()))
  }

  private func contains(_ bytes: [UInt8], _ text: String) -> Bool {
    Data(bytes).range(of: Data(text.utf8)) != nil
  }

  @Test("A file of another version is made anew")
  func otherVersion() throws {
    let host = try FactsHost()
    try host.tell([Told.entry("nl", 1, Told.person("a", "Testo One"))])
    var versions = FactsHost.versions
    #expect(try FactsTables.open(host.place, versions).isNew == false)
    versions.keys += 1
    #expect(try FactsTables.open(host.place, versions).isNew)
    #expect(try host.dump().isEmpty)
  }

  @Test(
    "HUB-15: what the node has no keys for any more stays, over comparisons, until it is withdrawn")
  func kept() throws {
    let host = try FactsHost()
    let (one, two) = (Told.person("a", "Testo One"), Told.person("b", "Testo Two"))
    try host.tell([Told.entry("nl", 1, one), Told.entry("nl", 2, two)])
    func names() throws -> [Int64] {
      let facts = try Facts(host.place)
      return try [1, 2, 3].filter { try facts.entry("nl/1", $0) != nil }
    }
    func count() throws -> Int64 { try KeptRecords.count(Database(host.place, .reading)) }
    let before = try host.dump()
    // The hub does not get by it what it never had.
    try host.tell([Told.kept("nl", 1, count: 3)])
    #expect(try host.dump() == before && count() == 2)
    try host.writer.beginComparison()
    try host.tell([Told.kept("nl", 1), Told.kept("nl", 2)])
    #expect(try host.dump() == before && names() == [1, 2] && count() == 2)
    var versions = FactsHost.versions
    versions.keys += 1
    for lose in [nil, 1] as [Int64?] {
      #expect(throws: FactsFailure.self) {
        _ = try FactsTables.open(host.place, versions, lose: lose)
      }
    }
    // Keys that came back, from an export.
    try host.tell([Told.entry("nl", 2, two)])
    #expect(try host.dump() == before && count() == 1)
    try host.tell([Told.gone("nl", 1)])
    #expect(try names() == [2] && count() == 0)
    // A comparison forgets what nobody told of, kept or not.
    try host.tell([Told.kept("nl", 2)])
    try host.writer.beginComparison()
    try host.tell([EntryChange]())
    #expect(try names() == [] && count() == 0)
    #expect(try FactsTables.open(host.place, versions).isNew)
  }

  @Test(
    "Text that SQL or a terminal might take amiss is kept as it is",
    arguments: [
      "Robert'); DROP TABLE entry;--", "100% _sure_", "nul \\u0000 inside", "\\u202Eright to left",
      String(repeating: "x", count: 3_000),
    ])
  func hostileText(name: String) throws {
    let host = try FactsHost()
    let text = Told.person(
      "a", name, more: #","idNumber":["\#(name.prefix(200))"],"notes":"\#(name)""#)
    try host.tell([Told.entry("nl", 1, text), Told.entry("nl", 2, Told.person("b", "Testo Two"))])
    let facts = try Facts(host.place)
    #expect(try facts.entry("nl/1", 1)?.record == Array(text.utf8))
    #expect(try facts.entry("nl/1", 2) != nil)
  }
}
