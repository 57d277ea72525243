import Crypto
public import Log
public import Store
import Wire

/// The entries that may read otherwise than a reader was told (Protocols/readability.md): numbered,
/// durable, and bounded whatever is stored.
///
/// It does no input or output but `recover`: `takeWrite` hands out what is to be written, and it
/// counts when `written` says so. Methods are of four kinds: being told (`changed`, `staged`,
/// `settled`, `doubt`, `compare…`); the disk (`takeWrite`, `written`); and what readers ask (`run`,
/// `knows`, `end`). Used from one thread only.
public final class ChangeJournal {
  var state: JournalState
  private var place: FilePlace
  /// The name that cursors are given under now.
  public let session: RandomName
  /// Everything below this number is on the disk: what is not yet there is not told.
  public private(set) var durableEnd: UInt64
  private var facts: [JournalRecord] = []
  private var outgoing: Outgoing?

  /// The part of the journal that one write takes along.
  private struct Outgoing {
    let place: FilePlace
    let end: UInt64
    let facts: Int
    /// The doubts that a state names.
    let doubts: [(log: LogID, entries: Range<UInt64>)]?
  }

  /// A journal of which nothing is on the disk yet.
  public init(identity: RandomName, session: RandomName, limits: ReadabilityLimits = .init()) {
    state = JournalState(limits, identity: identity)
    self.session = session
    state.begin(session)
    place = FilePlace(limits)
    durableEnd = state.endNumber
  }

  /// A journal that was read, at a start: everything in doubt is told anew.
  init(_ found: JournalState, _ place: FilePlace, session: RandomName) {
    state = found
    self.place = place
    self.place.turnIsDue = true
    self.session = session
    durableEnd = state.endNumber
    state.begin(session)
    for (log, entries) in state.doubts.all {
      state.add(entries, of: log, .doubt, settled: durableEnd)
    }
    state.doubts.removeAll()
  }

  /// Made with the file: a journal that was lost gets another, and its cursors are no more known.
  public var identity: RandomName { state.identity }

  // MARK: Being told

  /// These may read otherwise from now on. Whoever is told looks again at those that were in doubt.
  public func changed(_ entries: Range<UInt64>, of log: LogID, _ cause: ChangeCause) {
    state.add(entries, of: log, cause, settled: settledEnd)
    state.doubts.remove(entries, of: log)
  }

  /// They read otherwise now, and a start may make that last without a word.
  public func veiled(_ entries: Range<UInt64>, of log: LogID) {
    changed(entries, of: log, .body)
    state.doubts.add(entries, of: log)
  }

  /// The store will read these otherwise: a commit that says so is on its way, and MUST NOT be
  /// written before `isAhead` is false.
  /// - Parameter isTold: whether they read otherwise already.
  public func staged(_ entries: Range<UInt64>, of log: LogID, isTold: Bool) {
    if isTold { state.add(entries, of: log, .body, settled: settledEnd) }
    state.doubts.stage(entries, of: log)
  }

  /// Log files have what was staged.
  /// - Parameter isBack: whether the bodies are handed out again.
  public func settled(_ entries: Range<UInt64>, of log: LogID, isBack: Bool) {
    if isBack { state.add(entries, of: log, .body, settled: settledEnd) }
    state.doubts.settle(entries, of: log)
  }

  /// A reader passed these over, and they may read otherwise without a word. The page that did MUST
  /// NOT be given before `durableEnd` has come to the `end` that this leaves.
  public func passed(_ entries: [(log: LogID, entries: Range<UInt64>)]) {
    guard !entries.isEmpty else { return }
    for (log, range) in entries { state.doubts.add(range, of: log) }
    // A journal that is restored from a copy without these doubts does not know who was told of
    // them.
    if isAhead { state.tick() }
  }

  /// - Returns: whether the marks of some entries differ.
  @discardableResult
  public func compare(_ standing: Standing, of log: LogID, size: UInt64) -> Bool {
    let before = state.standings[log] ?? .whole
    guard let first = standing.firstDifference(to: before) else { return false }
    state.set(standing, of: log)
    facts.append(.standing(log, standing))
    if first < size { changed(first..<size, of: log, .standing) }
    return true
  }

  /// - Parameter keys: those that open what the log's author seals, in any order.
  /// - Returns: whether they are other ones.
  @discardableResult
  public func compare(_ keys: [KeyID], of log: LogID, size: UInt64) -> Bool {
    let sorted = Array(keys.sorted().prefix(Layout.keysOfLogMost))
    guard sorted != state.keys[log] ?? [] else { return false }
    state.set(sorted, of: log)
    facts.append(.keys(log, sorted))
    changed(0..<size, of: log, .keys)
    return true
  }

  /// - Parameters:
  ///   - keys: the node's own that open grants, in any order.
  ///   - fresh: among them, that of the present epoch: nothing was sealed to it before it was
  ///     there.
  /// - Returns: whether every log may read otherwise.
  public func compareOwn(_ keys: [KeyID], fresh: KeyID) -> Bool {
    let sorted = Array(keys.sorted().prefix(Layout.keysMost))
    let before = state.ownKeys
    guard sorted != before else { return false }
    state.setOwn(sorted)
    facts.append(.ownKeys(sorted))
    // A journal that is new was told nothing yet.
    guard !before.isEmpty else { return false }
    return before.contains { !sorted.contains($0) }
      || sorted.contains { !before.contains($0) && $0 != fresh }
  }

  /// The mark that tells a key from others here.
  public func id(of key: [UInt8]) -> KeyID {
    var hasher = SHA256()
    let name = state.identity.bytes
    hasher.update(name.span)
    hasher.update(key.span)
    return KeyID(first: hasher.finalize())
  }

  /// Runs below are being written, or were: a reader may have been told their numbers.
  private var settledEnd: UInt64 { outgoing?.end ?? durableEnd }

  // MARK: The disk

  /// Something must be on the disk before the store's next commit is.
  public var isAhead: Bool { !state.doubts.unwritten.isEmpty }

  /// True when the file knows this journal and this start of it: no cursor is given before.
  public var isOnDisk: Bool { !place.turnIsDue }

  /// True when something is not on the disk.
  public var hasUnwritten: Bool {
    isAhead || durableEnd < state.endNumber || !facts.isEmpty || place.turnIsDue
  }

  /// Work for the disk, all or nothing, then told to `written`. Nil: there is nothing, or a write
  /// is out.
  public func takeWrite() -> [DiskOperation]? {
    guard outgoing == nil, hasUnwritten else { return nil }
    var next = place
    let payload = additions()
    let isState = place.turnIsDue || payload == nil || !place.hasRoom(for: payload?.count ?? 0)
    let doubts = isState ? state.doubts.all : nil
    let operations = isState ? next.writeState(statePayload()) : next.write(payload ?? [])
    state.doubts.beginWrite()
    outgoing = Outgoing(
      place: next, end: state.endNumber, facts: facts.count, doubts: doubts)
    return operations
  }

  /// - Parameter isDone: false after an error: all of it is handed out once more.
  public func written(_ isDone: Bool) {
    guard let out = outgoing else { preconditionFailure("no write is out") }
    outgoing = nil
    guard isDone else { return state.doubts.writeFailed() }
    place = out.place
    durableEnd = out.end
    facts.removeFirst(out.facts)
    state.doubts.didWrite(isState: out.doubts != nil, out.doubts ?? [])
  }

  /// - Returns: nil if what is on the disk does not reach up to what is to be added.
  private func additions() -> [UInt8]? {
    guard state.firstNumber <= durableEnd else { return nil }
    var bytes: [UInt8] = []
    for run in state.runs.reversed().prefix(while: { $0.number >= durableEnd }).reversed() {
      run.append(to: &bytes)
    }
    for (log, entries) in state.doubts.unwritten {
      JournalRecord.doubt(log, entries).append(to: &bytes)
    }
    for fact in facts { fact.append(to: &bytes) }
    return bytes
  }

  /// Fewer runs where there is no room for all.
  private func statePayload() -> [UInt8] {
    state.dropRuns(to: state.limits.runs)
    var payload = state.payload()
    while !place.holdsState(payload.count), !state.runs.isEmpty {
      state.dropRuns(to: state.runs.count / 2)
      payload = state.payload()
    }
    precondition(place.holdsState(payload.count), "an area has room for what is kept of each log")
    return payload
  }

  // MARK: Being asked

  /// The run that has the number, if it is on the disk.
  public func run(at number: UInt64) -> ChangeRun? {
    number < durableEnd ? state.run(at: number) : nil
  }

  /// The number that the next change gets: a cursor says at which one its page was made.
  public var end: UInt64 { state.endNumber }

  /// True when a cursor can be served that was given under this name.
  public func knows(_ name: JournalName, _ number: UInt64) -> Bool {
    name.identity == state.identity && state.knows(name.session, number, seen: name.seen)
  }

  /// The name for a cursor of a page that is made now.
  public var name: JournalName {
    JournalName(identity: identity, session: session, seen: end)
  }

  /// The number of the first run that is kept.
  public var firstNumber: UInt64 { state.firstNumber }
}

extension KeyID {
  init(first digest: Digest) {
    word = digest.bytes.withBytes { $0.bigEndian(at: 0) }
  }
}
