import Crypto
import Log
import Readability
import Reading
import Replica
import Store

// Pages of what reads otherwise than before (Protocols/readability.md, READ-5 to 8).
extension ChangeWatch {
  func page(of reader: ReaderPlace) throws(ReaderFailure) -> ReadingPage? {
    begin()
    guard let changes = journal else { throw .busy }
    note()
    if let held = reader.held {
      guard changes.durableEnd >= held.neededEnd else { return try awaitDisk() }
      reader.held = nil
      return held.page
    }
    // Without its session on the disk no cursor is given; and what happened is told after it is
    // there.
    guard changes.isOnDisk else { return try awaitDisk() }
    var walk: ReadingWalk
    if let known = reader.walk { walk = known } else { walk = try begin(reader, changes) }
    // Changes that a following reader has not reached may be dropped meanwhile.
    guard walk.number >= changes.firstNumber else {
      throw .unknownNumber(journal: changes.name.text, number: walk.number)
    }
    var writing = ChangesWriting(
      desk, store, Dictionary(uniqueKeysWithValues: store.logs.map { ($0.id, $0) })
    ) { [unowned self] in standing(of: $0) }
    let isMore: Bool
    do throws(ReadingsFailure) {
      isMore = try walk.advance(
        changes, store.logs.map(\.id) + reader.strangers, turn: &reader.turn, &writing)
    } catch {
      throw .diskFailed(reason: error.reason)
    }
    reader.walk = walk
    if !isMore { reader.strangers = [] }
    changes.passed(writing.doubts)
    for found in writing.opened { changes.changed(found.entries, of: found.log, .grant) }
    return try give(writing, isMore, walk, reader, changes)
  }

  private func give(
    _ writing: ChangesWriting, _ isMore: Bool, _ walk: ReadingWalk, _ reader: ReaderPlace,
    _ changes: ChangeJournal
  ) throws(ReaderFailure) -> ReadingPage? {
    let isWritten = changes.end == changes.durableEnd
    let isComplete =
      !isMore && isWritten && walk.isAtEnd(of: changes) && !replica.withdrawals.isBusy
    let moves = Dictionary(
      walk.moved.map { ($0.description, walk.next[$0] ?? 0) }, uniquingKeysWith: { $1 })
    let page = ReadingPage(
      changes: writing.changes, grants: writing.grants.told,
      cursor: ReadingCursor(journal: changes.name.text, number: walk.number, next: moves),
      more: isMore || !isWritten, isComplete: isComplete)
    defer { reader.wasComplete = isComplete }
    // A reader that follows is told that it is at the end, once; and of each new number, which it
    // confirms (READ-24).
    if reader.follow, writing.changes.isEmpty, moves.isEmpty, !isMore, reader.given == walk.number,
      !isComplete || reader.wasComplete
    {
      if !isWritten { _ = try awaitDisk() }
      return nil
    }
    reader.given = walk.number
    guard !isWritten else { return page }
    reader.held = (page, changes.end)
    return try awaitDisk()
  }

  /// The waiting changes are written at the end of this round.
  private func awaitDisk() throws(ReaderFailure) -> ReadingPage? {
    if let failure = problem {
      problem = nil
      throw .diskFailed(reason: failure)
    }
    isAwaited = true
    return nil
  }

  /// The place that a reader confirmed, in this journal.
  func confirmed(_ request: ConfirmRequest) throws(ReaderFailure) -> KnownReaders.Confirmed {
    begin()
    guard let changes = journal, let name = JournalName(text: request.journal),
      changes.knows(name, request.number)
    else { throw .unknownNumber(journal: request.journal, number: request.number) }
    return KnownReaders.Confirmed(identity: changes.identity, number: request.number)
  }

  /// The journal's end; nil: nobody asked yet.
  var place: KnownReaders.Confirmed? {
    note()
    return journal.map { KnownReaders.Confirmed(identity: $0.identity, number: $0.end) }
  }

  private func begin(
    _ reader: ReaderPlace, _ changes: ChangeJournal
  ) throws(ReaderFailure) -> ReadingWalk {
    guard let cursor = reader.asked else { return ReadingWalk(number: changes.durableEnd) }
    guard let name = JournalName(text: cursor.journal), changes.knows(name, cursor.number) else {
      throw .unknownNumber(journal: changes.name.text, number: changes.durableEnd)
    }
    var next: [LogID: UInt64] = [:]
    for (text, index) in cursor.next {
      guard let log = Hex.decode(text).flatMap({ LogID($0) }), index <= 1 << 40 else {
        throw .refused(
          reason: "the cursor names a log or an index that there is not",
          hint: "give back a cursor as it was answered")
      }
      next[log] = index
    }
    reader.asked = nil
    reader.strangers = next.keys.filter { store.state($0) == nil }.sorted()
    return ReadingWalk(number: cursor.number, next: next)
  }
}
