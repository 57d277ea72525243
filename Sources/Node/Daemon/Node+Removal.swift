import Crypto
import Log
import Replication
import Runtime
import Store

// Bodies that go: by a withdrawal of their author, or past their expiry (Protocols/entry.md, 6 and 7).
extension Node {
  func expiryClock() -> ExpiryClock {
    if let clock, !clock.isStale || now < clock.at + NodeLimits.expiryClockMilliseconds {
      return clock.value
    }
    let value = computeExpiryClock()
    clock = (now, false, value)
    return value
  }

  private func computeExpiryClock() -> ExpiryClock {
    let names = Set(roster.entries.map(\.card.name) + [card.name])
    return ExpiryClock(
      cosignatures: store.logs.lazy.flatMap { self.store.cosignatures($0.id) }.map(\.cosignature),
      of: names)
  }

  /// Entries that were verified: what expired among them, and what they withdraw.
  /// - Parameter bad: entries whose signatures are not their author's.
  func removeDue(in batch: EntryBatch, of log: LogID, except bad: Set<UInt64>) {
    let clock = expiryClock()
    var expired: [UInt64] = []
    for position in 0..<batch.count {
      let leaf = position * EntryLayout.leafBytes
      switch EntryKind(rawValue: batch.leaves[leaf + EntryLayout.kind]) {
      case .record:
        let state = batch.bodyState(at: position)
        let header = batch.header(at: position)
        if state == .present || state == .absent, clock.hasBegun(header.expiryDay) {
          expired.append(header.index)
        }
      case .withdrawal:
        let index = batch.first + UInt64(position)
        guard !bad.contains(index), let body = batch.body(at: position) else { continue }
        apply(Array(body), at: index, of: log)
      default: break
      }
    }
    remove(expired, of: log, as: .expired)
  }

  // MARK: Withdrawals

  /// Of entries that were just staged: they take effect once they are durable.
  func expectWithdrawals(in batch: EntryBatch, of log: LogID) {
    for position in 0..<batch.count {
      let kind = batch.leaves[position * EntryLayout.leafBytes + EntryLayout.kind]
      guard kind == EntryKind.withdrawal.rawValue,
        removal.arrived.count < NodeLimits.withdrawalsArriving
      else { continue }
      removal.arrived.append((log, batch.first + UInt64(position)))
    }
  }

  /// Entries became durable: withdrawals among them, and bodies that were withdrawn before they came.
  func removeArrived(_ durable: Durable) {
    let come = removal.arrived.filter { $0.log == durable.id && $0.index < durable.head.size }
    removal.arrived.removeAll { $0.log == durable.id && $0.index < durable.head.size }
    for entry in come { applyWithdrawal(at: entry.index, of: entry.log) }
    guard let identity = store.logs.first(where: { $0.id == durable.id }) else { return }
    let expected = removal.takeExpected(of: identity.origin, below: durable.head.size)
    remove(expected, of: durable.id, as: .purged)
  }

  private func applyWithdrawal(at index: UInt64, of log: LogID) {
    guard let identity = store.logs.first(where: { $0.id == log }) else { return }
    attempt("\(identity.origin)/\(index) is a withdrawal and could not be read") {
      let batch = try store.read(
        log, index..<(index + 1), maxBytes: EntryLayout.maxBodyBytes * 2)
      guard identity.verifySignature(leaves: batch.leaves.span, at: 0),
        let body = batch.body(at: 0)
      else { return }
      apply(Array(body), at: index, of: log)
    }
  }

  /// - Precondition: the entry's own signature was verified.
  private func apply(_ body: [UInt8], at index: UInt64, of log: LogID) {
    // Behind a proven fork, or the end of an epoch, it is not known what the author said.
    guard let identity = store.logs.first(where: { $0.id == log }),
      core.frozenAt(log).map({ index < $0 }) ?? true,
      core.endsAt(log).map({ index < $0 }) ?? true,
      let withdrawal = try? Withdrawal.parse(body, in: identity.origin)
    else { return }
    var named: [(origin: Origin, indices: [UInt64])] = []
    for record in withdrawal.records {
      if named.last?.origin != record.origin { named.append((record.origin, [])) }
      named[named.count - 1].indices.append(record.index)
    }
    for (origin, indices) in named {
      let held = store.logs.filter { $0.origin == origin }
      for log in held {
        let size = store.state(log.id)?.size ?? 0
        remove(
          indices.filter { $0 < size }, of: log.id, as: .purged,
          because: "\(identity.origin)/\(index)")
      }
      let size = held.compactMap { store.state($0.id)?.size }.max() ?? 0
      for index in indices where index >= size { removal.expect(index, of: origin) }
    }
  }

  // MARK: On the way to the store

  private func remove(
    _ indices: [UInt64], of log: LogID, as state: BodyState, because entry: String? = nil
  ) {
    guard !indices.isEmpty else { return }
    // What was removed before is no news: each pass sees every withdrawal again.
    let held = indices.filter { index in
      // An index record that cannot be read is no reason to keep a body.
      let state = try? store.bodyState(log, index)
      return state == nil || state == .present || state == .absent
    }
    guard !held.isEmpty else { return }
    if removal.add(log, held, as: state) > 0 {
      journal.warning(
        "\(name(of: log)): more bodies are to go than can wait; the next scrub goes on")
    }
    let reason = state == .expired ? "expired" : "withdrawn" + (entry.map { " by \($0)" } ?? "")
    journal.debug("\(name(of: log)): \(held.count) bodies to remove: \(reason)")
    purgeSome()
  }

  /// Gives the store what it takes; called once a round while something waits.
  func purgeSome() {
    while let due = removal.takeFirst() {
      do throws(StoreError) {
        let count = try store.purge(due.log, due.indices, as: due.state)
        guard count > 0 else { continue }
        damage.isDue = true
        counters.add(
          due.state == .expired ? "store.bodies-expired" : "store.bodies-purged", UInt64(count))
        let why = due.state == .expired ? "expired" : "withdrawn by their author"
        journal.notice("\(name(of: due.log)): \(count) bodies removed: \(why)")
      } catch .busy {
        return removal.putBack(due)
      } catch {
        counters.add("store.refused")
        journal.warning("\(name(of: due.log)): bodies were not removed: \(error)")
      }
    }
  }
}
