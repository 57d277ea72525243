import Foundation
import HubInterface
import Records
import Testing

@testable import Hub
@testable import SQL

/// Records, withdrawals, trips and watches in any order, with kills between any two steps: what
/// stands at the end is a function of records and watches, and no reason was ever told twice.
@Suite("Alerts over kills, from seeds")
struct AlertCampaignTests {
  @Test("HUB-70, HUB-72, HUB-73", arguments: AlertCampaignTests.seeds)
  func story(seed: UInt64) throws {
    var story = try AlertStory(seed: seed)
    for _ in 0..<40 { try story.step() }
    try story.finish()
  }

  /// `LIAISON_ALERT_SEEDS=1-1000` runs others.
  static var seeds: [UInt64] {
    let text = ProcessInfo.processInfo.environment["LIAISON_ALERT_SEEDS"] ?? "1-24"
    let ends = text.split(separator: "-").compactMap { UInt64($0) }
    let range = ends.count == 2 && ends[0] <= ends[1] ? ends[0]...ends[1] : 1...24
    return Array(range) + found
  }

  /// 53: who acted on an alert was told that its record was gone, and not that it was back. 145:
  /// what was closed stood on when its watch had ended, until a rebuild.
  private static let found: [UInt64] = [53, 145]
}

struct AlertStory {
  private var random: FactsTests.Seeded
  private let host: AlertHost
  /// The present contents of each place of a log.
  private var world: [String: [UInt64: String]] = ["nl": [:], "fr": [:], "be": [:]]
  private let seed: UInt64
  private static let names = [
    "Testo Personovic", "Testo Persanovic", "Anderson Otherman", "Testa Personova",
  ]

  init(seed: UInt64) throws {
    random = FactsTests.Seeded(state: seed &* 7_919)
    host = try AlertHost()
    self.seed = seed
    // The story of a seed stays, since pauses have numbers of their own.
    var pauses = FactsTests.Seeded(state: seed)
    host.mustPause = { Bool.random(using: &pauses) }
  }

  private mutating func pick<Element>(_ from: [Element]) -> Element {
    from[Int.random(in: 0..<from.count, using: &random)]
  }

  mutating func step() throws {
    switch Int.random(in: 0..<12, using: &random) {
    case 0:
      _ = try host.watch(
        pick(AlertStory.names), birth: pick([nil, "1987", "1988"]),
        threshold: .review)
    case 1:
      let all = try host.engine.watchRows.all()
      if let watch = all.isEmpty ? nil : pick(all) {
        let change = pick(["pause", "resume", "remove"])
        _ = try? host.engine.change(watch.number, change, by: "testo", isOperator: true)
      }
    case 2: try handle()
    case 3: try host.restart()
    default: try tell()
    }
    host.now += 1_000
    // A kill may come before anything, or only a part, was gone through.
    try host.settle(steps: pick([0, 1, .max]))
    if Bool.random(using: &random) { try host.restart() }
  }

  private mutating func handle() throws {
    let open = try host.rows.filter { $0.state.isOpen }
    guard !open.isEmpty else { return }
    let number = pick(open).number
    switch Int.random(in: 0..<3, using: &random) {
    case 0: _ = try? host.engine.take([number], AlertHost.actor)
    case 1:
      _ = try? host.engine.close(
        [number], AlertHost.actor, outcome: Bool.random(using: &random), reason: "a test")
    default: _ = try? host.engine.reopen([number], AlertHost.actor, reason: "a test")
    }
  }

  private mutating func tell() throws {
    var changes: [EntryChange] = []
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let node = pick(["nl", "fr", "be"])
      let known = world[node]?.keys.sorted() ?? []
      if !known.isEmpty, Int.random(in: 0..<4, using: &random) == 0 {
        let place = pick(known)
        world[node]?[place] = nil
        changes.append(Told.gone(node, place))
      } else {
        let place = (known.last ?? 0) + 1
        let record = record()
        world[node]?[place] = record
        changes.append(Told.entry(node, place, record))
      }
    }
    try host.facts.tell(changes)
  }

  private mutating func record() -> String {
    let id = "p\(Int.random(in: 0..<3, using: &random))"
    if Int.random(in: 0..<3, using: &random) == 0 {
      let person = pick(["nl:p0", "fr:p1", "be:p2"])
      return Told.record(
        "trip", "t\(Int.random(in: 0..<2, using: &random))",
        #""person":["\#(person)"],"legs":[{"service":"XX1","depart":"2026-01-05","status":"\#(pick(["booked", "made"]))"}]"#
      )
    }
    return Told.person(
      id, pick(AlertStory.names), born: pick([nil, "1987-03-02", "1988"]),
      more: pick(["", AlertHost.acting]))
  }

  /// The reasons as text, without numbers and without how far somebody was with it.
  private func reasons(_ host: AlertHost) throws -> Set<String> {
    Set(
      try host.rows.filter(\.stands).map {
        "\($0.watch) \($0.revision) \($0.subject) \($0.band) \($0.points) \($0.entry) \($0.sentence)"
      })
  }

  mutating func finish() throws {
    try host.restart()
    try host.settle()
    let standing = try reasons(host)
    // Each alert that was told stands, or was taken back: told once more than it was taken back, or
    // as often.
    let events = try host.engine.events.events(after: 0, limit: 100_000)
    for row in try host.rows where row.state != .listed {
      let own = events.filter { $0.alert == row.number }
      let told = own.count { $0.kind == .raised || $0.kind == .again }
      let back = own.count { $0.kind == .retracted }
      #expect(own.count { $0.kind == .raised } == 1, "seed \(seed): alert \(row.number)")
      if row.state == .retracted { #expect(told == back, "seed \(seed): alert \(row.number)") }
      if row.state.isOpen { #expect(told == back + 1, "seed \(seed): alert \(row.number)") }
    }
    // A rebuild finds the same, and tells nobody.
    let last = try host.engine.events.last()
    var changes: [EntryChange] = []
    for (node, places) in world.sorted(by: { $0.key < $1.key }) {
      for (place, record) in places.sorted(by: { $0.key < $1.key }) {
        changes.append(Told.entry(node, place, record))
      }
    }
    changes.shuffle(using: &random)
    try host.rebuild(changes)
    let again = try reasons(host)
    let (lost, made) = (standing.subtracting(again), again.subtracting(standing))
    #expect(lost.isEmpty && made.isEmpty, "seed \(seed): a rebuild lost \(lost), made \(made)")
    #expect(try host.engine.events.last() == last, "seed \(seed): a rebuild tells nobody")
    try fresh(standing)
  }

  /// Watches made anew over the same records give the same reasons.
  private func fresh(_ standing: Set<String>) throws {
    let other = try AlertHost()
    for row in try host.engine.watchRows.all() where row.state == .active {
      var numbered = row
      numbered.number = 0
      let made = try other.engine.add(numbered).watch
      #expect(made.revision == row.revision)
    }
    var changes: [EntryChange] = []
    for (node, places) in world {
      for (place, record) in places { changes.append(Told.entry(node, place, record)) }
    }
    try other.tell(changes)
    func matters(_ host: AlertHost) throws -> Set<String> {
      Set(
        try host.rows.filter(\.stands).map {
          let name = try host.engine.watchRows.find($0.watch.number)
          return
            "\(name?.name ?? "") \(name?.birth ?? "") \($0.watch.ref) \($0.subject) \($0.band) \($0.points) \($0.sentence)"
        })
    }
    let (one, two) = (try matters(host), try matters(other))
    // Trips of somebody who was the wrong person are not told.
    let hasDismissed = try host.rows.contains(where: \.isDismissed)
    let lost = two.subtracting(one).filter { !hasDismissed || !$0.contains("travels") }
    let made = one.subtracting(two)
    #expect(lost.isEmpty && made.isEmpty, "seed \(seed): lost \(lost), too many \(made)")
  }
}
