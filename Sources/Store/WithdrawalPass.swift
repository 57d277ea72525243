import Log

/// All withdrawals of one node, looked at once more, in two phases over all its logs.
struct WithdrawalPass {
  enum Phase { case hiding, givingBack }

  static let controlsAtOnce = 512
  /// Each is a read, a verification and 1,024 index records at most: some milliseconds together.
  static let withdrawalsAtOnce = 4

  let name: NodeName
  /// What was doubted when it began: at its end what is withdrawn is hidden.
  var doubted: [LogID: Set<UInt64>] = [:]
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
  /// Goes on with a pass: first what counts hides, then what does not count gives back what it alone hides.
  /// - Returns: whether there is more to do.
  mutating func advance(
    _ pass: inout WithdrawalPass, in store: Store, _ facts: Facts
  ) -> Bool {
    let logs = store.logs.filter { $0.origin.name == pass.name }
    if pass.hasNotBegun { for log in logs { pass.doubted[log.id] = store.doubted(log.id) } }
    guard let log = logs.first(where: { pass.isAhead($0) }) else { return pass.beginNextPhase() }
    pass.begin(log)
    guard
      let controls = try? store.controlEntries(
        log.id, from: pass.next, limit: WithdrawalPass.controlsAtOnce)
    else {
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
      if let batch = try? store.read(
        log.id, entry.index..<(entry.index + 1), maxBytes: EntryLayout.maxBodyBytes * 2)
      {
        if countsHere {
          take(batch, 0, of: log, in: store, facts)
        } else {
          giveBack(batch, of: log, in: store)
        }
      }
      looked += 1
      if looked == WithdrawalPass.withdrawalsAtOnce { return true }
    }
    if controls.count < WithdrawalPass.controlsAtOnce || pass.next == start { pass.end(log) }
    return true
  }

  private mutating func giveBack(_ batch: EntryBatch, of identity: LogIdentity, in store: Store) {
    guard let body = batch.body(at: 0),
      let withdrawal = try? Withdrawal.parse(Array(body), in: identity.origin)
    else { return }
    for (origin, indices) in withdrawal.byOrigin {
      for log in store.logs(named: origin, by: identity) {
        let size = store.state(log.id)?.size ?? 0
        queue.add(.restore, log.id, indices.filter { $0 < size })
      }
    }
  }
}
