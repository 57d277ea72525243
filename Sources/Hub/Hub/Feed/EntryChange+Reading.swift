internal import Crypto
internal import JSON
internal import Log
internal import Reading

/// The daemon said what no daemon of this version says.
struct FeedError: Error, Hashable, Sendable {
  let reason: String
}

extension EntryChange {
  /// Protocols/readability.md, READ-27.
  static let keyForgotten = "keyForgotten"

  init(_ change: ReadingChange) throws(FeedError) {
    guard let log = Hex32.decode(change.log).flatMap({ LogID($0) }),
      let origin = change.origin.flatMap({ try? Origin(String($0)) }), let index = change.index,
      index <= HubLimits.entriesOfLog
    else { throw FeedError(reason: "an entry is called \(change.entry) of the log \(change.log)") }
    self.log = log
    self.origin = origin
    self.index = index
    var state: EntryState = []
    if change.isDisputed { state.insert(.disputed) }
    if change.isLate { state.insert(.late) }
    guard change.isReadable else {
      count = max(1, change.count ?? 1)
      readable = nil
      isKept = change.why == EntryChange.keyForgotten
      guard !isKept, let grant = change.grant, count == 1 else { return }
      gone = GoneEntry(
        time: change.time ?? 0, expiryDay: Int(clamping: change.expiryDay ?? 0), state: state,
        isExpired: change.why == "expired", grant: grant)
      return
    }
    count = 1
    if change.record == nil { state.insert(.malformed) }
    readable = ReadableEntry(
      time: change.time ?? 0, expiryDay: Int(clamping: change.expiryDay ?? 0), state: state,
      record: change.record?.bytes ?? [], grant: change.grant)
  }
}

extension SealedGrant {
  init(_ grant: ReadingGrant) throws(FeedError) {
    guard let log = Hex32.decode(grant.log).flatMap({ LogID($0) }),
      grant.index <= HubLimits.entriesOfLog
    else { throw FeedError(reason: "a grant is \(grant.index) of the log \(grant.log)") }
    place = GrantPlace(log: log, index: grant.index)
    let names = grant.members.compactMap { try? NodeName($0) }
    guard names.count == grant.members.count, names.count <= HubLimits.membersOfGrant else {
      throw FeedError(reason: "the members of the grant \(grant.index) of the log \(grant.log)")
    }
    members = names.map(\.text).sorted()
  }
}

extension FeedPage {
  init(_ page: ReadingPage) throws(FeedError) {
    changes = []
    changes.reserveCapacity(page.changes.count)
    for change in page.changes { changes.append(try EntryChange(change)) }
    cursor = FeedCursor(journal: page.cursor.journal, number: page.cursor.number, next: [:])
    for (log, next) in page.cursor.next {
      guard let id = Hex32.decode(log).flatMap({ LogID($0) }) else {
        throw FeedError(reason: "a log is called \(log)")
      }
      cursor.next[id] = next
    }
    isComplete = page.isComplete
    for grant in page.grants { grants.append(try SealedGrant(grant)) }
  }
}

extension ReadingCursor {
  init(_ cursor: FeedCursor) {
    self.init(journal: cursor.journal, number: cursor.number)
    for (log, index) in cursor.next where index > 0 { next[Hex32.encode(log)] = index }
  }
}
