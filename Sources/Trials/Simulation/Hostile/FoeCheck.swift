import Log
import Replication
import Store

/// The conclusions that honest nodes must have drawn from foes' logs when faults are over.
struct FoeCheck {
  let run: NetworkRun

  func check() throws(Violation) {
    for log in run.truth.order { try checkFork(of: log) }
    if let what = Conclusions(run: run).difference() { throw Violation(what) }
    try checkStrangers()
    for site in run.sites where (site.mask as? Foe)?.kind == .badSignatures {
      try checkDefects(of: site.keys.identity(site.folder.epoch))
    }
  }

  /// Nothing of a name that is on nobody's roster is kept.
  private func checkStrangers() throws(Violation) {
    let names = Set(run.sites.map(\.name))
    for site in run.honest {
      for log in site.process?.store.logs ?? [] {
        try expect(
          names.contains(log.origin.name), "\(site.label) keeps \(log.origin), of nobody's partner")
      }
    }
  }

  /// A log that two honest disks hold differently, or of which one honest node has a proof, is
  /// frozen at all, at one index.
  private func checkFork(of log: LogID) throws(Violation) {
    let holders = holders(of: log)
    let fork = run.truth.logs[log]?.fork
    guard
      fork != nil || holders.contains(where: { run.truth.evidence.proof(of: log, at: $0) != nil })
    else {
      return
    }
    let freezes = holders.map { $0.process?.store.state(log)?.frozenAt ?? .max }
    try expect(
      Set(freezes).count == 1 && freezes[0] <= fork ?? .max - 1,
      "\(run.truth.name(log)) is forked at \(fork ?? .max), and is frozen at \(freezes)")
    run.tally.add(.forkProven)
  }

  private func holders(of log: LogID) -> [Site] {
    run.honest.filter { $0.process?.store.state(log) != nil }
  }

  /// A bad signature under a valid checkpoint is shown as a defect, and freezes nothing.
  private func checkDefects(of log: LogIdentity) throws(Violation) {
    for site in holders(of: log.id) {
      guard let store = site.process?.store, let state = store.state(log.id) else { continue }
      try expect(
        state.frozenAt == nil,
        "\(site.label) froze \(log.origin) for what is a defect, and no fork or fault")
      guard state.size > 0, let batch = try? store.read(log.id, 0..<state.size, maxBytes: 1 << 20)
      else { continue }
      if !log.verifySignatures(batch).isEmpty { run.tally.add(.defectStored) }
    }
  }
}

extension NetworkRun {
  /// Counts the reports of an honest node about foes.
  func hearAnswer(_ event: Event) {
    switch event {
    case .disputed: tally.add(.disputed)
    case .openingRefused: tally.add(.openingRefused)
    case .malformed: tally.add(.malformed)
    case .count(let counter):
      switch counter {
      case .chunksFailed: tally.add(.chunkRefused)
      case .chunksUnasked: tally.add(.chunkUnasked)
      case .chunksAskedInFull: tally.add(.chunkInFull)
      case .checkpointsBad: tally.add(.checkpointRefused)
      case .cosignaturesBad: tally.add(.cosignatureRefused)
      case .claimsDropped: tally.add(.claimDropped)
      case .entriesBad: tally.add(.leafRefused)
      case .proofsBad: tally.add(.proofRefused)
      case .probesBad: tally.add(.searchEnded)
      case .faults: tally.add(.faultFrozen)
      default: break
      }
    default: break
    }
  }
}
