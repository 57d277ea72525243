import Log
import Replication
import Store

/// Faults stop for all that are honest; foes go on. Then everybody has everything within a budget
/// of time and of messages, and everybody can publish.
struct NetworkLiveness {
  /// Silence is noticed after 75 s, a dial waits up to 37 s, a source is passed over for 30 s, a
  /// paused process sleeps up to 120 s: each may follow the other.
  static let settleMilliseconds: UInt64 = 400_000
  static let arriveMilliseconds: UInt64 = 200_000
  private static let lookEvery: UInt64 = 2_000

  let run: NetworkRun
  private var world: World { run.world }

  func converge() throws(Violation) {
    world.say("faults stop")
    try calm()
    let before = (messages: run.messages, bytes: run.messageBytes)
    try wait(NetworkLiveness.settleMilliseconds) { () throws(Violation) in stuckInSettling() }
    for site in authors {
      let size = try site.process?.publish(1)
      try expect(size != nil, "\(site.label) cannot publish in the end")
    }
    world.say("all that publish have published once more")
    try arrive()
    try expectBudget(run.messages - before.messages, run.messageBytes - before.bytes)
  }

  /// Everybody has what was published since.
  func arrive() throws(Violation) {
    try wait(NetworkLiveness.arriveMilliseconds) { () throws(Violation) in stuckInArriving() }
  }

  private var authors: [Site] {
    let all = run.honest.filter { !run.plan.topology.carriers.contains($0.number) }
    return run.plan.isLarge ? Array(all.prefix(NetworkPlan.authorsOfLarge)) : all
  }

  /// The network is whole, the disks are sound, the machines run.
  private func calm() throws(Violation) {
    for number in run.crashesIn.indices { run.crashesIn[number] = nil }
    for (a, b) in run.pairs {
      for (from, to) in [(a, b), (b, a)] {
        run.wires?.way(from, to) {
          $0.blockedUntil = 0
          $0.bytesPerSecond = nil
        }
      }
    }
    for site in run.honest { site.diskFault = nil }
    for site in run.sites { try world.start(site) }
    for (a, b) in run.pairs { try run.link(run.sites[a], run.sites[b]) }
  }

  /// A process knows of the damage and of the absent bodies that it has read, and forgets them when
  /// it ends.
  private func scrub() throws(Violation) {
    for site in run.honest where site.mends { try site.process?.readAll() }
  }

  private func wait(
    _ most: UInt64, until stuck: () throws(Violation) -> String?
  ) throws(Violation) {
    let end = world.now + most
    while world.now < end {
      try world.run(for: NetworkLiveness.lookEvery)
      try run.operate()
      guard try stuck() == nil else { continue }
      try scrub()
      if try stuck() == nil { return }
    }
    if let what = try stuck() { throw Violation("stuck after \(most / 1_000) s: \(what)") }
  }

  // MARK: Stuck sites

  private func stuckInSettling() -> String? {
    for site in run.honest {
      guard let process = site.process else { return "\(site.label) does not run" }
      if process.store.condition != .running {
        return "\(site.label): the disk is \(process.store.condition)"
      }
      if run.needsEpoch(site) { return "\(site.label) is closed, and cannot open an epoch" }
      if process.core.signing != .ready {
        return "\(site.label): signing is \(process.core.signing)"
      }
      if let other = missingNeighbour(of: site) {
        return "the link of \(site.label) and \(other.label) does not come up"
      }
    }
    return stuckInArriving()
  }

  private func missingNeighbour(of site: Site) -> Site? {
    let connected = Set(world.connected(to: site).map(\.site.number))
    for (a, b) in run.pairs where a == site.number || b == site.number {
      let other = run.sites[a == site.number ? b : a]
      if other.isHonest, !connected.contains(other.number) { return other }
    }
    return nil
  }

  /// The first log that somebody lacks a part of, or of which two conclude differently.
  private func stuckInArriving() -> String? {
    stuckLog() ?? CardCheck(run: run).difference() ?? Conclusions(run: run).difference()
      ?? TwinCheck(run: run).difference()
  }

  private func stuckLog() -> String? {
    for log in run.truth.order {
      if let what = stuckFork(of: log) { return what }
      if isHeldBack(log) { continue }
      let most = run.honest.map { size($0, log) }.max() ?? 0
      var wanted = most
      for site in run.honest {
        if let process = site.process {
          wanted = min(
            wanted, process.core.epochs.endsAt(log) ?? .max, process.core.frozenAt(log) ?? .max)
        }
      }
      for site in run.honest where site.process?.store.state(log) != nil {
        guard size(site, log) < wanted else { continue }
        return describe(site, log, wanted)
      }
    }
    for site in run.honest where site.mends {
      for log in site.process?.store.logs ?? [] {
        let ranges = site.process?.store.damagedRanges(log.id) ?? []
        if !ranges.isEmpty { return "\(site.label): \(log.origin) is damaged at \(ranges)" }
      }
    }
    return nil
  }

  /// Its author keeps back what vouches for the rest: what one node took of it another may not
  /// take.
  private func isHeldBack(_ log: LogID) -> Bool {
    run.sites.contains { site in
      (site.mask as? Foe)?.kind == .brokenBulk
        && site.process?.store.logs.contains { $0.id == log && $0.origin.name == site.name } == true
    }
  }

  /// A fork that honest disks hold is proven, and whoever keeps the log has the lowest proof.
  private func stuckFork(of log: LogID) -> String? {
    let holders = run.honest.filter { $0.process?.store.state(log) != nil }
    let lowest = holders.compactMap { run.truth.evidence.proof(of: log, at: $0) }.min()
    guard let lowest else {
      let fork = run.truth.logs[log]?.fork
      return fork.map { "\(run.truth.name(log)) is forked at \($0), and nobody has a proof" }
    }
    for site in holders where run.truth.evidence.proof(of: log, at: site) != lowest {
      let own = run.truth.evidence.proof(of: log, at: site).map { "at \($0)" } ?? "none"
      return "\(site.label) has no proof of the fork of \(run.truth.name(log)) at \(lowest): "
        + "its lowest is \(own)"
    }
    return nil
  }

  private func size(_ site: Site, _ log: LogID) -> UInt64 {
    site.process?.store.durableHead(log)?.size ?? 0
  }

  private func describe(_ site: Site, _ log: LogID, _ wanted: UInt64) -> String {
    let neighbours = world.connected(to: site).map { "\($0.site.label) \(size($0.site, log))" }
    return "\(site.label) has \(size(site, log)) of \(wanted) entries of \(run.truth.name(log)); "
      + "its neighbours have: \(neighbours.joined(separator: ", "))"
  }

  private func expectBudget(_ messages: Int, _ bytes: Int) throws(Violation) {
    let links = run.pairs.count
    // Each node gets each log once, or not even that; what crossed on its way, and what a foe made
    // go another way, is room.
    let stored = run.truth.order.reduce(0) { sum, log in
      sum + (run.honest.compactMap { $0.process?.store.storedBytes(log) }.max() ?? 0)
    }
    let byteBudget = links * (96 << 10) + 3 * run.sites.count * Int(stored)
    try expect(
      bytes <= byteBudget, "\(bytes) bytes until all had everything, \(byteBudget) are the budget")
    let budget = 2_000 + links * (400 + 60 * run.truth.order.count)
    try expect(
      messages <= budget, "\(messages) messages until all had everything, \(budget) are the budget")
  }
}
