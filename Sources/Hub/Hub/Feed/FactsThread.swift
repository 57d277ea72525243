internal import Log
internal import Runtime
internal import SQL

/// Writes the facts on a thread of its own while the feed reads and derives what comes next.
/// Whatever waits goes into one transaction: a hub that is behind writes much at once, one that
/// follows writes each page when it comes.
final class FactsThread: Sendable {
  enum Work: Sendable {
    case page(PreparedPage)
    case beginComparison
    case forgetCursor
    case emptyLog
    /// The node whose hub this is.
    case belong(String)
    case passedOn([PassedOnAnswer])
  }

  private struct State {
    var waiting: [Work] = []
    /// The pages that wait, together.
    var weight = 0
    var isWorking = false
    /// The file is open, and what it says of itself is known.
    var isOpen = false
    var isClosed = false
    /// Nothing is taken until `begin` is called again.
    var failure: FactsFailure?
    var cursor: FeedCursor?
    var positions: [LogID: UInt64] = [:]
    /// Records are gone whose words the write-ahead log may still have; nobody knows what an
    /// earlier process left there.
    var mustEmptyLog = true
    /// A thread of its own is at it.
    var isEmptying = false
    /// Entries of which the daemon is to be asked, and whether there are any, with those
    /// that it is asked about now.
    var asks: [PassedOnAsk] = []
    var hasAsks = false
    /// The last page left nothing to tell.
    var isWhole = false
    /// Everything is being compared: what the daemon does not tell again is still there.
    var isComparing = true
    /// Rows of `touched` up to this one were gone through.
    var forgettable: Int64 = 0

    var isIdle: Bool { waiting.isEmpty && !isWorking }
  }

  private let state = Monitor(State())
  private let place: SQLPlace
  private let tell: @Sendable (FeedEvent) -> Void

  /// - Parameters:
  ///   - place: of the facts.
  ///   - tell: called on this thread after each commit.
  init(_ place: SQLPlace, tell: @escaping @Sendable (FeedEvent) -> Void) {
    self.place = place
    self.tell = tell
  }

  /// Waits until all work is done, and begins again after a failure.
  /// - Returns: the cursor of the last commit; nil: everything is to be told.
  func begin() throws(FactsFailure) -> FeedCursor? {
    state.withLock { $0.failure = nil }
    state.signalAll()
    let failure = state.wait { state in
      state.failure != nil || state.isClosed || (state.isOpen && state.isIdle)
        ? Optional(state.failure) : nil
    }
    if let failure { throw failure }
    return state.withLock { $0.cursor }
  }

  /// Waits until all work is done.
  /// - Throws: what ended it.
  func settle() throws(FactsFailure) {
    let failure = state.wait { $0.isIdle ? Optional($0.failure) : nil }
    if let failure { throw failure }
  }

  /// Waits while too much waits.
  /// - Throws: what ended earlier work.
  func put(_ work: Work) throws(FactsFailure) {
    let failure: FactsFailure? = state.wait { state in
      if let failure = state.failure { return .some(failure) }
      if state.isClosed { return .some(nil) }
      guard state.weight < HubLimits.transactionBytes else { return nil }
      state.waiting.append(work)
      if case .page(let page) = work { state.weight += page.weight }
      return .some(nil)
    }
    state.signalAll()
    if let failure { throw failure }
  }

  var positions: [LogID: UInt64] { state.withLock { $0.positions } }
  /// Takes the questions for the daemon; more come with the next commit.
  func takeAsks() -> [PassedOnAsk] {
    state.withLock { state in
      defer { state.asks = [] }
      return state.asks
    }
  }

  var mustEmptyLog: Bool { state.withLock { $0.mustEmptyLog } }

  /// Up to here whatever the daemon told unreadable is off the disk (READ-24); nil: something may
  /// be there still.
  var erasedCursor: FeedCursor? {
    state.withLock { state in
      state.isIdle && !state.mustEmptyLog && !state.isEmptying && !state.isComparing
        && !state.hasAsks
        ? state.cursor : nil
    }
  }

  /// Rows of `touched` up to this one go with the next commit. Never waits.
  func forgetTouched(through number: Int64) {
    state.withLock { $0.forgettable = max($0.forgettable, number) }
  }

  /// All that waits is written before `run` ends.
  func close() {
    state.withLock { $0.isClosed = true }
    state.signalAll()
  }

  // MARK: - On the thread

  /// Until `close`. The file is opened again after a failure, and never made anew: the loop reads
  /// it, and its numbers are in the index.
  func run() {
    var writing: Writing?
    repeat {
      do {
        let open = try opened(&writing)
        guard let work = next() else { return }
        try run(work, open)
        finish(nil)
      } catch {
        writing = nil
        // Its last commit may have happened, and the index in memory lack it.
        if (error as? SQLError)?.kind == .lost { tell(.replaced) }
        finish(error as? FactsFailure ?? FactsFailure(reason: "\(error)"))
      }
    } while waitAfterFailure()
  }

  private func opened(_ writing: inout Writing?) throws -> Writing {
    if let writing { return writing }
    let made = try Writing(place)
    try note(made)
    writing = made
    return made
  }

  private struct Writing {
    let database: Database
    let writer: FactsWriter

    init(_ place: SQLPlace) throws {
      database = try FactsTables.openMade(place, HubHost.versions)
      writer = try FactsWriter(database)
    }
  }

  private func note(_ open: Writing) throws(SQLError) {
    let cursor = try open.writer.cursor()
    let positions = try open.writer.positions()
    let asks = try open.writer.asks()
    let isComparing = try open.writer.isComparing()
    state.withLock { state in
      state.asks = asks
      state.hasAsks = !asks.isEmpty
      state.cursor = cursor
      state.positions = positions
      state.isComparing = isComparing
      state.isOpen = true
    }
    state.signalAll()
  }

  /// - Returns: nil when it is closed and all is done.
  private func next() -> [Work]? {
    state.wait { state in
      if state.waiting.isEmpty { return state.isClosed ? .some(nil) : nil }
      let work = state.waiting
      state.waiting = []
      state.weight = 0
      state.isWorking = true
      return work
    }
  }

  private func finish(_ failure: FactsFailure?) {
    state.withLock { state in
      state.isWorking = false
      guard let failure else { return }
      state.failure = failure
      state.isOpen = false
      state.waiting = []
      state.weight = 0
    }
    state.signalAll()
  }

  /// - Returns: false when it is closed.
  private func waitAfterFailure() -> Bool {
    state.wait { state in
      state.isClosed && state.waiting.isEmpty ? false : state.failure == nil ? true : nil
    }
  }

  private func run(_ work: [Work], _ open: Writing) throws {
    state.signalAll()
    var pages: [PreparedPage] = []
    for item in work {
      if case .page(let page) = item {
        pages.append(page)
        continue
      }
      try write(&pages, open)
      switch item {
      case .page: break
      case .beginComparison: try open.writer.beginComparison()
      case .forgetCursor: try open.writer.forgetCursor()
      case .emptyLog: try emptyLog(open)
      case .passedOn(let answers): try write(answers, open)
      case .belong(let node):
        guard try open.writer.belong(to: node) else {
          throw FactsFailure(
            reason: "these facts are of the hub of \(open.writer.node ?? ""), and this is \(node)")
        }
      }
      try note(open)
    }
    try write(&pages, open)
  }

  /// A server's tables take minutes, in which records go on to be written; a file's log a moment.
  private func emptyLog(_ open: Writing) throws(SQLError) {
    guard case .schema = place else {
      if try open.database.empty() { state.withLock { $0.mustEmptyLog = false } }
      return
    }
    guard state.withLock({ !$0.isEmptying }) else { return }
    state.withLock { state in
      (state.isEmptying, state.mustEmptyLog) = (true, false)
    }
    let vacuum = try? SystemThread(name: "vacuum") { [state, place] in
      // Records that go meanwhile are for the next pass.
      let isEmpty = (try? Database(place, .writing).empty()) ?? false
      state.withLock { state in
        state.isEmptying = false
        if !isEmpty { state.mustEmptyLog = true }
      }
    }
    guard let vacuum else { return state.withLock { $0.isEmptying = false } }
    vacuum.detach()
  }

  private func write(_ pages: inout [PreparedPage], _ open: Writing) throws(SQLError) {
    guard let last = pages.last else { return }
    let forgettable = state.withLock { $0.forgettable }
    let change = try open.writer.apply(pages, forgetting: forgettable)
    state.withLock { state in
      var cursor = last.cursor
      cursor.next = state.cursor?.next ?? [:]
      for page in pages { cursor.next.merge(page.cursor.next) { $1 } }
      state.cursor = cursor
      state.positions.merge(cursor.next) { $1 }
      if change.hasForgotten { state.mustEmptyLog = true }
      if pages.contains(where: \.isComplete) { state.isComparing = false }
    }
    pages = []
    state.withLock { $0.isWhole = last.isComplete }
    try told(change, open)
  }

  private func write(_ answers: [PassedOnAnswer], _ open: Writing) throws(SQLError) {
    let change = try open.writer.apply(answers)
    state.withLock { state in
      if change.hasForgotten { state.mustEmptyLog = true }
    }
    try told(change, open)
  }

  private func told(_ change: IndexChange, _ open: Writing) throws(SQLError) {
    let asks = try open.writer.asks()
    let isWhole = state.withLock { state in
      state.asks = asks
      state.hasAsks = !asks.isEmpty
      return state.isWhole
    }
    tell(.changed(change))
    tell(.applied(toldAll: isWhole && asks.isEmpty))
  }
}
