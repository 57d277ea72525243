internal import Crypto
internal import Log
internal import SQL

/// The changes that a commit made to the index in memory, by numbers of `keys`.
struct IndexChange: Sendable {
  /// Entries went, whether they had names or not: their words are to leave the write-ahead log,
  /// too.
  var hasForgotten = false
  var removed: [UInt32] = []
  var added: [Added] = []
  /// The last row of `touched`; 0: there is none.
  var touched: Int64 = 0

  struct Added: Sendable {
    var number: UInt32
    var keys: [UInt8]
    var flags: NameFlags
  }
}

/// Writes what the daemon told, with the cursor in the same transaction: exactly once, over kills.
/// The one writer of the file.
final class FactsWriter {
  private let database: Database
  let logs: LogNumbers
  let entries: EntryRows
  private let rows: DerivedRows
  let meta: MetaRows
  let sharing: SharingRows
  private let sealed: SealedEntries
  private let tallies: TallyRows
  private let touches: TouchedRows
  private let dropped: DroppedRows
  private let new: NewRows
  /// The transaction under way: its counts, and what is derived from the entries that came in it,
  /// by their numbers.
  private var tally = TallyChange()
  private var arrived: [Int64: DerivedEntry] = [:]
  /// By so many more records are kept after the transaction.
  private var moreKept: Int64 = 0

  /// The node whose hub this is; nil: the daemon was not met yet.
  private(set) var node: String?

  init(_ database: Database) throws(SQLError) {
    self.database = database
    try database.setCache(kibibytes: HubLimits.writerCacheKibibytes)
    try database.setCheckpoint(pages: HubLimits.checkpointPages)
    logs = try LogNumbers(database)
    entries = try EntryRows(database)
    rows = try DerivedRows(database)
    meta = try MetaRows(database)
    tallies = try TallyRows(database)
    touches = try TouchedRows(database)
    dropped = try DroppedRows(database)
    new = try NewRows(database, entries.numbers)
    sharing = try SharingRows(database)
    sealed = try SealedEntries(database)
    node = try meta.text("node")
  }

  /// A folder is one node's: what this one published is known by its name.
  /// - Returns: false where the facts are another node's.
  func belong(to node: String) throws(SQLError) -> Bool {
    if let known = self.node { return known == node }
    try database.transaction { () throws(SQLError) in try meta.set("node", node) }
    self.node = node
    return true
  }

  /// nil: everything is to be told.
  func cursor() throws(SQLError) -> FeedCursor? {
    guard let journal = try meta.text("journal") else { return nil }
    return FeedCursor(
      journal: journal, number: UInt64(clamping: try meta.integer("number") ?? 0),
      next: try logs.positions())
  }

  /// Entries that were not told again are still there, until a page says that all was told.
  func isComparing() throws(SQLError) -> Bool { try meta.integer("comparing") == 1 }

  func positions() throws(SQLError) -> [LogID: UInt64] { try logs.positions() }

  /// The daemon does not know this place any more: the next connection begins with a comparison.
  func forgetCursor() throws(SQLError) {
    try database.transaction { () throws(SQLError) in try meta.remove("journal") }
  }

  /// All is compared from here on: what is not told again until `isComplete` is gone.
  func beginComparison() throws(SQLError) {
    try database.transaction { () throws(SQLError) in
      try meta.set("round", (try meta.integer("round") ?? 0) + 1)
      try meta.set("comparing", 1)
      try meta.remove("journal")
      try logs.forgetPositions()
    }
  }

  /// Applies messages whole, in their order, in one transaction, or nothing of them.
  /// - Parameter touched: rows of `touched` up to this one were gone through, and go.
  func apply(
    _ pages: [PreparedPage], forgetting forgettable: Int64 = 0
  ) throws(SQLError) -> IndexChange {
    try change { (touched: inout TouchedNames, change: inout IndexChange) throws(SQLError) in
      try touches.remove(through: forgettable)
      let round = try meta.integer("round") ?? 0
      for page in pages {
        try lookAhead(page)
        try sealed.take(page.grants)
        for entry in page.entries { try apply(entry, round, &touched, &change) }
        if page.isComplete, try meta.integer("comparing") == 1 {
          try forgetUntold(round, &touched, &change)
          try meta.set("comparing", 0)
        }
        try move(to: page.cursor)
      }
      let isWhole = pages.last?.isComplete == true
      try meta.set("whole", isWhole ? 1 : 0)
      // Another hub that reads these facts knows by it whether they are all.
      let hasAsks = try sharing.hasAsks
      try meta.set("told", isWhole && !hasAsks ? 1 : 0)
    }
  }

  /// One transaction, after which the versions that are shown are the right ones.
  func change(
    _ body: (inout TouchedNames, inout IndexChange) throws(SQLError) -> Void
  ) throws(SQLError) -> IndexChange {
    defer {
      arrived = [:]
      rows.forgetPending()
    }
    do throws(SQLError) {
      return try database.transaction { () throws(SQLError) -> IndexChange in
        var change = IndexChange()
        var touched = TouchedNames()
        tally = TallyChange()
        moreKept = 0
        new.begin()
        sealed.begin()
        try body(&touched, &change)
        try settle(&touched, &change)
        try rows.writePending()
        try tallies.apply(tally)
        if moreKept != 0 { try meta.set("kept", (try meta.integer("kept") ?? 0) + moreKept) }
        try sealed.finish()
        let counted = [
          entries.numbers, rows.numbers, touches.numbers, dropped.numbers, sharing.numbers,
        ]
        for numbers in counted { try numbers.keep() }
        change.touched = touches.last
        return change
      }
    } catch {
      logs.forgetNumbers()
      sealed.undone()
      throw error
    }
  }

  private func lookAhead(_ page: PreparedPage) throws(SQLError) {
    var indices: [Int64: [UInt64]] = [:]
    for entry in page.entries where entry.derived != nil {
      let log = try logs.number(entry.change.log, entry.change.origin)
      indices[log, default: []].append(entry.change.index)
    }
    for (log, indices) in indices { try new.look(at: indices, of: log) }
  }

  private func move(to cursor: FeedCursor) throws(SQLError) {
    try meta.set("journal", cursor.journal)
    try meta.set("number", Int64(clamping: cursor.number))
    for (log, next) in cursor.next {
      // An entry that was passed on may be here now: nothing is told of one that the node's own
      // keys do not open.
      if !sharing.isEmpty {
        let before = try logs.position(of: log)
        if next > before { try sharing.askCited(log.array, from: before, count: next - before) }
      }
      try logs.set(log, next: next)
    }
  }

  private func apply(
    _ prepared: PreparedEntry, _ round: Int64, _ touched: inout TouchedNames,
    _ index: inout IndexChange
  ) throws(SQLError) {
    let change = prepared.change
    let log = try logs.number(change.log, change.origin)
    guard !change.isKept else { return try keep(change, log, round, &touched, &index) }
    guard let readable = change.readable, let made = prepared.derived else {
      try sharing.askCited(change.log.array, from: change.index, count: change.count)
      while true {
        let batch = try entries.find(log, from: change.index, count: change.count)
        for old in batch { try forget(old, &touched, &index) }
        guard batch.count == EntryRows.batch else { break }
        try settle(&touched, &index)
      }
      if let gone = change.gone {
        // Something stands there for the rest of this transaction.
        _ = new.take(NewRows.Place(log: log, index: change.index))
        return try sealed.takeGone(change, gone, log, round: round)
      }
      return try sealed.forgetGone(log, from: change.index, count: change.count)
    }
    if !new.take(NewRows.Place(log: log, index: change.index)) {
      try sealed.forgetGone(log, from: change.index, count: 1)
      if let old = try entries.find(log, from: change.index, count: 1).first {
        let audience = sealed.audience(readable.grant, of: change.log)
        // Told twice: nothing changes but that it was told.
        if old.via == nil, try entries.isEqual(old, readable, audience: audience) {
          if old.isKept { try setKept(old, false) }
          return try entries.setTold(old.number, round)
        }
        try forget(old, &touched, &index)
      }
    }
    try insert(change, readable, made, log, round: round, via: nil, &touched, &index)
  }

  /// The node has no keys any more for what this hub has: it stays (HUB-15). What a reshare opens
  /// is asked for as ever.
  private func keep(
    _ change: EntryChange, _ log: Int64, _ round: Int64, _ touched: inout TouchedNames,
    _ index: inout IndexChange
  ) throws(SQLError) {
    try sharing.askCited(change.log.array, from: change.index, count: change.count)
    try sealed.forgetGone(log, from: change.index, count: change.count)
    var next = change.index
    let end = next.addingReportingOverflow(change.count)
    let last = end.overflow ? UInt64.max : end.partialValue
    while next < last {
      let batch = try entries.find(log, from: next, count: last - next)
      for old in batch {
        guard old.via == nil else {
          try forget(old, &touched, &index)
          continue
        }
        if !old.isKept { try setKept(old, true) }
        try entries.setTold(old.number, round)
      }
      try settle(&touched, &index)
      guard batch.count == EntryRows.batch, let place = batch.map(\.place).max() else { return }
      next = UInt64(clamping: place) + 1
    }
  }

  private func setKept(_ old: EntryRow, _ isKept: Bool) throws(SQLError) {
    try entries.setKept(old.number, isKept)
    moreKept += isKept ? 1 : -1
  }

  func insert(
    _ change: EntryChange, _ readable: ReadableEntry, _ made: DerivedEntry, _ log: Int64,
    round: Int64 = 0, via: PassedOn?, _ touched: inout TouchedNames, _ index: inout IndexChange
  ) throws(SQLError) {
    let added = try entries.insert(
      log, change, readable, made.summary,
      audience: sealed.audience(readable.grant, of: change.log),
      round: round, via: via)
    if let word = made.word { try sharing.add(word, added.number) }
    arrived[added.number] = made
    new.note(added)
    sealed.count(added, log: log, made.summary, 1)
    tally.count(made.summary, readable.state, node: added.node, 1)
    if added.id == nil {
      try makeCurrent(added, &index)
    } else {
      touched.add(added)
    }
  }

  /// Derived again where the entry came earlier.
  private func derived(_ entry: EntryRow) throws(SQLError) -> DerivedEntry {
    if let known = arrived[entry.number] { return known }
    let readable = ReadableEntry(
      time: 0, expiryDay: 0, state: entry.state, record: try entries.record(entry.number))
    return DerivedEntry(of: readable)
  }

  private func forgetUntold(
    _ round: Int64, _ touched: inout TouchedNames, _ index: inout IndexChange
  ) throws(SQLError) {
    var after: Int64 = 0
    while true {
      let batch = try entries.untold(since: round, after: after)
      for old in batch { try forget(old, &touched, &index) }
      guard batch.count == EntryRows.batch, let last = batch.last else { break }
      after = last.number
      try settle(&touched, &index)
    }
    for log in try logs.numbers() { try sealed.forgetUntold(round, log) }
  }

  /// - Parameter isAnswered: the daemon has just said whether a key that was passed on opens it.
  func forget(
    _ old: EntryRow, isAnswered: Bool = false, _ touched: inout TouchedNames,
    _ index: inout IndexChange
  ) throws(SQLError) {
    if old.isCurrent { try makePast(old, &index) }
    if old.isKept { moreKept -= 1 }
    let made = try derived(old)
    tally.count(made.summary, old.state, node: old.node, -1)
    if let id = LogID(old.log), let log = try logs.number(id) {
      sealed.count(old, log: log, made.summary, -1)
    }
    if let word = made.word { try sharing.remove(word, old.number) }
    if !isAnswered {
      try sharing.askCited(old.log, from: UInt64(clamping: old.place), count: 1)
    }
    arrived[old.number] = nil
    index.hasForgotten = true
    try entries.remove(old.number)
    new.forget(old)
    touched.add(old, wasShown: old.isCurrent)
  }

  private func settle(_ touched: inout TouchedNames, _ index: inout IndexChange) throws(SQLError) {
    let first = try new.firstVersions(of: touched.names)
    for name in touched.names {
      if let only = first[name] {
        try makeCurrent(only, &index)
        new.settled(name)
      } else {
        try settle(name, isShown: !touched.hidden.contains(name), &index)
      }
    }
    touched = TouchedNames()
  }

  /// Chooses the version of a record that is shown: a function of those that are there, whatever
  /// the order in which they came.
  /// - Parameter isShown: a version is shown now, if it has any beside what came in this
  ///   transaction.
  private func settle(
    _ name: TouchedNames.Name, isShown: Bool, _ index: inout IndexChange
  ) throws(SQLError) {
    guard let best = try entries.best(name.node, name.id), !best.isCurrent else { return }
    if isShown, let shown = try entries.shown(name.node, name.id) { try makePast(shown, &index) }
    try makeCurrent(best, &index)
  }

  private func makeCurrent(_ entry: EntryRow, _ index: inout IndexChange) throws(SQLError) {
    try entries.setCurrent(entry.number, true)
    tally.countCurrent(entry.typeName, 1)
    try touches.add(entry)
    let own = try derived(entry).rows
    let flags = flags(entry, own)
    guard let number = try rows.insert(own, entry.number, flags), let name = own.name else {
      return
    }
    index.added.append(IndexChange.Added(number: number, keys: name.keys, flags: flags))
  }

  private func flags(_ entry: EntryRow, _ rows: RecordRows) -> NameFlags {
    guard let said = rows.name?.flags, entry.state.stands else { return [] }
    return entry.node == node ? said.union(.own) : said
  }

  private func makePast(_ entry: EntryRow, _ index: inout IndexChange) throws(SQLError) {
    try entries.setCurrent(entry.number, false)
    tally.countCurrent(entry.typeName, -1)
    try touches.add(entry)
    guard let number = try rows.remove(try derived(entry).rows, entry.number) else { return }
    try dropped.add(number)
    // One that was made current in the same transaction never came into the index: to take it out
    // would count it twice.
    let before = index.added.count
    index.added.removeAll { $0.number == number }
    if index.added.count == before { index.removed.append(number) }
  }
}

/// Records of which a version came or went, in order.
struct TouchedNames {
  struct Name: Hashable {
    var node: String
    var id: String

    init(node: String, id: String) {
      self.node = node
      self.id = id
    }

    /// - Returns: nil for one that is no version of anything.
    init?(_ entry: EntryRow) {
      guard let id = entry.id else { return nil }
      self.init(node: entry.node, id: id)
    }
  }

  private(set) var names: [Name] = []
  private var known: Set<Name> = []
  /// Names of which no version is shown, since the one that was is gone.
  private(set) var hidden: Set<Name> = []

  mutating func add(_ entry: EntryRow, wasShown: Bool = false) {
    guard let name = Name(entry) else { return }
    if known.insert(name).inserted { names.append(name) }
    if wasShown { hidden.insert(name) }
  }
}
