import Log
import Replication
import Store

/// What honest nodes must have made of foes' logs when faults are over.
struct FoeCheck {
  let run: NetworkRun

  // MARK: Forks

  /// What two honest disks hold differently, or one honest node has a proof of, all must have frozen, at one index.
  /// - Returns: the first log of which that is not so yet.
  func stuck() -> String? {
    for log in forkedLogs {
      let freezes = holders(of: log).map { ($0.label, $0.process?.store.state(log)?.frozenAt) }
      guard let first = freezes.first?.1, freezes.allSatisfy({ $0.1 == first }) else {
        let all = freezes.map { "\($0.0) \($0.1.map { "at \($0)" } ?? "not")" }
        return "\(run.truth.name(log)) is forked, and is frozen by: \(all.joined(separator: ", "))"
      }
    }
    return nil
  }

  private var forkedLogs: [LogID] {
    run.truth.order.filter { log in
      run.truth.logs[log]!.fork != nil || run.honest.contains { run.truth.proof($0, log) != nil }
    }
  }

  private func holders(of log: LogID) -> [Site] {
    run.honest.filter { $0.process?.store.state(log) != nil }
  }

  // MARK: The end

  func check() throws(Violation) {
    if let what = stuck() { throw Violation(what) }
    for log in forkedLogs {
      let frozenAt = holders(of: log).first?.process?.store.state(log)?.frozenAt ?? .max
      if let fork = run.truth.logs[log]!.fork {
        try expect(
          frozenAt <= fork,
          "\(run.truth.name(log)) is frozen at \(frozenAt), and disks differ at \(fork)")
      }
      run.tally.add(.forkProven)
    }
    for site in run.sites where (site.shell as? Foe)?.kind == .badSignatures {
      try checkDefects(of: site.keys.identity(site.folder.epoch))
    }
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
  /// What an honest node reports of foes.
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
