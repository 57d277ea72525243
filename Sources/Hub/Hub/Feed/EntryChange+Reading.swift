internal import Crypto
internal import JSON
internal import Log
internal import Reading

/// The daemon said what no daemon of this version says.
struct FeedError: Error, Hashable, Sendable {
  let reason: String
}

extension EntryChange {
  /// Protocols/readability.md, READ-25.
  static let keyForgotten = "keyForgotten"

  init(_ change: ReadingChange) throws(FeedError) {
    guard let log = Hex32.decode(change.log).flatMap({ LogID($0) }),
      let origin = change.origin.flatMap({ try? Origin(String($0)) }), let index = change.index,
      index <= HubLimits.entriesOfLog
    else { throw FeedError(reason: "an entry is called \(change.entry) of the log \(change.log)") }
    self.log = log
    self.origin = origin
    self.index = index
    guard change.isReadable else {
      count = max(1, change.count ?? 1)
      readable = nil
      isKept = change.why == EntryChange.keyForgotten
      return
    }
    count = 1
    var state: EntryState = []
    if change.isDisputed { state.insert(.disputed) }
    if change.isLate { state.insert(.late) }
    if change.record == nil { state.insert(.malformed) }
    readable = ReadableEntry(
      time: change.time ?? 0, expiryDay: Int(clamping: change.expiryDay ?? 0), state: state,
      record: change.record?.bytes ?? [])
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
  }
}

extension ReadingCursor {
  init(_ cursor: FeedCursor) {
    self.init(journal: cursor.journal, number: cursor.number)
    for (log, index) in cursor.next where index > 0 { next[Hex32.encode(log)] = index }
  }
}
