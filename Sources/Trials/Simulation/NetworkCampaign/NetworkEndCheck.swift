import Crypto
import Log
import Store

/// The rule at the end of a run: every entry is there, whole, and the same everywhere.
struct NetworkEndCheck {
  let run: NetworkRun

  func check() throws(Violation) {
    for site in run.honest {
      guard let process = site.process else { throw Violation("\(site.label) does not run") }
      let named = try run.withdrawals.named(process)
      for log in process.store.logs {
        try check(log, site, process.store, named[log.id] ?? NetworkWithdrawals.Named())
      }
    }
    try checkFreezes()
    let twins = TwinCheck(run: run)
    if let what = twins.difference() { throw Violation(what) }
    run.tally.add(.twinsSettled, twins.settled)
    try FoeCheck(run: run).check()
  }

  /// - Parameter named: what is withdrawn of the log.
  private func check(
    _ log: LogIdentity, _ site: Site, _ store: Store, _ named: NetworkWithdrawals.Named
  ) throws(Violation) {
    let size = store.durableHead(log.id)?.size ?? 0
    try expect(
      size >= run.truth.size(site, log.id),
      "\(site.label): \(log.origin) has \(size) entries in the end, \(run.truth.size(site, log.id)) were acknowledged"
    )
    var next: UInt64 = 0
    while next < size {
      let batch = try must("\(site.label): reading \(log.origin) at \(next)") {
        try store.read(log.id, next..<size, maxBytes: 1 << 20)
      }
      try expect(
        batch.first == next && batch.count > 0,
        "\(site.label): \(log.origin) has a gap at \(next)")
      for position in 0..<batch.count {
        let state = batch.bodyState(at: position)
        if state != .present, let removals = run.removals, let process = site.process {
          try removals.checkGone(batch.header(at: position), state, process)
        } else {
          try compare(batch, position, log, site, named)
        }
      }
      next = batch.end
    }
  }

  /// The leaf is the truth's, and the body is the leaf's.
  private func compare(
    _ batch: EntryBatch, _ position: Int, _ log: LogIdentity, _ site: Site,
    _ named: NetworkWithdrawals.Named
  ) throws(Violation) {
    let index = Int(batch.first) + position
    let leaf = EntryHeader.leafHash(
      of: batch.leaves.span, at: position * EntryLayout.leafBytes)
    guard let truth = run.truth.logs[log.id], index < truth.fork.map(Int.init) ?? .max else {
      return
    }
    try expect(
      truth.allows(leaf.array, at: UInt64(index)),
      "\(site.label): entry \(index) of \(log.origin) is another in the end")
    if named.ever.contains(UInt64(index)), batch.body(at: position) == nil { return }
    let bodyHash = batch.body(at: position).map { SHA256.hash(Array($0)) }
    let start = position * EntryLayout.leafBytes + EntryLayout.bodyHash
    try expect(
      bodyHash?.array == Array(batch.leaves[start..<(start + 32)]),
      "\(site.label): the body of entry \(index) of \(log.origin) is another")
  }

  /// Sites with the same proofs freeze at the same index, and no log without one is frozen.
  private func checkFreezes() throws(Violation) {
    for site in run.honest {
      guard let process = site.process else { continue }
      for log in process.store.logs {
        let proof = run.truth.evidence.freeze(of: log.id, at: site)
        let frozen = process.store.state(log.id)?.frozenAt
        try expect(
          frozen == proof,
          "\(site.label): \(log.origin) is frozen at \(text(frozen)), and the proof says \(text(proof))"
        )
      }
    }
  }

  private func text(_ index: UInt64?) -> String { index.map { "\($0)" } ?? "nothing" }
}
