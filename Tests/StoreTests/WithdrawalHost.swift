import Crypto
import Log
import Secrets
import Simulation
import Testing

@testable import Store

/// A node's logs with withdrawals in them, appended entry by entry (Protocols/entry.md, 7).
final class WithdrawalAuthor {
  let name: String
  private var states: [UInt32: LogState] = [:]

  init(_ name: String) { self.name = name }

  private func secret(_ epoch: UInt32) -> [UInt8] {
    SHA256.hash(Array("withdrawal test \(name)/\(epoch)".utf8)).array
  }

  func identity(_ epoch: UInt32 = 1) throws -> LogIdentity {
    let seed = secret(epoch)
    return LogIdentity(
      origin: try Origin("\(name)/\(epoch)"), key: LogSecretKey(seed: seed.span).publicKey)
  }

  func entry(_ kind: EntryKind, _ body: [UInt8], epoch: UInt32 = 1, expiryDay: UInt16 = 0) throws
    -> VerifiedBatch
  {
    let state = try states[epoch] ?? LogState(empty: identity(epoch))
    var builder = EntryBuilder(state: state)
    builder.append(kind: kind, time: 1, expiryDay: expiryDay, body: body)
    let seed = secret(epoch)
    let batch = builder.finish { LogSecretKey(seed: seed.span).sign($0) }
    let verified = try state.accept(batch)
    states[epoch] = verified.after
    return verified
  }

  func withdrawal(_ records: [(UInt32, UInt64)], epoch: UInt32 = 1) throws -> VerifiedBatch {
    let named = try records.map {
      Withdrawal.Record(origin: try Origin("\(name)/\($0.0)"), index: $0.1)
    }
    return try entry(.withdrawal, try Withdrawal(records: named).encode(), epoch: epoch)
  }
}

/// A store and what decides about withdrawals in it, as a node hosts them.
final class WithdrawalHost {
  let disk = SimulatedDisk()
  private(set) var store: Store
  var withdrawals = Withdrawals()
  var below: [LogID: UInt64] = [:]
  var minute: UInt32 = 100
  var clock = ExpiryClock(cosignatures: [], of: [])

  init() throws {
    try Store.create(on: disk, salt: salt, limits: .small)
    store = try Store.open(on: disk, limits: .small)
  }

  var facts: Withdrawals.Facts {
    Withdrawals.Facts(
      countsBelow: { [below] in below[$0] ?? .max }, clock: { [clock] in clock }, minute: minute)
  }

  func take(_ batch: VerifiedBatch) throws {
    let identity = batch.after.identity
    if store.state(identity.id) == nil { try store.addLog(identity) }
    try store.append(batch)
    _ = withdrawals.staged(batch.batch, of: identity.id, in: store, facts)
  }

  /// Journals begin anew: the log files alone say what became of bodies.
  func restart() throws {
    try store.flush()
    store = try Store.open(on: disk, limits: .small)
    withdrawals = Withdrawals()
  }

  func takeBulk(_ batch: VerifiedBatch) throws {
    let identity = batch.after.identity
    if store.state(identity.id) == nil { try store.addLog(identity) }
    try store.appendBulk(batch)
    _ = withdrawals.staged(batch.batch, of: identity.id, in: store, facts)
  }

  /// Sets the limit that holds from now on, and does everything that waits.
  func set(_ log: LogID, countsBelow limit: UInt64?) throws {
    below[log] = limit
    for log in store.logs { withdrawals.recheck(log.origin.name) }
    try settle()
  }

  func settle() throws {
    for _ in 0..<1_000 {
      _ = withdrawals.work(in: store, facts)
      try store.flush()
      if !withdrawals.isBusy { return }
    }
    Issue.record("the withdrawals never settle")
  }

  /// A pass of the scrub over everything.
  func scrub() throws {
    try store.flush()
    for log in store.logs {
      let size = store.state(log.id)?.size ?? 0
      guard size > 0 else { continue }
      let batch = try store.read(log.id, 0..<size, maxBytes: 1 << 22)
      withdrawals.examine(batch, of: log.id, except: [], in: store, facts)
    }
    try settle()
  }

  func states(_ log: LogID) throws -> [BodyState] {
    try (0..<(store.state(log)?.size ?? 0)).map { try store.bodyState(log, $0) }
  }
}

/// One week of running time, in minutes.
let week: UInt32 = 7 * 24 * 60

func joined(_ a: EntryBatch, _ b: EntryBatch) throws -> EntryBatch {
  try EntryBatch(first: a.first, leaves: a.leaves + b.leaves, bodies: a.bodies + b.bodies)
}
