import Crypto
import JSON
import Log
import Readability
import Reading
import Sealing
import Store

/// A page of `Changes` being written: the desk's findings on the entries that a walk comes to.
struct ChangesWriting: Readings {
  private let desk: Desk
  private let store: Store
  private let identities: [LogID: LogIdentity]
  /// The index from which on the entries of a log are marked.
  private let standing: (LogID) -> Standing
  private var budget: WorkBudget
  private(set) var changes: [ReadingChange] = []
  private(set) var grants = PageGrants()
  private var textBytes = 0
  /// Entries read at once: few at first, so that a turn which is over soon has read little in vain.
  private var atOnce = ReaderLimits.entriesAtFirst
  /// Passed over for a reason that may end without a word.
  private(set) var doubts: [(log: LogID, entries: Range<UInt64>)] = []
  /// Entries that history opened which was passed over: told as changes of their own. They are in
  /// no order of entries, and never twice of one log.
  private(set) var opened: [(log: LogID, entries: Range<UInt64>)] = []
  /// The log of the last change, as it is written: changes come in runs.
  private var named: (log: LogID, name: LogName)?

  private struct LogName {
    let id: String
    let origin: String
    let standing: Standing
  }

  init(
    _ desk: Desk, _ store: Store, _ identities: [LogID: LogIdentity],
    _ standing: @escaping (LogID) -> Standing
  ) {
    self.desk = desk
    self.store = store
    self.identities = identities
    self.standing = standing
    budget = desk.newBudget()
  }

  private var isFull: Bool {
    changes.count >= ReaderLimits.pageChanges || textBytes >= ReaderLimits.pageBytes
  }

  // MARK: Readings

  func size(of log: LogID) -> UInt64 { store.durableHead(log)?.size ?? 0 }

  mutating func tellGone(_ log: LogID, _ entries: Range<UInt64>) {
    tell(.notStored, log, entries)
  }

  mutating func look(
    _ log: LogID, _ entries: Range<UInt64>, _ cause: ChangeCause?
  ) throws(ReadingsFailure) -> (next: UInt64, isOver: Bool) {
    let end = min(entries.upperBound, size(of: log))
    guard let identity = identities[log], entries.lowerBound < end else {
      if cause != nil { tellGone(log, entries) }
      return (entries.upperBound, false)
    }
    do throws(StoreError) {
      return try look(identity, entries.lowerBound..<end, cause)
    } catch {
      throw ReadingsFailure("\(error)")
    }
  }

  private mutating func look(
    _ identity: LogIdentity, _ entries: Range<UInt64>, _ cause: ChangeCause?
  ) throws(StoreError) -> (next: UInt64, isOver: Bool) {
    let log = desk.log(identity)
    guard try readHistory(identity) else { return (entries.lowerBound, true) }
    var next = entries.lowerBound
    var barrenFrom = next
    defer { log.barren.add(min(barrenFrom, next)..<next) }
    while next < entries.upperBound {
      if isFull || budget.isSpent { return (next, true) }
      if let upper = log.barren.end(at: next) {
        let end = min(upper, entries.upperBound)
        if cause != nil { tell(.notForThisNode, identity.id, next..<end) }
        next = end
        continue
      }
      let wanted = min(entries.upperBound, next + atOnce)
      atOnce = min(2 * atOnce, NodeLimits.entriesAtOnce)
      let isFed = try feed(log.feed, to: wanted)
      guard log.feed.book.size > next else {
        if isFed != nil { return (next, true) }
        // A grant is damaged: nothing above it can be told until it is mended, or lost for good.
        budget.spend(entries: Int(wanted - next))
        pass(.grantsMissing, identity.id, next..<wanted, cause)
        log.barren.add(barrenFrom..<next)
        next = wanted
        barrenFrom = next
        continue
      }
      let batch = try whole { () throws(StoreError) in
        try store.read(
          identity.id, next..<min(wanted, log.feed.book.size), maxBytes: NodeLimits.pageReadBytes)
      }
      guard let batch else {
        budget.spend(entries: 1)
        log.barren.add(barrenFrom..<next)
        pass(.damaged, identity.id, next..<(next + 1), cause)
        next += 1
        barrenFrom = next
        continue
      }
      budget.spend(entries: 0, bytes: batch.leaves.count + batch.bodies.count)
      for position in 0..<batch.count {
        if position > 0, isFull || budget.isSpent { break }
        guard let found = try look(batch, position, of: identity, cause) else {
          return (next, true)
        }
        let index = next
        next += 1
        if case .never(let why) = found {
          if cause != nil { tell(why, identity.id, index..<next) }
          continue
        }
        if case .history = found {
          // Entries that were looked at before may read otherwise now: they count as not looked at.
          barrenFrom = next
          if cause != nil { tell(.noRecord, identity.id, index..<next) }
          continue
        }
        log.barren.add(barrenFrom..<index)
        barrenFrom = next
        tell(found, batch, position, identity, cause)
      }
    }
    return (next, false)
  }

  /// - Returns: whether every grant was fed; nil at one that is damaged here.
  private mutating func feed(
    _ feed: GrantFeed, to wanted: UInt64
  ) throws(StoreError) -> Bool? {
    guard feed.book.size < wanted else { return true }
    do throws(StoreError) { return try desk.advance(feed, to: wanted, &budget) } catch {
      guard case .damaged = error else { throw error }
      return nil
    }
  }

  /// - Returns: nil for what is damaged.
  private func whole<Value>(_ read: () throws(StoreError) -> Value) throws(StoreError) -> Value? {
    do throws(StoreError) { return try read() } catch {
      guard case .damaged = error else { throw error }
      return nil
    }
  }

  // MARK: One entry

  private enum Found {
    case opened([UInt8], grant: UInt64?)
    /// It may read otherwise without a word of the journal.
    case notNow(Unreadable)
    /// Withdrawn or expired; the grant of its audience, where this node opens that.
    case gone(Unreadable, grant: UInt64?)
    /// It holds nothing for this node, whatever comes but keys.
    case never(Unreadable)
    /// Readable until its keys were destroyed here.
    case forgotten
    /// It opened others.
    case history
  }

  /// - Returns: nil when the budget was spent on the way to the answer.
  private mutating func look(
    _ batch: EntryBatch, _ position: Int, of identity: LogIdentity, _ cause: ChangeCause?
  ) throws(StoreError) -> Found? {
    budget.spend(entries: 1)
    let header = batch.header(at: position)
    if header.knownKind == .history { return history(batch, position, of: identity, cause) }
    guard header.knownKind == .record, !header.isChunk else { return .never(.noRecord) }
    switch batch.bodyState(at: position) {
    case .present: break
    case .absent:
      return .notNow(store.isUndecided(identity.id, header.index) ? .undecided : .absent)
    case .hidden: return try gone(.hidden, batch, position, of: identity)
    case .purged: return try gone(.purged, batch, position, of: identity)
    case .purgedHere: return try gone(.purgedHere, batch, position, of: identity)
    case .expired: return try gone(.expired, batch, position, of: identity)
    }
    switch try desk.open(batch, position, of: identity, &budget) {
    case nil: return nil
    case .opened(let record, let audience): return .opened(record, grant: audience?.grantIndex)
    case .defect: return .never(.defect)
    case .notForThisNode:
      let isCertain = header.index <= desk.log(identity).feed.uncertainFrom
      return isCertain ? .never(.notForThisNode) : .notNow(.notForThisNode)
    case .unknownYet, .beyondReach: return .notNow(.grantsMissing)
    case .presharedKeyMissing: return .notNow(.presharedKeyMissing)
    case .keyForgotten: return .forgotten
    }
  }

  /// The header says whom it was for, also where the body never came.
  private mutating func gone(
    _ why: Unreadable, _ batch: EntryBatch, _ position: Int, of identity: LogIdentity
  ) throws(StoreError) -> Found? {
    switch try desk.audience(batch, position, of: identity, &budget) {
    case nil: nil
    case .unknown: .gone(why, grant: nil)
    case .grant(let index): .gone(why, grant: index)
    }
  }

  /// All that the entry opens stands below it. It is told once more when the entry is passed over,
  /// or came late; where something below it was told for its sake, it is not.
  private mutating func history(
    _ batch: EntryBatch, _ position: Int, of identity: LogIdentity, _ cause: ChangeCause?
  ) -> Found {
    guard batch.bodyState(at: position) == .present else { return .notNow(.absent) }
    guard let head = desk.history(batch, position, of: identity) else { return .never(.noRecord) }
    switch cause {
    case .grant, .keys, .standing: break
    case nil, .body, .damage, .doubt:
      note(head.first..<batch.header(at: position).index, of: identity.id)
    }
    return .history
  }

  private mutating func note(_ entries: Range<UInt64>, of log: LogID) {
    guard let known = opened.firstIndex(where: { $0.log == log }) else {
      return opened.append((log, entries))
    }
    let before = opened[known].entries
    opened[known].entries =
      min(before.lowerBound, entries.lowerBound)..<max(before.upperBound, entries.upperBound)
  }

  /// - Returns: whether all was read; a list of control entries that is damaged hides grants, too.
  private mutating func readHistory(_ identity: LogIdentity) throws(StoreError) -> Bool {
    do throws(StoreError) { return try desk.readHistory(of: identity, &budget) } catch {
      guard case .damaged = error else { throw error }
      return true
    }
  }

  // MARK: Telling

  private mutating func tell(
    _ found: Found, _ batch: EntryBatch, _ position: Int, _ identity: LogIdentity,
    _ cause: ChangeCause?
  ) {
    let index = batch.header(at: position).index
    switch found {
    case .opened(let bytes, let grant): tell(bytes, grant, batch, position, identity, cause)
    case .notNow(let why): pass(why, identity.id, index..<(index + 1), cause)
    case .gone(let why, let grant):
      // A reader holds nothing of one that it was never told, unless this node could read it.
      if cause != nil || grant != nil { tell(why, grant, batch, position, identity) }
      if why == .hidden { doubt(identity.id, index..<(index + 1)) }
    // Readers that compare in full keep it, and so have to be told.
    case .forgotten: tell(.keyForgotten, nil, batch, position, identity)
    case .never, .history: break
    }
  }

  private mutating func tell(
    _ opened: [UInt8], _ grant: UInt64?, _ batch: EntryBatch, _ position: Int,
    _ identity: LogIdentity, _ cause: ChangeCause?
  ) {
    var change = change(
      isReadable: true, why: cause?.word ?? "arrived", grant, batch, position, identity)
    do throws(JSONProblem) {
      change.record = try Record(checking: opened)
    } catch {
      change.malformed = error.reason
    }
    textBytes += opened.count
    changes.append(change)
  }

  /// One that is gone: what its header says of it, where it was for this node.
  private mutating func tell(
    _ why: Unreadable, _ grant: UInt64?, _ batch: EntryBatch, _ position: Int,
    _ identity: LogIdentity
  ) {
    let index = batch.header(at: position).index
    guard let grant else { return tell(why, identity.id, index..<(index + 1)) }
    changes.append(
      change(isReadable: false, why: why.rawValue, grant, batch, position, identity))
  }

  private mutating func change(
    isReadable: Bool, why: String, _ grant: UInt64?, _ batch: EntryBatch, _ position: Int,
    _ identity: LogIdentity
  ) -> ReadingChange {
    let header = batch.header(at: position)
    let name = name(of: identity.id)
    var change = ReadingChange(
      log: name.id, entry: "\(name.origin)/\(header.index)", isReadable: isReadable, why: why)
    change.time = header.time
    change.expiryDay = header.expiryDay == 0 ? nil : UInt64(header.expiryDay)
    change.isDisputed = header.index >= name.standing.disputedFrom
    change.isLate = header.index >= name.standing.lateFrom
    if let grant, let bytes = grants.tell(grant, of: identity, desk) {
      change.grant = grant
      textBytes += bytes
      if bytes > 0 { budget.spend(entries: 1) }
    }
    return change
  }

  private mutating func pass(
    _ why: Unreadable, _ log: LogID, _ entries: Range<UInt64>, _ cause: ChangeCause?
  ) {
    doubt(log, entries)
    if cause != nil { tell(why, log, entries) }
  }

  private mutating func doubt(_ log: LogID, _ entries: Range<UInt64>) {
    if let last = doubts.last, last.log == log, last.entries.upperBound == entries.lowerBound {
      doubts[doubts.count - 1].entries = last.entries.lowerBound..<entries.upperBound
    } else {
      doubts.append((log, entries))
    }
  }

  private mutating func tell(_ why: Unreadable, _ log: LogID, _ entries: Range<UInt64>) {
    guard !entries.isEmpty else { return }
    let name = name(of: log)
    let count = entries.upperBound - entries.lowerBound
    if let last = changes.last, !last.isReadable, last.grant == nil, last.log == name.id,
      last.why == why.rawValue, let index = last.index,
      index + (last.count ?? 1) == entries.lowerBound
    {
      changes[changes.count - 1].count = (last.count ?? 1) + count
      return
    }
    var change = ReadingChange(
      log: name.id, entry: "\(name.origin)/\(entries.lowerBound)", isReadable: false,
      why: why.rawValue)
    change.count = count == 1 ? nil : count
    changes.append(change)
  }

  private mutating func name(of log: LogID) -> LogName {
    if let named, named.log == log { return named.name }
    let name = LogName(
      id: log.description, origin: identities[log]?.origin.text ?? log.description,
      standing: standing(log))
    named = (log, name)
    return name
  }
}

/// Why an entry is not readable (Protocols/readability.md, READ-9).
enum Unreadable: String {
  case hidden, purged, purgedHere, expired, absent, undecided, damaged
  case notForThisNode, grantsMissing, presharedKeyMissing, keyForgotten, defect, noRecord, notStored
}
