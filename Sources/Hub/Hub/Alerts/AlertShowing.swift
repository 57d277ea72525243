internal import HubInterface
internal import Records
internal import SQL
internal import Varlink

/// Alerts as they are answered: with their records, as far as these are there.
struct AlertShowing {
  let facts: Facts
  /// Entries that were shown, by the purpose for which.
  private(set) var shown: [Purpose: [String]] = [:]
  /// `Purpose` bits of whoever asks.
  let purposes: Int64
  private var bytes = 0

  /// An answer has room for more.
  var hasRoom: Bool { bytes < HubLimits.answerBytes }

  init(_ facts: Facts, _ purposes: Int64) {
    self.facts = facts
    self.purposes = purposes
  }

  mutating func alert(_ row: AlertRow) throws(SQLError) -> Alert {
    let stored = try record(row)
    // Until a new version was looked at, nobody knows why it fits.
    let isExplained = stored?.entry == row.entry
    let read = stored?.read()
    let common = read?.common
    let contact = common?.onHit?.contact
    return Alert(
      alert: Int(row.number), watch: row.watch.ref.isEmpty ? Int(row.watch.number) : nil,
      own: row.watch.ref.isEmpty ? nil : row.watch.ref, band: row.band.word, state: row.state.word,
      why: row.why ?? (stored == nil ? "its record is gone, or is another now" : nil),
      score: Double(row.points) / 10_000,
      explanation: isExplained ? AlertShowing.rows(row.explanation) : [],
      sentence: isExplained ? row.sentence : "",
      found: stored.flatMap { stored in read.map { stored.found($0) } },
      grade: common?.grade?.text, handling: common?.handling.map(\.text) ?? [],
      warnings: common?.warnings ?? [], action: common?.onHit?.action?.text,
      contact: contact.map { Contact(phone: $0.phone, hours: $0.hours, reference: $0.reference) },
      raisedAt: Int(row.raised), changedAt: Int(row.changed), escalated: row.isEscalated,
      takenBy: row.taken, closedBy: row.closed,
      outcome: row.outcome.map { $0 ? "true" : "false" }, closeReason: row.closing)
  }

  /// HUB-79: no record that the facts do not show now.
  private mutating func record(_ row: AlertRow) throws(SQLError) -> StoredRecord? {
    guard row.stands, let stored = try facts.shown(row.subject), stored.isCurrent,
      let purpose = Purpose.allCases.first(where: { purpose in
        row.purposes & purposes & purpose.bit != 0
          && (stored.purposes & purpose.bit != 0 || Purpose.isUnnamed(stored.purposes))
      })
    else { return nil }
    shown[purpose, default: []].append(stored.entry)
    bytes += stored.record.count + row.explanation.utf8.count + row.sentence.utf8.count
    return stored
  }

  private static func rows(_ explanation: String) -> [Row] {
    (try? VarlinkJSON.decode([Row].self, from: Array(explanation.utf8))) ?? []
  }
}
