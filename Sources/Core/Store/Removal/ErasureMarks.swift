public import Log

/// How much of what each log's withdrawals name, and of what expired, is erased in a store
/// (Protocols/entry.md, ENT-32). Kept in memory, and computed again after a start: a look goes over
/// each withdrawal once, and then on from where the last one ended.
public struct ErasureMarks {
  private struct Mark {
    /// The next entry to look at: of those before it all withdrawals that count are erased.
    var next: UInt64 = 0
    var extent = ErasureExtent.nothing
    var expiry = ExpiryLook()
  }

  /// Looked up, never iterated.
  private var marks: [LogID: Mark] = [:]
  /// Logs that are still to be looked at.
  private var ahead: ArraySlice<LogIdentity> = []

  /// Nothing is known to be erased.
  public init() {}

  /// `work` has something to do.
  public var isLooking: Bool { !ahead.isEmpty }

  /// The part of a log's withdrawn and expired bodies that is known to be erased. It never becomes
  /// less.
  public func extent(of log: LogID) -> ErasureExtent { marks[log]?.extent ?? .nothing }

  /// Looks at all logs once more.
  public mutating func look(in store: Store) { ahead = store.logs[...] }

  /// Other signatures have taken the place of some in this log: its withdrawals are looked at from
  /// the first one on.
  public mutating func forget(_ log: LogID) { marks[log]?.next = 0 }

  /// A bounded piece of a look.
  public mutating func work(in store: Store, _ facts: Withdrawals.Facts) {
    var withdrawals = Limits.erasureWithdrawalsAtOnce
    for _ in 0..<Limits.erasureLogsAtOnce {
      guard withdrawals > 0, let log = ahead.first else { return }
      if advance(log, in: store, facts, &withdrawals) { ahead.removeFirst() }
    }
  }

  /// Entries that a pass of the scrub goes over, in order: what expired among them.
  /// - Parameter batch: with bodies as they were handed out before the pass removed any.
  public mutating func examined(
    _ batch: EntryBatch, of log: LogID, in store: Store, _ clock: ExpiryClock
  ) {
    guard let size = store.state(log)?.size else { return }
    let day = marks[log, default: Mark()].expiry.examined(batch, of: size, clock)
    guard let day, day > marks[log]?.extent.expiryDay ?? 0 else { return }
    marks[log]?.extent.expiryDay = day
  }

  /// - Parameter budget: withdrawals that may be looked at.
  /// - Returns: true when there is nothing more to do in this log now.
  private mutating func advance(
    _ log: LogIdentity, in store: Store, _ facts: Withdrawals.Facts, _ budget: inout Int
  ) -> Bool {
    var mark = marks[log.id] ?? Mark()
    defer { marks[log.id] = mark }
    let end = min(facts.countsBelow(log.id), store.state(log.id)?.size ?? 0)
    guard mark.next < end,
      let controls = try? store.controlEntries(
        log.id, from: mark.next, limit: WithdrawalPass.controlsAtOnce)
    else { return true }
    for entry in controls where entry.index >= mark.next {
      guard entry.index < end else { return true }
      if entry.kind == EntryKind.withdrawal.rawValue {
        guard budget > 0 else { return false }
        budget -= 1
        switch finding(at: entry.index, of: log, in: store) {
        case .waits: return true
        case .nothing: break
        case .erased(let withdrawal):
          // A look that began anew says nothing less than before.
          if mark.extent.withdrawal.map({ $0.index <= withdrawal.index }) ?? true {
            mark.extent.withdrawal = withdrawal
          }
        }
      }
      mark.next = entry.index + 1
    }
    return controls.count < WithdrawalPass.controlsAtOnce
  }

  private enum Finding {
    /// Something that it names is here, or that cannot be told.
    case waits
    /// The entry withdraws nothing.
    case nothing
    case erased(ErasedWithdrawal)
  }

  private func finding(
    at index: UInt64, of log: LogIdentity, in store: Store
  ) -> Finding {
    switch WithdrawalReader(store: store).look(at: index, of: log) {
    case .unread: return .waits
    case .nothing: return .nothing
    case .found(let withdrawal):
      guard ErasureCheck(store: store).isErased(withdrawal, at: index, of: log),
        let leafHash = try? store.leafHash(log.id, index)
      else { return .waits }
      return .erased(ErasedWithdrawal(index: index, leafHash: leafHash))
    }
  }
}

/// One pass of the scrub over one log, as far as expiry days go.
private struct ExpiryLook {
  private var next: UInt64 = 0
  /// The log's size when the pass began: what comes later is for the next one.
  private var end: UInt64 = 0
  private var highest: UInt16 = 0
  private var isGone = true

  /// - Returns: the highest expiry day of a record at the end of a pass that found every body gone
  ///   whose day has begun.
  mutating func examined(_ batch: EntryBatch, of size: UInt64, _ clock: ExpiryClock) -> UInt16? {
    if batch.first == 0 {
      self = ExpiryLook()
      end = size
    }
    guard batch.first == next, next < end else { return nil }
    for position in 0..<batch.count where batch.kind(at: position) == .record {
      let day = batch.header(at: position).expiryDay
      guard clock.hasBegun(day) else { continue }
      highest = max(highest, day)
      if !batch.bodyState(at: position).isFinal { isGone = false }
    }
    next = batch.end
    return next >= end && isGone && highest > 0 ? highest : nil
  }
}

/// Looks for bodies that a withdrawal names.
private struct ErasureCheck {
  let store: Store

  /// True when none is here, in log files and on its way.
  /// - Parameter index: the withdrawal's own.
  func isErased(_ withdrawal: Withdrawal, at index: UInt64, of identity: LogIdentity) -> Bool {
    withdrawal.byOrigin.allSatisfy { origin, indices in
      store.logs(named: origin, by: identity).allSatisfy { log in
        // In its own log a withdrawal names what stands before it.
        let named = log.id == identity.id ? indices.filter { $0 < index } : indices
        return areErased(named, of: log.id)
      }
    }
  }

  /// An entry that is not here yet is waited for; one that is no record stays.
  private func areErased(_ indices: [UInt64], of id: LogID) -> Bool {
    guard let log = store.table[id] else { return true }
    let files = store.files(of: log)
    var reader = PlaceReader(files)
    return indices.allSatisfy { index in
      guard index < log.state.size, log.handing.stagedState(of: index) == nil,
        let place = try? reader.place(of: index)
      else { return false }
      return place.state.isFinal || (try? files.isRecord(index)) == false
    }
  }
}
