public import Log

/// The effects of withdrawals and expiry days on the bodies of a store (Protocols/entry.md, 6 and
/// 7): a withdrawal hides at once, erases when it has stood for seven days of this node's running
/// time, and hides nothing while it does not count.
///
/// A value beside the store, of three kinds of method as there: `staged` and `examine` are told of
/// entries, `recheck` of withdrawals that may have begun or ceased to count, `work` does some of
/// what waits. The caller says which withdrawals count (`Facts`), from what it holds of the log and
/// not from when it came.
public struct Withdrawals {
  /// The facts that decide, at one moment.
  public struct Facts {
    /// Withdrawals of this log count below this index.
    public let countsBelow: (LogID) -> UInt64
    /// Asked once in each `examine`.
    public let clock: () -> ExpiryClock
    /// Minutes that this node has run since its folder was made.
    public let minute: UInt32

    /// - Parameters: as the properties.
    public init(
      countsBelow: @escaping (LogID) -> UInt64, clock: @escaping () -> ExpiryClock, minute: UInt32
    ) {
      self.countsBelow = countsBelow
      self.clock = clock
      self.minute = minute
    }
  }

  /// The effect of `work`: for counters, and for the operator.
  public struct Outcome: Equatable, Sendable {
    /// `restored`: handed out again. `purged`, `expired`: the bytes are gone.
    public enum What: Sendable { case hidden, restored, purged, expired }

    /// The log of the bodies.
    public let log: LogID
    /// The same for all of them.
    public let what: What
    /// Bodies.
    public let count: Int
    /// The withdrawal, where it was one.
    public let withdrawal: Withdrawal.Place?
  }

  var queue = WithdrawalQueue()
  /// Authors whose withdrawals are looked at once more.
  var passes: [WithdrawalPass] = []
  /// Named by a withdrawal of a later epoch before they came here.
  private var early = EarlyWithdrawals()
  /// Hidden bodies whose withdrawal, as their index record names it, seems not to withdraw them.
  var suspects = SuspectMarks()

  /// Nothing waits.
  public init() {}

  /// True when `work` has something to do.
  public var isBusy: Bool { !queue.isEmpty || !passes.isEmpty }

  // MARK: Being told

  /// Entries were just staged: withdrawals among them hide from now on, and so do those that were
  /// withdrawn before they came.
  public mutating func staged(
    _ batch: EntryBatch, of log: LogID, in store: Store, _ facts: Facts
  ) -> [Outcome] {
    guard let identity = store.identity(of: log) else { return [] }
    for position in 0..<batch.count where batch.kind(at: position) == .withdrawal {
      take(batch, position, of: identity, in: store, facts)
    }
    let found = early.take(of: identity.origin, below: batch.end)
    for (place, indices) in found.named { queue.add(.hide(place), log, indices) }
    // There was no room to note which.
    if found.isIncomplete { recheck(identity.origin.name) }
    return doQueued(in: store, facts)
  }

  /// Entries whose signatures were verified: expired records go, withdrawals among them are applied
  /// once more, and what is hidden is erased when that is due.
  /// - Parameter bad: entries whose signatures are not their author's.
  public mutating func examine(
    _ batch: EntryBatch, of log: LogID, except bad: Set<UInt64>, in store: Store, _ facts: Facts
  ) {
    guard let identity = store.identity(of: log) else { return }
    let clock = facts.clock()
    var expired: [UInt64] = []
    for position in 0..<batch.count {
      switch batch.kind(at: position) {
      case .record:
        let header = batch.header(at: position)
        let state = batch.bodyState(at: position)
        if state == .present || state == .absent || state == .hidden,
          clock.hasBegun(header.expiryDay)
        {
          expired.append(header.index)
        }
      case .withdrawal:
        let index = batch.first + UInt64(position)
        guard !bad.contains(index), let body = batch.body(at: position) else { continue }
        apply(Array(body), at: index, of: identity, in: store, facts)
      default: break
      }
    }
    queue.add(.expire, log, expired)
    examineHidden(batch.first..<batch.end, of: identity, in: store, facts)
  }

  /// Withdrawals of this node may have begun or ceased to count: all of them are looked at once
  /// more.
  public mutating func recheck(_ name: NodeName) {
    guard !passes.contains(where: { $0.name == name && $0.hasNotBegun }) else { return }
    passes.append(WithdrawalPass(name: name))
  }

  // MARK: Doing

  /// Gives the store what it takes, and goes on with what is looked at once more: a bounded piece,
  /// called once a round while something waits.
  public mutating func work(in store: Store, _ facts: Facts) -> [Outcome] {
    var outcomes = doQueued(in: store, facts)
    guard queue.isEmpty, !passes.isEmpty else { return outcomes }
    var pass = passes.removeFirst()
    if advance(&pass, in: store, facts) {
      passes.insert(pass, at: 0)
    } else {
      // Every withdrawal that counts has hidden again what it names: the rest was hidden by
      // nothing.
      for (log, place, indices) in suspects.take(of: pass.name, in: store) {
        queue.add(.unmark(place), log, indices)
      }
      // One that could not be read is looked at again by the next pass.
      if !pass.hasUnread { queue.trust(pass.undecided) }
    }
    outcomes += doQueued(in: store, facts)
    return outcomes
  }

  // MARK: Withdrawals

  /// One entry of a batch, if it is its author's.
  private mutating func take(
    _ batch: EntryBatch, _ position: Int, of identity: LogIdentity, in store: Store, _ facts: Facts
  ) {
    guard
      identity.verifySignature(
        leaves: batch.leaves.span, at: position * EntryLayout.leafBytes),
      let body = batch.body(at: position)
    else { return }
    apply(Array(body), at: batch.first + UInt64(position), of: identity, in: store, facts)
  }

  private mutating func apply(
    _ body: [UInt8], at index: UInt64, of identity: LogIdentity, in store: Store, _ facts: Facts
  ) {
    guard let withdrawal = try? Withdrawal.parse(body, in: identity.origin) else { return }
    apply(withdrawal, at: index, of: identity, in: store, facts)
  }

  /// - Precondition: the entry's own signature was verified.
  mutating func apply(
    _ withdrawal: Withdrawal, at index: UInt64, of identity: LogIdentity, in store: Store,
    _ facts: Facts
  ) {
    guard index < facts.countsBelow(identity.id) else { return }
    let place = Withdrawal.Place(epoch: identity.origin.epoch, index: index)
    for (origin, indices) in withdrawal.byOrigin {
      let held = store.logs(named: origin, by: identity)
      for log in held {
        // In its own log a withdrawal names what stands before it.
        let end = log.id == identity.id ? index : store.state(log.id)?.size ?? 0
        queue.add(.hide(place), log.id, store.remaining(log.id, indices.filter { $0 < end }))
      }
      guard origin != identity.origin else { continue }
      let size = held.compactMap { store.state($0.id)?.size }.max() ?? 0
      early.note(indices.filter { $0 >= size }, of: origin, by: place)
    }
  }

  /// True when the withdrawal at `place`, of a record of this log, counts by what is known of its
  /// own log. That it is one, and names the record, is not asked.
  func counts(
    _ place: Withdrawal.Place, for identity: LogIdentity, in store: Store, _ facts: Facts
  ) -> Bool {
    store.logs(of: place, for: identity).contains {
      place.index < min(facts.countsBelow($0.id), store.state($0.id)?.size ?? 0)
    }
  }
}
