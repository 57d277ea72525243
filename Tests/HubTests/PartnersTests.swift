import Foundation
import HubInterface
import Records
import Testing

@testable import Hub

/// One entry as every hub is told of it that can open it.
private struct Given {
  var node: String
  var index: UInt64
  /// The author among them.
  var members: [String]
  var record: String
  /// Unix milliseconds.
  var time: UInt64
  var state: EntryState = []
  var expiryDay = 0
  /// Its author withdrew it.
  var isGone = false

  /// - Parameter isGone: as it is told now.
  func change(isGone: Bool) -> EntryChange {
    let log = Told.log(node)
    let grant = self.grant.place.index
    var change = EntryChange(
      log: log.id, origin: log.origin, index: index, count: 1,
      readable: isGone
        ? nil
        : ReadableEntry(
          time: time, expiryDay: expiryDay, state: state, record: Array(record.utf8), grant: grant))
    if isGone {
      change.gone = GoneEntry(
        time: time, expiryDay: expiryDay, state: state, isExpired: false, grant: grant)
    }
    return change
  }

  /// Grants stand far above what is told here, one for each set of members.
  var grant: SealedGrant {
    let names = members.sorted()
    let index = names.reduce(1_000_000) { $0 * 31 + UInt64($1.utf8.first ?? 0) }
    return SealedGrant(
      place: GrantPlace(log: Told.log(node).id, index: index), members: names)
  }
}

/// A node's hub in a world of entries.
private final class PartnerHub {
  let node: String
  let facts: FactsHost
  private var host: QuestionHost?

  init(_ node: String) throws {
    self.node = node
    facts = try FactsHost()
  }

  func tell(_ changes: [EntryChange], _ given: [Given]) throws {
    host = nil
    let grants = Set(given.map(\.grant)).sorted { $0.place.index < $1.place.index }
    try facts.tell([
      PreparedPage(
        FeedPage(
          changes: changes, cursor: FeedCursor(journal: "j", number: 1, next: [:]),
          isComplete: true, grants: grants))
    ])
  }

  func tell(_ given: [Given]) throws {
    try tell(given.map { $0.change(isGone: $0.isGone) }, given)
  }

  func ask(
    with: String? = nil, quarter: String? = nil, entries: Bool? = nil, after: String? = nil
  ) throws -> PartnersReply {
    let host = try self.host ?? QuestionHost(facts)
    self.host = host
    host.service.progress.node = node
    return try host.ask(
      "Partners",
      PartnersRequest(
        look: QuestionHost.look, with: with, quarter: quarter, entries: entries, after: after))
  }

  func entries(with partner: String, in quarter: String) throws -> [CountedEntry] {
    var found: [CountedEntry] = []
    var after: String?
    repeat {
      let reply = try ask(with: partner, quarter: quarter, entries: true, after: after)
      found += reply.entries
      after = reply.next
    } while after != nil
    return found
  }
}

@Suite("Partners (HUB-116, HUB-117, HUB-118, HUB-119, HUB-120, HUB-121)")
struct PartnersTests {
  /// 1 October 2023: the quarter in which most is said.
  private static let start: UInt64 = 1_696_118_400_000
  private static let hour: UInt64 = 3_600_000
  private static let quarter = "2023Q4"

  private static func person(_ id: String, more: String = "") -> String {
    Told.person(id, "Testo Person", more: more)
  }

  private static func given(
    _ node: String, _ index: UInt64, to: [String], _ record: String, at hours: UInt64 = 1,
    gone: Bool = false, state: EntryState = [], expiryDay: Int = 0
  ) -> Given {
    Given(
      node: node, index: index, members: [node] + to, record: record,
      time: start + hours * hour, state: state, expiryDay: expiryDay, isGone: gone)
  }

  private static func request(_ id: String, to: String, more: String = "") -> String {
    Told.record(
      "rfi", id,
      #""to":[\#(to)],"subject":["nl:someone"],"question":"Known?","justification":"A test.""#
        + more)
  }

  private static func answer(
    _ id: String, to: String, result: String = "hit", final: Bool = true
  ) -> String {
    Told.record(
      "answer", id, #""rfi":"\#(to)","number":1,"final":\#(final),"result":"\#(result)""#)
  }

  private static let change = #","change":{"fields":["notes"],"reason":"a test"}"#

  @Test("What was sealed to both counts, by type; the rest counts for nobody")
  func counts() throws {
    let hub = try PartnerHub("nl")
    try hub.tell([
      Self.given("nl", 1, to: ["be"], Self.person("a")),
      Self.given("nl", 2, to: ["be", "fr"], Self.person("b", more: Self.change)),
      Self.given("nl", 3, to: ["fr"], Self.person("c")),
      Self.given("be", 1, to: ["nl"], Told.record("unheard", "x", #""a":1"#)),
      Self.given("be", 2, to: ["nl"], "", state: .malformed),
      Self.given("be", 3, to: ["nl"], Self.person("d"), state: .disputed),
      Self.given("be", 4, to: ["nl"], Self.person("e"), state: .late),
      Self.given("be", 5, to: ["nl"], Self.person("f"), gone: true),
      Self.given("be", 6, to: ["nl"], Self.person("g"), expiryDay: 19_700),
      // By history: nl is no member.
      Self.given("be", 7, to: ["fr"], Self.person("h")),
    ])
    let pairs = try hub.ask(with: "be").pairs
    #expect(pairs.map(\.quarter) == [Self.quarter])
    let sides = try #require(pairs.first?.sides)
    #expect(sides.map(\.author) == ["be", "nl"])
    #expect(sides[0].records == ["other": 1, "malformed": 1])
    #expect(sides[0].withdrawn == 1 && sides[0].expired == 1)
    #expect(sides[1].records == ["person": 2] && sides[1].corrections == 1)
    let all = try hub.ask().pairs
    #expect(all.map { $0.sides.map(\.author) } == [["be", "nl"], ["fr", "nl"]])
    #expect(all[1].sides[1].records == ["person": 2] && all[1].sides[0].records.isEmpty)
    #expect(try hub.ask(with: "se").pairs.isEmpty)
    #expect(try hub.ask(with: "be", quarter: "2023Q3").pairs.isEmpty)
  }

  @Test("Requests by state, with the lower median of those that were answered")
  func requests() throws {
    let urgency = #","urgency":"8h""#
    let hub = try PartnerHub("nl")
    func ask(_ id: String, _ index: UInt64, more: String = urgency, at: UInt64 = 1) -> Given {
      Self.given("nl", index, to: ["be"], Self.request(id, to: #""be""#, more: more), at: at)
    }
    func answer(
      _ id: String, _ index: UInt64, at: UInt64, result: String = "hit", final: Bool = true
    ) -> Given {
      Self.given(
        "be", index, to: ["nl"],
        Self.answer("a-\(id)-\(index)", to: "nl:\(id)", result: result, final: final), at: at)
    }
    try hub.tell([
      ask("one", 1), answer("one", 1, at: 3), ask("two", 2), answer("two", 2, at: 5),
      ask("late", 3), answer("late", 3, at: 12), ask("no", 4),
      answer("no", 4, at: 2, result: "refused"), ask("over", 5),
      answer("over", 5, at: 2, final: false), ask("open", 6, more: ""),
      ask("shut", 7),
      ask("shut", 8, more: urgency + #","state":"closed""# + Self.change, at: 2),
      // A third node was asked, and nothing of it is for this pair.
      Self.given("nl", 9, to: ["fr"], Self.request("fr", to: #""fr""#)),
      // To be, and never asked.
      Self.given("nl", 10, to: ["be", "fr"], Self.request("both", to: #""fr""#)),
    ])
    let side = try #require(try hub.ask(with: "be").pairs.first?.sides[1])
    #expect(side.author == "nl")
    let counts = side.requests
    #expect(counts.asked == 7 && counts.inTime == 2 && counts.late == 1 && counts.refused == 1)
    #expect(counts.overdue == 1 && counts.open == 1 && counts.closed == 1)
    #expect(counts.medianMilliseconds == Int(4 * Self.hour))
  }

  @Test("Versions and parts that are not for both say nothing of a request")
  func shared() throws {
    func version(
      _ author: String, _ place: Int64, _ members: Set<String>, _ record: String
    ) -> ExchangedVersion {
      let read = SharedRecord.read(Array(record.utf8))
      return ExchangedVersion(
        author: author, order: EntryOrder(epoch: 1, place: place),
        time: Int64(Self.start) + place, id: read.id?.text ?? "", members: members,
        body: read.body)
    }
    let asked = Self.request("ask", to: #""be","fr""#)
    let both: Set = ["nl", "be"]
    let requests = PairRequests(asker: "nl", asked: "be", now: Int64(Self.start))
    let shared = [
      version("nl", 5, both, asked), version("be", 9, both, Self.answer("a", to: "nl:ask")),
    ]
    let wanted = requests.outcomes(shared)
    #expect(wanted.map(\.milliseconds) == [4] && wanted.map(\.state) == [.inTime])
    let others = [
      version("nl", 1, ["nl", "fr"], asked),
      version("be", 6, ["be", "fr"], Self.answer("b", to: "nl:ask", result: "refused")),
      version("nl", 7, ["nl", "fr"], Self.request("other", to: #""be""#)),
      version("fr", 6, ["nl", "be", "fr"], Self.answer("c", to: "nl:ask")),
    ]
    #expect(requests.outcomes(others + shared) == wanted)
    #expect(requests.outcomes(shared.reversed() + others) == wanted)
    #expect(PairRequests(asker: "be", asked: "nl", now: 0).outcomes(shared).isEmpty)
  }

  @Test("A quarter is by UTC, and its entries are listed by time, page after page")
  func pages() throws {
    let hub = try PartnerHub("nl")
    let edge: UInt64 = 1_704_067_200_000
    var given: [Given] = []
    for index in 0..<2_500 as Range<UInt64> {
      given.append(
        Given(
          node: index % 2 == 0 ? "nl" : "be", index: index, members: ["nl", "be"],
          record: Self.person("p\(index)"), time: edge - 1 - index / 10, isGone: index % 7 == 0))
    }
    given.append(Self.given("nl", 9_000, to: ["be"], Self.person("next")))
    given[given.count - 1].time = edge
    try hub.tell(given)
    #expect(try hub.ask(with: "be").pairs.map(\.quarter) == ["2024Q1", "2023Q4"])
    let entries = try hub.entries(with: "be", in: "2023Q4")
    #expect(entries.count == 2_500 && Set(entries).count == 2_500)
    #expect(entries.map(\.time) == entries.map(\.time).sorted())
    #expect(entries.count { $0.counted == "withdrawn" } == 358)
    #expect(throws: HubError.self) { try hub.ask(with: "be", entries: true) }
    #expect(throws: HubError.self) { try hub.ask(with: "nl") }
    #expect(throws: HubError.self) { try hub.ask(quarter: "2023Q5") }
    #expect(throws: HubError.self) {
      try hub.ask(with: "be", quarter: "2023Q4", entries: true, after: "x")
    }
  }

  @Test("An entry of another purpose counts, and is not listed")
  func purposes() throws {
    let hub = try PartnerHub("nl")
    try hub.tell([
      Self.given("nl", 1, to: ["be"], Told.person("a", "Testo", purpose: "soc")),
      Self.given("nl", 2, to: ["be"], Self.person("b")),
    ])
    let reply = try hub.ask(with: "be", quarter: Self.quarter, entries: true)
    #expect(reply.pairs.first?.sides[1].records == ["person": 2])
    #expect(reply.entries.map(\.entry) == ["nl/1/2"])
    #expect(reply.account.hidden == 1 && reply.account.hiddenFrom == ["nl"])
  }

  @Test("What is left of a record that went are numbers and times; a rebuild gives the same rows")
  func gone() throws {
    var given = [
      Self.given("be", 1, to: ["nl"], Self.person("a")),
      Self.given("be", 2, to: ["nl", "fr"], Self.person("b")),
    ]
    let hub = try PartnerHub("nl")
    try hub.tell(given)
    given[0].isGone = true
    try hub.tell(given)
    let fresh = try PartnerHub("nl")
    try fresh.tell(given)
    #expect(try hub.facts.dump() == fresh.facts.dump())
    #expect(try hub.ask().pairs == fresh.ask().pairs)
    // Both in one page, as when a withdrawal becomes void at once.
    let once = try PartnerHub("nl")
    let standing = given.map { $0.change(isGone: false) }
    try once.tell(given.map { $0.change(isGone: $0.isGone) } + standing, given)
    let stood = try PartnerHub("nl")
    try stood.tell(standing, given)
    #expect(try once.facts.dump() == stood.facts.dump())
    // It comes back, and is gone for good: nothing is told of it any more.
    given[0].isGone = false
    try hub.tell(given)
    #expect(try hub.ask(with: "be").pairs.first?.sides[0].records == ["person": 2])
    given[0].isGone = true
    try hub.tell(given)
    try hub.facts.writer.beginComparison()
    try hub.tell([given[1]])
    let rest = try PartnerHub("nl")
    try rest.tell([given[1]])
    #expect(try hub.facts.dump() == rest.facts.dump())
  }

  @Test("Statistics are equal for both of a pair, in random worlds", arguments: 0..<20)
  func equal(_ seed: UInt64) throws {
    var random = FactsTests.Seeded(state: seed)
    let nodes = ["nl", "be", "fr", "se"]
    let world = World(nodes, &random).given
    var hubs: [String: PartnerHub] = [:]
    func tossed() -> Bool { Int.random(in: 0..<2, using: &random) == 0 }
    for node in nodes {
      let hub = try PartnerHub(node)
      let mine = world.filter { $0.members.contains(node) }.shuffled(using: &random)
      // Some are told while they stand, and what another opens by history comes in between.
      let early = mine.filter { _ in tossed() }
      try hub.tell(early.map { $0.change(isGone: false) }, early)
      let others = world.filter {
        !$0.members.contains(node) && !$0.isGone && Int.random(in: 0..<3, using: &random) == 0
      }
      try hub.tell((mine + others).shuffled(using: &random))
      hubs[node] = hub
    }
    for (a, b) in [("nl", "be"), ("be", "fr"), ("nl", "se"), ("fr", "se")] {
      let (one, other) = (try #require(hubs[a]), try #require(hubs[b]))
      let pairs = try one.ask(with: b).pairs
      #expect(try other.ask(with: a).pairs == pairs, "seed \(seed), \(a) and \(b)")
      #expect(!pairs.isEmpty)
      for pair in pairs {
        let entries = try one.entries(with: b, in: pair.quarter)
        #expect(try other.entries(with: a, in: pair.quarter) == entries)
        let records = pair.sides.reduce(0) { sum, side in
          sum + side.records.values.reduce(0, +) + side.withdrawn + side.expired
        }
        #expect(records == entries.count, "seed \(seed), \(a) and \(b), \(pair.quarter)")
      }
      #expect(try one.ask().pairs.filter { $0.sides.contains { $0.author == b } } == pairs)
    }
  }
}

/// Entries of some nodes: records, corrections, requests and answers, for random audiences.
private struct World {
  var given: [Given] = []

  init(_ nodes: [String], _ random: inout FactsTests.Seeded) {
    for index in 0..<160 {
      let node = nodes.randomElement(using: &random) ?? ""
      let others = nodes.filter { $0 != node && Int.random(in: 0..<3, using: &random) > 0 }
      let states: [EntryState] = [[], [], [], [], [], .disputed, .late, .malformed]
      let state = states.randomElement(using: &random) ?? []
      given.append(
        Given(
          node: node, index: UInt64(index), members: [node] + others,
          record: state.contains(.malformed) ? "" : World.record(node, others, &random),
          time: 1_690_000_000_000 + UInt64.random(in: 0..<20_000_000_000, using: &random),
          state: state, expiryDay: [0, 0, 0, 19_800, 90_000].randomElement(using: &random) ?? 0,
          isGone: Int.random(in: 0..<6, using: &random) == 0))
    }
  }

  /// Ids are few, so that there are versions for other audiences than the ones before.
  private static func record(
    _ node: String, _ others: [String], _ random: inout FactsTests.Seeded
  ) -> String {
    let id = "r\(Int.random(in: 0..<6, using: &random))"
    let change = Bool.random(using: &random) ? #","change":{"fields":["a"],"reason":"b"}"# : ""
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return Told.person("p" + id, "Testo Person", more: change)
    case 1, 2:
      let to = (others.isEmpty ? ["be"] : others).map { "\"\($0)\"" }.joined(separator: ",")
      let state = Int.random(in: 0..<5, using: &random) == 0 ? #","state":"closed""# : ""
      return Told.record(
        "rfi", id,
        #""to":[\#(to)],"subject":["nl:x"],"question":"?","justification":"A test.","urgency":"7d""#
          + state + change)
    default:
      let author = (others + ["nl"]).randomElement(using: &random) ?? ""
      let result = ["hit", "no-hit", "refused"].randomElement(using: &random) ?? ""
      return Told.record(
        "answer", "a" + id,
        #""rfi":"\#(author):\#(id)","number":1,"final":\#(Bool.random(using: &random)),"result":"\#(result)""#
          + change)
    }
  }
}
