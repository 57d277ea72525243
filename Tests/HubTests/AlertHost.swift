import Foundation
import HubInterface
import Records
import Runtime

@testable import Hub
@testable import SQL

/// A hub's alerts without its threads: facts are told, and what changed is gone through when the
/// test says.
final class AlertHost {
  static let node = "be"

  let facts: FactsHost
  private let key: AlertKey
  private(set) var engine: AlertEngine
  /// Unix milliseconds; entries are of 2023.
  var now: Int64 = 1_700_000_000_000
  var duty = Duty()
  /// As `AlertEngine.mustPause`, over restarts.
  var mustPause: () -> Bool = { false }

  /// - Parameter first: what was there when the hub was new.
  init(before first: [EntryChange] = []) throws {
    facts = try FactsHost()
    _ = try facts.writer.belong(to: AlertHost.node)
    _ = try Desk(facts.tables.storage.desk)
    key = try AlertKey.load(facts.folder + "/alerts.key")
    try facts.tell(first)
    engine = try AlertEngine(facts.tables.storage, index: facts.index.shared, key: key)
    try settle()
  }

  var storage: HubStorage { facts.tables.storage }

  /// Restarts as after a kill: committed rows are there.
  func restart() throws {
    try facts.reopen()
    engine = try AlertEngine(facts.tables.storage, index: facts.index.shared, key: key)
  }

  /// The facts are made anew, and told this.
  func rebuild(_ changes: [EntryChange]) throws {
    try facts.makeAnew()
    _ = try facts.writer.belong(to: AlertHost.node)
    engine = try AlertEngine(facts.tables.storage, index: facts.index.shared, key: key)
    try facts.tell(changes)
    try settle()
  }

  func tell(_ changes: [EntryChange]) throws {
    try facts.tell(changes)
    try settle()
  }

  /// - Parameter steps: at most so many.
  func settle(steps: Int = .max) throws {
    engine.now = now
    engine.duty = duty
    engine.mustPause = mustPause
    var left = steps
    while left > 0, try engine.step(through: try engine.facts.lastTouched()) { left -= 1 }
  }

  func watch(
    _ name: String? = nil, birth: String? = nil, document: String? = nil, phone: String? = nil,
    threshold: Band = .review, purpose: Purpose = .ct, until: Int64 = 25_000
  ) throws -> AlertEngine.Fits {
    engine.now = now
    return try engine.add(
      WatchRow(
        name: name, birth: birth, document: document, phone: phone, threshold: threshold,
        until: until, purpose: purpose, reason: "a test", user: "testo", time: now))
  }

  var rows: [AlertRow] {
    get throws { try AlertRows.all(engine.database.prepare(AlertRows.columns + "ORDER BY number")) }
  }
  var standing: [AlertRow] { get throws { try rows.filter { $0.stands && $0.state != .listed } } }
  func news(after number: Int64 = 0) throws -> [AlertNews] {
    try engine.events.events(after: number, limit: 10_000).map(\.kind)
  }

  func screen(
    _ passengers: [ScreenPassenger], purpose: Purpose = .ct, names: Bool = false
  ) throws -> ScreenedPart {
    let work = ScreeningPool.Work(
      passengers: passengers,
      look: CheckedLook(user: "testo", purpose: purpose, reason: "a test", caseNumber: nil),
      index: facts.index.shared, key: key, namesAlone: names)
    return try ScreeningPool.screen(passengers, work, facts.place).get()
  }

  /// A whole list in one part.
  func list(
    _ flight: String?, _ passengers: [ScreenPassenger]
  ) throws -> (number: Int64, part: ScreenedPart) {
    let look = CheckedLook(user: "testo", purpose: .ct, reason: "a test", caseNumber: nil)
    let number = try engine.begin(flight, look)
    return (number, try engine.keep(screen(passengers), of: number, user: "testo"))
  }

  /// All bytes of a database and of what is beside it.
  func raw(_ file: String) throws -> String {
    var text = ""
    for name in try FileManager.default.contentsOfDirectory(atPath: facts.folder)
    where name.hasPrefix(file) {
      text += String(
        decoding: try Data(contentsOf: URL(fileURLWithPath: facts.folder + "/" + name)),
        as: UTF8.self)
    }
    return text
  }

  static let actor = AlertEngine.Actor(user: "testo", purposes: 31)
  static let second = AlertEngine.Actor(user: "other", purposes: 31)
  static let acting = #","onHit":{"action":"arrest","contact":{"phone":"+31000000000"}}"#
}
