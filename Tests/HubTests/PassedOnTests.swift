import Crypto
import Foundation
import HubInterface
import Log
import Testing

@testable import Hub

@Suite("Entries that were passed on (HUB-114, HUB-115, REC-79) and consents (HUB-113)")
struct PassedOnTests {
  private static let leaf = String(repeating: "ab", count: 32)
  private static let key = String(repeating: "cd", count: 32)
  private static let person = Told.person("secret", "Testo Passedon")

  private static func log(_ node: String) -> String { Hex.encode(Told.log(node).id.array) }

  private static func cited(_ node: String = "nl", _ index: Int = 7) -> String {
    #"{"entry":"\#(node)/1/\#(index)","log":"\#(log(node))","index":\#(index),"leaf":"\#(leaf)"}"#
  }

  private static func reshare(
    _ id: String = "pass", by: String = #""by":"own""#, purpose: String = #"["ct"]"#
  ) -> String {
    #"{"type":"reshare","v":1,"id":"\#(id)","basis":"fact","grade":"B2","handling":["H0"],"purpose":\#(purpose),"of":\#(cited()),"key":"\#(key)",\#(by)}"#
  }

  private static func consent(
    of: String = cited(), asker: String = "be", receiver: String = "se",
    until: String = "2023-12-31"
  ) -> String {
    Told.record(
      "consent", "leave",
      #""of":\#(of),"use":"pass-on","asker":{"node":"\#(asker)","log":"\#(log(asker))"},"receiver":{"node":"\#(receiver)","log":"\#(log(receiver))"},"until":"\#(until)""#
    )
  }

  private static let byConsent =
    #""by":"consent","consent":{"log":"\#(log("nl"))","index":3,"leaf":"\#(leaf)"}"#

  /// The daemon opens every entry with the key, as long as a record is given.
  private static func answer(_ host: FactsHost, with record: String?) throws {
    let asks = try host.writer.asks()
    let answers = asks.map { ask in
      guard let record, let candidate = ask.candidates.first, let origin = candidate.origin else {
        return PassedOnAnswer(ask: ask, opened: nil)
      }
      let change = EntryChange(
        log: ask.log, origin: origin, index: ask.place, count: 1,
        readable: ReadableEntry(
          time: 1_700_000_000_007, expiryDay: 0, state: [], record: Array(record.utf8)))
      return PassedOnAnswer(
        ask: ask,
        opened: PassedOnAnswer.Opened(
          candidate: candidate, origin: origin, prepared: PreparedEntry(change)))
    }
    host.index.apply(try host.writer.apply(answers))
  }

  private static func rows(_ host: FactsHost) throws -> [StoredRecord] {
    let facts = try Facts(host.place)
    return try ["nl", "be"].flatMap { node in
      try (0..<20).compactMap { try facts.entry("\(node)/1", Int64($0)) }
    }
  }

  private static func original(_ host: FactsHost) throws -> StoredRecord? {
    try Facts(host.place).entry("nl/1", 7)
  }

  @Test("It is found by name as any other, says who passed it on, and goes with the reshare")
  func shown() throws {
    let facts = try FactsHost()
    try facts.tell([Told.entry("be", 2, Self.reshare(by: Self.byConsent))])
    let ask = try #require(try facts.writer.asks().first)
    #expect(ask.place == 7 && ask.candidates.map(\.via) == ["be/1/2"])
    #expect(ask.candidates.first?.key == Self.key && ask.candidates.first?.leaf == Self.leaf)
    try Self.answer(facts, with: Self.person)
    #expect(try facts.writer.asks().isEmpty)
    let host = try QuestionHost(facts)
    let hit = try #require(try host.search("Testo Passedon").hits.first)
    #expect(hit.found.entry == "nl/1/7" && hit.found.author == "nl")
    #expect(hit.found.marks.contains { $0.hasPrefix("passed on to this node by be/1/2, WITHOUT") })
    try facts.tell([Told.gone("be", 2)])
    try Self.answer(facts, with: Self.person)
    #expect(try Self.original(facts) == nil)
    #expect(try facts.writer.asks().isEmpty)
  }

  @Test("A withdrawal of the entry hides it, and what was not here is asked for when it comes")
  func changes() throws {
    let facts = try FactsHost()
    try facts.tell([Told.entry("be", 2, Self.reshare())])
    try Self.answer(facts, with: nil)
    #expect(try Self.original(facts) == nil)
    // The log grows beyond it: the daemon tells nothing of what its own keys do not open.
    let log = Told.log("nl").id
    let grown = FeedPage(
      changes: [], cursor: FeedCursor(journal: "j", number: 2, next: [log: 8]), isComplete: true)
    try facts.tell([PreparedPage(grown)])
    #expect(try facts.writer.asks().map(\.place) == [7])
    try Self.answer(facts, with: Self.person)
    #expect(try Self.original(facts)?.via == "be/1/2")
    // The body is hidden: told as a run of what is not readable.
    try facts.tell([Told.gone("nl", 5, count: 10)])
    #expect(try facts.writer.asks().map(\.place) == [7])
    try Self.answer(facts, with: nil)
    #expect(try Self.original(facts) == nil)
    // The withdrawal was void: it comes back.
    try facts.tell([Told.gone("nl", 7)])
    try Self.answer(facts, with: Self.person)
    #expect(try Self.original(facts) != nil)
  }

  @Test("What the node's own keys open is held as such, whatever comes first")
  func ownKeys() throws {
    let own = Told.entry("nl", 7, Self.person)
    let passed = Told.entry("be", 2, Self.reshare())
    for order in [[own, passed], [passed, own]] {
      let facts = try FactsHost()
      for change in order {
        try facts.tell([change])
        try Self.answer(facts, with: Self.person)
      }
      #expect(try Self.original(facts)?.via == nil)
      try facts.tell([Told.gone("nl", 7)])
      try Self.answer(facts, with: Self.person)
      #expect(try Self.original(facts)?.via == "be/1/2")
    }
  }

  @Test("An answer to a question that was overtaken settles nothing")
  func overtaken() throws {
    let facts = try FactsHost()
    try facts.tell([Told.entry("be", 2, Self.reshare())])
    let late = try #require(try facts.writer.asks().first)
    try facts.tell([Told.gone("nl", 7)])
    _ = try facts.writer.apply([PassedOnAnswer(ask: late, opened: nil)])
    #expect(try facts.writer.asks().count == 1)
    try facts.reopen()
    #expect(try facts.writer.asks().count == 1)
  }

  @Test("The leave is verified, whichever of consent and reshare comes first")
  func leave() throws {
    let cases: [(String, EntryChange?, String?)] = [
      ("none", nil, "not read here"),
      ("a right one", Told.entry("nl", 3, Self.consent()), nil),
      ("another asker's", Told.entry("nl", 3, Self.consent(asker: "fr")), "another asker"),
      ("another receiver's", Told.entry("nl", 3, Self.consent(receiver: "fr")), "another receiver"),
      (
        "another entry's", Told.entry("nl", 3, Self.consent(of: Self.cited("nl", 8))), "not read"
      ),
      ("one that had ended", Told.entry("nl", 3, Self.consent(until: "2023-11-13")), "had ended"),
      ("at another place", Told.entry("nl", 4, Self.consent()), "not read here"),
    ]
    for (name, consent, problem) in cases {
      for consentFirst in [true, false] {
        let facts = try FactsHost()
        // se is the receiver: this hub is of its node.
        #expect(try facts.writer.belong(to: "se"))
        // The reshare's entry has a later time than the consent's.
        let passed = Told.entry("be", 9, Self.reshare(by: Self.byConsent))
        let changes = consentFirst ? [consent, passed] : [passed, consent]
        for change in changes.compactMap({ $0 }) {
          try facts.tell([change])
          try Self.answer(facts, with: Self.person)
        }
        // An answer is the last word until something changes.
        #expect(try facts.writer.asks().isEmpty, "\(name)")
        let leave = try #require(try Self.original(facts), "\(name)").leave
        #expect(
          problem.map { leave?.contains($0) ?? false } ?? (leave == nil),
          "\(name): \(leave ?? "none")")
      }
    }
  }

  @Test("It is for the purposes that both have; one that its author passes on says so")
  func purposes() throws {
    let facts = try FactsHost()
    try facts.tell([Told.entry("be", 2, Self.reshare(purpose: #"["soc"]"#))])
    try Self.answer(facts, with: Self.person)
    let host = try QuestionHost(facts)
    #expect(try host.search("Testo Passedon").hits.isEmpty)
    #expect(try Self.original(facts)?.leave == "be is not its author")
  }

  @Test("A rebuild and a comparison give the same rows")
  func same() throws {
    let facts = try FactsHost()
    let changes = [
      Told.entry("be", 2, Self.reshare()), Told.entry("nl", 3, Self.consent()),
      Told.entry("nl", 1, Told.person("other", "Other Testo")),
    ]
    try facts.tell(changes)
    try Self.answer(facts, with: Self.person)
    let before = try facts.dump()
    try facts.writer.beginComparison()
    try facts.tell(changes)
    try Self.answer(facts, with: Self.person)
    #expect(try facts.dump() == before)
    try facts.makeAnew()
    try facts.tell(changes.reversed())
    try Self.answer(facts, with: Self.person)
    #expect(try facts.dump() == before)
  }

  @Test("Consents are listed with what makes one not count")
  func consents() throws {
    let host = try QuestionHost([
      Told.entry("nl", 1, Told.person("x", "X Testo")),
      Told.entry("nl", 3, Self.consent(until: "2023-11-20")),
      Told.entry("be", 4, Self.consent()),
    ])
    let all = try host.ask(
      "Consents", ConsentsRequest(look: QuestionHost.look, all: true), as: ConsentsReply.self)
    #expect(all.consents.map(\.why).contains("its term is over"))
    #expect(all.consents.map(\.why).contains("it is not the author's of the entry that it cites"))
    let counting = try host.ask(
      "Consents", ConsentsRequest(look: QuestionHost.look), as: ConsentsReply.self)
    #expect(counting.consents.isEmpty)
    let other = try host.ask(
      "Consents",
      ConsentsRequest(look: QuestionHost.look, log: Self.log("nl"), index: 8, all: true),
      as: ConsentsReply.self)
    #expect(other.consents.isEmpty)
    #expect(throws: HubError.self) {
      try host.answer("Consents", ConsentsRequest(look: QuestionHost.look, index: 8))
    }
  }
}
