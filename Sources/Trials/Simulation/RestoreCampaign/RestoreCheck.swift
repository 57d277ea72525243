import Crypto
import Log
import Replication
import Store

/// The rules at the end of a run (design, 13: 1, 2, 3; 10).
struct RestoreCheck {
  let run: RestoreRun

  func check() throws(Violation) {
    for site in run.sites { try run.truth.settleOwn(site) }
    for log in run.truth.order {
      let most = run.sites.map { size($0, log) }.max() ?? 0
      // Entries that only the stopped copy had stored are known by its proof.
      let fork =
        run.truth.logs[log]?.fork
        ?? run.truth.evidence.proofs.first { $0.identity.id == log }?.frozenAt
      try checkFork(log, fork)
      try checkNothingLost(log)
      if fork == nil { try checkAgreement(log, most) }
    }
    try checkAccusations()
    try checkPublishing()
  }

  /// True when everybody has what everybody published last.
  func hasArrived() -> Bool {
    run.sites.allSatisfy { author in
      guard let identity = author.process?.identity,
        let tip = author.process?.store.state(identity.id)?.size
      else { return false }
      return run.sites.allSatisfy { size($0, identity.id) == tip }
    }
  }

  private func size(_ site: Site, _ log: LogID) -> UInt64 {
    site.process?.store.durableHead(log)?.size ?? 0
  }

  /// No index has two entries, but within the limit of design 10; and then somebody holds the
  /// proof.
  private func checkFork(_ log: LogID, _ fork: UInt64?) throws(Violation) {
    guard let fork else { return }
    guard let limit = run.limit, log == run.victim.keys.identity(1).id else {
      throw Violation("a fork at \(fork) of \(name(log)), outside the limit")
    }
    run.tally.add(limit)
    let proof = run.truth.evidence.proofs.first { $0.identity.id == log }
    guard let proof else { throw Violation("a fork at \(fork) of \(name(log)) without a proof") }
    let again = try must("a fork proof") {
      try ForkProof(identity: proof.identity, evidence: proof.evidence)
    }
    try expect(again.frozenAt >= fork, "a proof below the fork")
    run.tally.add(.forkProven)
  }

  /// A site still has what it stored.
  private func checkNothingLost(_ log: LogID) throws(Violation) {
    for site in run.sites {
      let last = run.truth.holdings.head(site, log)
      guard last.size > 0, let store = site.process?.store else { continue }
      let hash = try must("\(site.label): \(name(log))") {
        try store.leafHash(log, last.size - 1)
      }
      try expect(hash == last.leafHash, "\(site.label): entry \(last.size - 1) is another")
    }
  }

  /// Everybody has all that anybody has, up to where an epoch was ended.
  private func checkAgreement(_ log: LogID, _ most: UInt64) throws(Violation) {
    var ends: UInt64 = most
    for site in run.sites {
      if let end = site.process?.core.epochs.endsAt(log) { ends = min(ends, end) }
    }
    if ends < most { run.tally.add(.lateEntries) }
    for site in run.sites {
      try expect(
        size(site, log) >= ends,
        "\(site.label): \(size(site, log)) entries of \(name(log)), and others hold \(ends)")
    }
  }

  /// Nobody is accused of what did not happen.
  private func checkAccusations() throws(Violation) {
    let forked = run.limit == nil ? nil : run.victim.keys.identity(1).id
    for log in run.truth.evidence.proofs.map(\.identity.id)
      + run.truth.order.filter({ run.disputed.contains($0) })
    where log != forked {
      throw Violation("\(name(log)) is accused, and its node is honest")
    }
  }

  /// Every node publishes again, and everybody has it.
  private func checkPublishing() throws(Violation) {
    for author in run.sites {
      guard let identity = author.process?.identity else { continue }
      let own = size(author, identity.id)
      for site in run.sites {
        try expect(
          size(site, identity.id) == own,
          "\(site.label) has \(size(site, identity.id)) of \(own) entries of \(identity.origin)")
      }
    }
    let epoch = run.victim.process?.identity.origin.epoch ?? 1
    run.tally.add(epoch == 1 ? .sameEpoch : .nextEpoch)
    for site in run.sites where site !== run.victim {
      try expect(site.folder.epoch == 1, "\(site.label) had to open an epoch, and was not restored")
    }
  }

  private func name(_ log: LogID) -> String {
    for site in run.sites {
      if let known = site.process?.store.logs.first(where: { $0.id == log }) {
        return known.origin.text
      }
    }
    return "\(log)"
  }
}
