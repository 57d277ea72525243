internal import HubInterface
internal import Records
internal import SQL

/// The view of one question: the facts of one moment, by one look, without what is hidden from it.
///
/// A new one for each question: it counts what it leaves out.
final class Questions {
  let facts: Facts
  let index: NameIndex
  let desk: Desk
  let look: CheckedLook
  /// Entries that were shown, for the consultation log.
  private(set) var shown: [String] = []
  private var shownSet: Set<String> = []
  private var hidden: Set<Int64> = []
  private var hiddenAuthors: Set<String> = []
  private(set) var notes: [String] = []
  private(set) var budget = QuestionBudget()

  init(facts: Facts, index: NameIndex, desk: Desk, look: CheckedLook) {
    self.facts = facts
    self.index = index
    self.desk = desk
    self.look = look
  }

  var hiddenCount: Int { hidden.count }
  var hiddenFrom: [String] { hiddenAuthors.sorted() }

  func note(_ text: String) {
    if !notes.contains(text) { notes.append(text) }
  }

  /// A record that this look may see; nil, and counted, when it may not.
  func visible(_ stored: StoredRecord?) -> StoredRecord? {
    guard let stored, sees(stored.purposes, stored.number, of: stored.node) else { return nil }
    return stored
  }

  /// - Returns: whether this look may see an entry; one that it may not is counted.
  func sees(_ purposes: Int64, _ number: Int64, of author: String) -> Bool {
    let isSeen = look.sees(purposes)
    if !isSeen {
      hidden.insert(number)
      hiddenAuthors.insert(author)
    }
    return isSeen
  }

  /// - Returns: whether this question may look at one more row (HUB-57).
  func takeRow() -> Bool {
    let isTaken = budget.takeRow()
    if !isTaken { noteSpent() }
    return isTaken
  }

  func visible(_ number: Int64) throws(SQLError) -> StoredRecord? { visible(try read(number)) }

  /// A record, as far as this question may look at more of them (HUB-57).
  func read(_ number: Int64) throws(SQLError) -> StoredRecord? {
    guard takeRow() else { return nil }
    return try facts.record(number)
  }

  /// Current records that name `target`, as far as this question may look at more rows.
  func mentions(_ target: String) throws(SQLError) -> [(entry: Int64, field: String)] {
    let found = try facts.mentions(target).filter { _ in budget.takeRow() }
    if budget.isSpent { noteSpent() }
    noteFull(found.count, "name \(target)")
    return found
  }

  /// Something may have been left out of a walk from record to record.
  var isCut: Bool { budget.isSpent || isFull }
  private var isFull = false

  /// Rows of one identifier, word or reference are cut where there are too many: that is said.
  func noteFull(_ rows: Int, _ what: String) {
    guard rows >= HubLimits.rowsPerQuestion else { return }
    isFull = true
    note("\(rows) records or more \(what): not all of them were looked at")
  }

  /// True while the answer has room for what is made of so many bytes of a record.
  func hasRoom(_ bytes: Int) -> Bool {
    let hasRoom = budget.take(bytes: bytes)
    if !hasRoom { noteSpent() }
    return hasRoom
  }

  func beginNext() { budget.beginNext() }

  private func noteSpent() {
    note("too much is to be looked at for one question: ask more narrowly, not all is shown")
  }

  func show(_ stored: StoredRecord) { show(entry: stored.entry) }

  func show(entry: String) {
    if shownSet.insert(entry).inserted { shown.append(entry) }
  }

  /// The record of a reference or an entry's name.
  /// - Throws: `.notFound` when there is none that this look may see, without saying which of both.
  func record(_ name: String) throws -> StoredRecord {
    guard let stored = visible(try find(name)) else { throw HubError.notFound(name) }
    return stored
  }

  func find(_ name: String) throws(SQLError) -> StoredRecord? {
    try facts.shown(name)
  }

  /// True when a name has the form of a reference or of an entry.
  static func isName(_ text: String) -> Bool {
    if RecordReference(text) != nil { return true }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    return parts.count == 3 && parts.dropFirst().allSatisfy { Int64($0) != nil }
  }

  /// This reference and those that are the same matter: by judgements of this hub and by authors'
  /// links of role `same`, as far as neither says `not-same`. The reference itself comes first.
  func sameMatter(_ ref: String) throws -> [String] {
    var cluster = [ref]
    var known: Set<String> = [ref]
    var place = 0
    while place < cluster.count, cluster.count < HubLimits.sameMatter {
      let here = cluster[place]
      place += 1
      var same: [String] = []
      var different: Set<String> = []
      for judgement in try desk.judgements(of: here) {
        let other = judgement.left == here ? judgement.right : judgement.left
        if judgement.judgement == "same" { same.append(other) } else { different.insert(other) }
      }
      for (number, field) in try mentions(here) where field == "subject" || field == "object" {
        guard let stored = try visible(number),
          case .link(let link) = stored.read().body,
          let subject = link.subject?.reference?.text, let object = link.object?.reference?.text
        else { continue }
        let other = subject == here ? object : subject
        if link.role?.value == .same { same.append(other) }
        if link.role?.value == .notSame { different.insert(other) }
      }
      for other in same where !different.contains(other) && known.insert(other).inserted {
        cluster.append(other)
      }
    }
    return cluster
  }
}
