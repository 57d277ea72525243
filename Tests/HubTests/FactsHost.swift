import Crypto
import Foundation
import Log

@testable import Hub
@testable import SQL

/// A hub's facts in a folder of its own, told page by page.
final class FactsHost {
  let tables: TestStorage
  let place: SQLPlace
  var folder: String { tables.folder }
  private(set) var writer: FactsWriter
  private(set) var index = NameIndex()
  private var database: Database

  init() throws {
    tables = try TestStorage()
    place = tables.storage.facts
    database = try FactsTables.open(place, FactsHost.versions).database
    writer = try FactsWriter(database)
  }

  static let versions = HubHost.versions

  /// Opens the tables as after a kill: committed rows are there.
  func reopen() throws {
    database = try FactsTables.open(place, FactsHost.versions).database
    writer = try FactsWriter(database)
    index = try Facts(place).loadIndex()
  }

  /// As after a rebuild began.
  func makeAnew() throws {
    try place.remove()
    database = try FactsTables.open(place, FactsHost.versions).database
    writer = try FactsWriter(database)
    index = NameIndex()
  }

  func tell(_ changes: [EntryChange], complete: Bool = true, number: UInt64 = 1) throws {
    let page = FeedPage(
      changes: changes, cursor: FeedCursor(journal: "j", number: number, next: [:]),
      isComplete: complete)
    try tell([PreparedPage(page)])
  }

  /// In one transaction.
  func tell(_ pages: [PreparedPage]) throws { index.apply(try writer.apply(pages)) }

  /// All rows, with entries by their names instead of their numbers: what a rebuild must give again
  /// (HUB-1).
  func dump() throws -> [String] {
    let reader = try Database(place, .reading)
    let entry =
      "(SELECT l.origin || '/' || e.place FROM entry e JOIN log l ON l.number = e.log WHERE e.number = t.entry)"
    let queries = [
      "SELECT 'entry', l.origin || '/' || e.place, node, epoch, e.id, type, time, expiry, state, purposes, problems, current, record FROM entry e JOIN log l ON l.number = e.log",
      "SELECT 'selector', kind, value, \(entry) FROM selector t",
      "SELECT 'range', series, digits, low, high, \(entry) FROM range t",
      "SELECT 'reference', target, field, \(entry) FROM reference t",
      "SELECT 'word', word, \(entry) FROM word t",
      "SELECT 'tally', kind, name, count FROM tally",
      "SELECT 'keys', \(entry), keys, fields, flags FROM keys t",
      "SELECT 'audience', members FROM audience",
      "SELECT 'sealed', l.origin || '/' || e.place, a.members FROM entry e JOIN log l ON l.number = e.log JOIN audience a ON a.number = e.audience",
      "SELECT 'gone', l.origin || '/' || g.place, g.time, g.expiry, g.state, g.expired, a.members FROM gone g JOIN log l ON l.number = g.log JOIN audience a ON a.number = g.audience",
      "SELECT 'contribution', a.members, l.origin, c.quarter, c.expiry, c.what, c.correction, c.count FROM contribution c JOIN log l ON l.number = c.log JOIN audience a ON a.number = c.audience",
    ]
    var rows: [String] = []
    for query in queries {
      try reader.prepare(query).each { row throws(SQLError) in
        rows.append(row.values.map(\.words).joined(separator: "|"))
        return true
      }
    }
    return rows.sorted()
  }

  /// Bytes of all files of the database.
  func raw() throws -> [UInt8] {
    var bytes: [UInt8] = []
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      bytes += try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
    }
    return bytes
  }

  func emptyLog() throws -> Bool { try database.empty() }

  /// A disk that is full: the file takes so many pages more; nil: as many as it wants.
  func setRoom(pages: Int?) throws {
    var count = 0
    try database.prepare("PRAGMA page_count").each { row throws(SQLError) in
      count = Int(row.integer(0))
      return false
    }
    try database.execute("PRAGMA max_page_count=\(pages.map { count + $0 } ?? 1_073_741_823)")
  }
}

extension SQLValue {
  fileprivate var words: String {
    switch self {
    case .null: "nothing"
    case .integer(let number): "\(number)"
    case .text(let text): text
    case .blob(let bytes): Hex.encode(bytes)
    }
  }
}

/// Entries as a daemon would tell them.
enum Told {
  /// - Parameter key: another one makes another log of the same origin.
  static func log(
    _ node: String, _ epoch: UInt32 = 1, key: String = ""
  ) -> (id: LogID, origin: Origin) {
    guard let name = try? NodeName(node) else { preconditionFailure("\(node) is no name") }
    let origin = Origin(name: name, epoch: epoch)
    return (LogID(SHA256.hash(Array((origin.text + key).utf8)).bytes), origin)
  }

  static func entry(
    _ node: String, _ index: UInt64, _ record: String, epoch: UInt32 = 1, state: EntryState = [],
    expiryDay: Int = 0, key: String = ""
  ) -> EntryChange {
    let log = log(node, epoch, key: key)
    return EntryChange(
      log: log.id, origin: log.origin, index: index, count: 1,
      readable: ReadableEntry(
        time: 1_700_000_000_000 + index, expiryDay: expiryDay, state: state,
        record: Array(record.utf8)))
  }

  static func gone(_ node: String, _ index: UInt64, count: UInt64 = 1, epoch: UInt32 = 1)
    -> EntryChange
  {
    let log = log(node, epoch)
    return EntryChange(
      log: log.id, origin: log.origin, index: index, count: count, readable: nil)
  }

  /// The node destroyed its keys for them.
  static func kept(_ node: String, _ index: UInt64, count: UInt64 = 1) -> EntryChange {
    let log = log(node)
    return EntryChange(
      log: log.id, origin: log.origin, index: index, count: count, readable: nil, isKept: true)
  }

  /// A person by the rules.
  static func person(
    _ id: String, _ name: String, born: String? = nil, purpose: String = "ct", more: String = ""
  ) -> String {
    let birth = born.map { #","birthDate":["\#($0)"]"# } ?? ""
    return
      #"{"type":"person","v":1,"id":"\#(id)","basis":"fact","grade":"B2","handling":["H0"],"purpose":["\#(purpose)"],"category":"suspect","name":[{"full":"\#(name)","kind":"primary"}]\#(birth)\#(more)}"#
  }

  static func record(_ type: String, _ id: String, _ fields: String) -> String {
    #"{"type":"\#(type)","v":1,"id":"\#(id)","basis":"fact","grade":"B2","handling":["H0"],"purpose":["ct"],\#(fields)}"#
  }
}
