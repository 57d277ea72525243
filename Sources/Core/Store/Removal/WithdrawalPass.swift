import Log

/// All withdrawals of one node, looked at once more, in two phases over all its logs.
struct WithdrawalPass {
  enum Phase { case hiding, givingBack }

  static let controlsAtOnce = 512
  /// Each is a read, a verification and 1,024 index records at most: some milliseconds together.
  static let withdrawalsAtOnce = 4

  let name: NodeName
  /// Entries that were undecided when it began: at its end what is withdrawn is hidden.
  var undecided: [LogID: EntryRanges] = [:]
  /// A withdrawal that may hide something could not be read.
  var hasUnread = false
  private(set) var phase = Phase.hiding
  private var log: LogID?
  private var done: Set<LogID> = []
  /// The next entry of `log`.
  var next: UInt64 = 0

  init(name: NodeName) { self.name = name }

  var hasNotBegun: Bool { phase == .hiding && log == nil && done.isEmpty }

  func isAhead(_ identity: LogIdentity) -> Bool { !done.contains(identity.id) }

  mutating func begin(_ identity: LogIdentity) {
    guard log != identity.id else { return }
    log = identity.id
    next = 0
  }

  mutating func end(_ identity: LogIdentity) { done.insert(identity.id) }

  /// - Returns: false when both are over.
  mutating func beginNextPhase() -> Bool {
    guard phase == .hiding else { return false }
    phase = .givingBack
    log = nil
    done = []
    return true
  }
}

extension Withdrawals {
  /// Goes on with a pass: first what counts hides, then what does not count gives back what it
  /// alone hides.
  /// - Returns: whether there is more to do.
  mutating func advance(
    _ pass: inout WithdrawalPass, in store: Store, _ facts: Facts
  ) -> Bool {
    let logs = store.logs.filter { $0.origin.name == pass.name }
    if pass.hasNotBegun { pass.undecided = store.undecided(of: logs) }
    guard let log = logs.first(where: { pass.isAhead($0) }) else { return pass.beginNextPhase() }
    pass.begin(log)
    guard
      let controls = try? store.controlEntries(
        log.id, from: pass.next, limit: WithdrawalPass.controlsAtOnce)
    else {
      pass.hasUnread = true
      pass.end(log)
      return true
    }
    let size = store.state(log.id)?.size ?? 0
    let start = pass.next
    var looked = 0
    for entry in controls {
      // A damaged record of `control` may say any number.
      guard entry.index >= pass.next, entry.index < size else { continue }
      pass.next = entry.index + 1
      guard entry.kind == EntryKind.withdrawal.rawValue else { continue }
      let countsHere = entry.index < facts.countsBelow(log.id)
      guard countsHere == (pass.phase == .hiding) else { continue }
      switch WithdrawalReader(store: store).look(at: entry.index, of: log) {
      case .found(let withdrawal) where countsHere:
        apply(withdrawal, at: entry.index, of: log, in: store, facts)
      case .found(let withdrawal): giveBack(withdrawal, of: log, in: store)
      case .nothing: break
      case .unread: if countsHere { pass.hasUnread = true }
      }
      looked += 1
      if looked == WithdrawalPass.withdrawalsAtOnce { return true }
    }
    if controls.count < WithdrawalPass.controlsAtOnce || pass.next == start { pass.end(log) }
    return true
  }

  private mutating func giveBack(
    _ withdrawal: Withdrawal, of identity: LogIdentity, in store: Store
  ) {
    for (origin, indices) in withdrawal.byOrigin {
      for log in store.logs(named: origin, by: identity) {
        let size = store.state(log.id)?.size ?? 0
        queue.add(.restore, log.id, indices.filter { $0 < size })
      }
    }
  }
}
