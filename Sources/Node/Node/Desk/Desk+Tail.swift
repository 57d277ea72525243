import Log
import Sealing
import Store

extension Desk {
  /// The next records that this node can open, from `position` on.
  ///
  /// - Parameters:
  ///   - logs: those to look at, in this order.
  ///   - isDisputed: whether the entry stands at or above a proven fork.
  ///   - isLate: whether it stands above the end that the next epoch gave its log.
  ///
  /// A page ends when its work is done (`WorkBudget`) even if it found nothing; the next one then
  /// begins with the next log. An entry whose leaf is damaged, or that may be withdrawn, ends the
  /// page of its log, and the next page comes back to it; one that is lost is passed over.
  func tail(
    _ position: TailPosition, _ logs: [LogIdentity], _ limits: TailLimits, _ store: Store,
    isDisputed: (LogID, UInt64) -> Bool, isLate: (LogID, UInt64) -> Bool
  ) throws(StoreError) -> TailPage {
    var writing = TailWriting(
      page: TailPage(events: [], position: position, more: false), limits: limits,
      budget: newBudget())
    if turn >= logs.count { turn = 0 }
    for place in logs.indices {
      let identity = logs[(turn + place) % logs.count]
      let end = try fill(&writing, identity, store, isDisputed, isLate)
      guard end != .atEnd else { continue }
      writing.page.more = true
      if end == .spent { turn = (turn + place + 1) % logs.count }
      break
    }
    return writing.page
  }

  /// The records of one log.
  private func fill(
    _ writing: inout TailWriting, _ identity: LogIdentity, _ store: Store,
    _ isDisputed: (LogID, UInt64) -> Bool, _ isLate: (LogID, UInt64) -> Bool
  ) throws(StoreError) -> TailWriting.End {
    let origin = identity.origin.text
    let size = store.durableHead(identity.id)?.size ?? 0
    let log = log(identity)
    var next = writing.page.position.next[origin] ?? 0
    guard next < size else { return .atEnd }
    guard !writing.isFull else { return .full }
    let isRead = try whole { () throws(StoreError) in
      try readHistory(of: identity, &writing.budget)
    }
    guard let isRead else { return .atEnd }
    guard isRead else { return .spent }
    var barrenFrom = next
    defer {
      log.barren.add(min(barrenFrom, next)..<next)
      writing.page.position.next[origin] = next
    }
    while next < size {
      if let upper = log.barren.end(at: next) {
        next = min(upper, size)
        continue
      }
      if writing.isFull { return .full }
      if writing.budget.isSpent { return .spent }
      let wanted = min(size, next + NodeLimits.entriesAtOnce)
      if log.feed.book.size < wanted {
        let isFed = try whole { () throws(StoreError) in
          try advance(log.feed, to: wanted, &writing.budget)
        }
        // Damage ends the page of this log before it; what stands below is read.
        if log.feed.book.size <= next { return isFed == nil ? .atEnd : .spent }
      }
      let run = try whole { () throws(StoreError) in
        try store.read(
          identity.id, next..<min(wanted, log.feed.book.size),
          maxBytes: NodeLimits.pageReadBytes)
      }
      guard let batch = run else {
        guard isLost(identity.id, next) else { return .atEnd }
        log.barren.add(barrenFrom..<next)
        next += 1
        barrenFrom = next
        continue
      }
      writing.budget.spend(entries: 0, bytes: batch.leaves.count + batch.bodies.count)
      for entry in 0..<batch.count {
        // One entry at least: a page that only reads comes to no end.
        if entry > 0, writing.isFull || writing.budget.isSpent { break }
        let isHere = batch.bodyState(at: entry) == .present
        if !isHere, store.isUndecided(identity.id, next) { return .atEnd }
        guard let found = try look(batch, entry, of: identity, &writing.budget) else {
          return .spent
        }
        let index = next
        next += 1
        if case .nothing = found { continue }
        log.barren.add(barrenFrom..<index)
        barrenFrom = next
        guard case .opened(let bytes) = found else { continue }
        writing.add(
          TailEvent(
            entry: "\(origin)/\(index)", time: batch.header(at: entry).time, opened: bytes,
            disputed: isDisputed(identity.id, index) ? true : nil,
            late: isLate(identity.id, index) ? true : nil), bytes: bytes.count)
      }
    }
    return .atEnd
  }

  private enum Found {
    case opened([UInt8])
    /// Nothing now: the missing part may come.
    case nothingYet
    /// Nothing for ever.
    case nothing
  }

  /// - Returns: nil when the budget was spent on the way to the answer.
  private func look(
    _ batch: EntryBatch, _ entry: Int, of identity: LogIdentity, _ budget: inout WorkBudget
  ) throws(StoreError) -> Found? {
    budget.spend(entries: 1)
    let header = batch.header(at: entry)
    guard header.knownKind == .record, !header.isChunk else { return .nothing }
    guard batch.bodyState(at: entry) == .present else { return .nothingYet }
    switch try open(batch, entry, of: identity, &budget) {
    case nil: return nil
    case .opened(let record, _): return .opened(record)
    case .notForThisNode:
      let isCertain = header.index <= log(identity).feed.uncertainFrom
      return isCertain ? .nothing : .nothingYet
    case .defect: return .nothing
    case .unknownYet, .presharedKeyMissing, .keyForgotten, .beyondReach: return .nothingYet
    }
  }

  /// - Returns: nil for what is damaged: one entry does not end a tail of all logs.
  private func whole<Value>(_ read: () throws(StoreError) -> Value) throws(StoreError) -> Value? {
    do throws(StoreError) { return try read() } catch {
      guard case .damaged = error else { throw error }
      return nil
    }
  }
}

/// A page being written.
private struct TailWriting {
  enum End {
    /// Nothing more of this log can be given now.
    case atEnd
    /// The page has as many records as it may.
    case full
    /// The work of a turn is done.
    case spent
  }

  var page: TailPage
  let limits: TailLimits
  var budget: WorkBudget
  private var textBytes = 0

  init(page: TailPage, limits: TailLimits, budget: WorkBudget) {
    self.page = page
    self.limits = limits
    self.budget = budget
  }

  var isFull: Bool { page.events.count >= limits.events || textBytes >= limits.textBytes }

  mutating func add(_ event: TailEvent, bytes: Int) {
    textBytes += bytes
    page.events.append(event)
  }
}
