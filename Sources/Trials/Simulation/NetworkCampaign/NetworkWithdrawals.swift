import Crypto
import Log
import Replica
import Replication
import Store

/// Withdrawals of a run, which are drawn from numbers of their own, and what must come of them:
/// what they name is hidden, and gone after the term, on every honest disk, and receipts say so and
/// no sooner (Protocols/entry.md, 7 and 9).
final class NetworkWithdrawals {
  /// A record that an honest author wished to withdraw. A crash may have taken it, or the
  /// withdrawal: logs say what is withdrawn.
  private struct Withdrawn {
    let log: LogID
    let index: UInt64
    /// So long that it stands on a disk by nothing but itself.
    let body: [UInt8]
  }

  /// In more nodes an hour without faults takes minutes.
  private static let mostNodes = 8
  private static let leastBody = 24
  private static let weekMinutes: UInt64 = 7 * 24 * 60

  private unowned let run: NetworkRun
  private var random: SplitMix64
  /// This run has some.
  let isDrawn: Bool
  private var withdrawn: [Withdrawn] = []

  init(_ run: NetworkRun, random: SplitMix64) {
    self.run = run
    var random = random
    let hasSome = random.below(3) > 0
    // Nobody can mend what is hidden; and one run has one truth of what was withdrawn.
    isDrawn =
      hasSome && !run.plan.isLarge && !run.plan.faults.contains(.rot)
      && run.removals == nil
    self.random = random
  }

  // MARK: Faults

  /// A step of the run: somebody may withdraw, and a week may pass in which nothing happens.
  func step() throws(Violation) {
    guard isDrawn else { return }
    if random.oneIn(4) { try withdrawSomewhere() }
    if random.oneIn(24) { passWeek() }
    if random.oneIn(6) { try drawn(run.honest)?.process?.examineAll() }
  }

  private func drawn(_ sites: [Site]) -> Site? {
    sites.isEmpty ? nil : sites[random.below(sites.count)]
  }

  private func withdrawSomewhere() throws(Violation) {
    guard let site = drawn(run.sites), let process = site.process,
      !site.isPaused(at: run.world.now),
      let size = process.store.durableHead(process.identity.id)?.size, size > 1
    else { return }
    let log = process.identity.id
    var bodies: [UInt64: [UInt8]] = [:]
    for _ in 0..<(1 + random.below(3)) {
      let index = 1 + UInt64(random.below(Int(size) - 1))
      guard let batch = try? process.store.read(log, index..<(index + 1), maxBytes: 1 << 20),
        batch.header(at: 0).knownKind == .record,
        run.groups?.truth.holds(log, index) != true, let body = batch.body(at: 0)
      else { continue }
      bodies[index] = Array(body)
    }
    let named = bodies.keys.sorted()
    guard !named.isEmpty, try process.withdraw(named) else { return }
    run.tally.add(.withdrawn)
    guard site.isHonest else { return }
    for index in named {
      guard let body = bodies[index], body.count >= NetworkWithdrawals.leastBody else { continue }
      withdrawn.append(Withdrawn(log: log, index: index, body: body))
    }
  }

  /// By the running time of every node: nobody hears of anything meanwhile.
  private func passWeek() {
    run.world.say("a week passes")
    for site in run.sites { site.runningMinutes += NetworkWithdrawals.weekMinutes }
  }

  // MARK: Receipts

  /// An honest node signs no receipt before the bytes are gone from its disk, journals included.
  func signs(_ process: NodeProcess, _ plan: ReceiptPlan) throws(Violation) {
    guard process.site.isHonest else { return }
    run.tally.add(.receiptSigned)
    for line in plan.lines {
      guard let covered = line.extent.withdrawal?.index else { continue }
      try expectGone(line.log, upTo: covered, process)
    }
  }

  private func expectGone(
    _ log: LogID, upTo covered: UInt64, _ process: NodeProcess
  ) throws(Violation) {
    for (index, state) in try named(process)[log]?.states ?? [] where state.by <= covered {
      try expect(
        state.body == .purged || state.body == .purgedHere || state.body == .expired
          || !isRecord(index, log, process),
        "\(process.site.label) signs that entry \(index) of \(run.truth.name(log)) is erased, and it is \(state.body)"
      )
      guard let body = body(of: index, log, process),
        let file = process.disk.image.file(holding: body)
      else { continue }
      throw Violation(
        "\(process.site.label) signs that entry \(index) of \(run.truth.name(log)) is erased, and \(file.path) has it"
      )
    }
  }

  /// The body that this entry has, as its author had it when the withdrawal was wished for.
  private func body(of index: UInt64, _ log: LogID, _ process: NodeProcess) -> [UInt8]? {
    let wished = withdrawn.filter { $0.log == log && $0.index == index }
    guard !wished.isEmpty,
      let batch = try? process.store.read(log, index..<(index + 1), maxBytes: 1 << 20)
    else { return nil }
    let hash = batch.header(at: 0).bodyHash
    return wished.first { SHA256.hash($0.body) == hash }?.body
  }

  // MARK: The end

  /// The records of one log that withdrawals name which count, as one node holds them.
  struct Named {
    /// By index, ascending; `by`: the first such withdrawal.
    var states: [(index: UInt64, state: (by: UInt64, body: BodyState))] = []

    /// Named by any, whether it counts or not.
    var ever: Set<UInt64> = []

    func contains(_ index: UInt64) -> Bool { states.contains { $0.index == index } }
  }

  /// By its own log: in these runs a withdrawal names records of the log that it is in.
  func named(_ process: NodeProcess) throws(Violation) -> [LogID: Named] {
    var found: [LogID: Named] = [:]
    guard isDrawn else { return found }
    for log in process.store.logs {
      var first: [UInt64: UInt64] = [:]
      let below = process.core.standsBelow(log.id)
      var all = Named()
      for (place, withdrawal) in try withdrawals(of: log, process) {
        for record in withdrawal.records where record.index < place {
          all.ever.insert(record.index)
          guard place < below else { continue }
          first[record.index] = min(first[record.index] ?? .max, place)
        }
      }
      for (index, by) in first.sorted(by: { $0.key < $1.key }) {
        let state = try must("\(process.site.label): the body of entry \(index) of \(log.origin)") {
          try process.store.bodyState(log.id, index)
        }
        all.states.append((index, (by, state)))
      }
      found[log.id] = all
    }
    return found
  }

  private func withdrawals(
    of log: LogIdentity, _ process: NodeProcess
  ) throws(Violation) -> [(UInt64, Withdrawal)] {
    let size = process.store.durableHead(log.id)?.size ?? 0
    let controls = try must("\(process.site.label): control entries of \(log.origin)") {
      try process.store.controlEntries(log.id, from: 0)
    }
    return controls.compactMap { entry in
      guard entry.kind == EntryKind.withdrawal.rawValue, entry.index < size,
        let batch = try? process.store.read(
          log.id, entry.index..<(entry.index + 1), maxBytes: 1 << 20),
        let body = batch.body(at: 0), log.verifySignature(leaves: batch.leaves.span, at: 0),
        let withdrawal = try? Withdrawal.parse(Array(body), in: log.origin)
      else { return nil }
      return (entry.index, withdrawal)
    }
  }

  /// Everybody has everything: what counts hides on every honest node, and what does not count
  /// hides on none.
  func checkHidden() throws(Violation) {
    guard isDrawn else { return }
    for site in run.honest {
      guard let process = site.process else { continue }
      for (log, named) in try named(process) {
        for (index, state) in named.states {
          try expect(
            state.body != .present && state.body != .absent || !isRecord(index, log, process),
            "\(site.label): entry \(index) of \(run.truth.name(log)) is withdrawn, and \(state.body)"
          )
        }
        try checkNotHidden(log, named, process)
        if !named.states.isEmpty { run.tally.add(.hidden) }
      }
    }
  }

  private func isRecord(_ index: UInt64, _ log: LogID, _ process: NodeProcess) -> Bool {
    let batch = try? process.store.read(log, index..<(index + 1), maxBytes: 1 << 20)
    return batch?.header(at: 0).knownKind == .record
  }

  private func checkNotHidden(
    _ log: LogID, _ named: Named, _ process: NodeProcess
  ) throws(Violation) {
    let size = process.store.durableHead(log)?.size ?? 0
    for index in 0..<size where !named.contains(index) {
      guard let state = try? process.store.bodyState(log, index) else { continue }
      // A body that was erased while its withdrawal counted stays so.
      try expect(
        state != .hidden && (state == .present || named.ever.contains(index)),
        "\(process.site.label): entry \(index) of \(run.truth.name(log)) is \(state), and nothing that counts withdraws it"
      )
      if named.ever.contains(index), state == .present { run.tally.add(.withdrawalVoid) }
    }
  }

  /// The term passes, and an hour without faults: everything that is withdrawn is gone, and every
  /// author hears so from everybody.
  func finish() throws(Violation) {
    guard isDrawn else { return }
    try checkHidden()
    guard run.plan.nodes <= NetworkWithdrawals.mostNodes, !withdrawn.isEmpty else { return }
    passWeek()
    for site in run.honest { try site.process?.examineAll() }
    try run.world.run(for: 10_000)
    for site in run.honest { try expectErased(site) }
    // A look an hour after the one before, and one that a refusal put off.
    try run.world.run(for: 3_600_000 + 400_000)
    for site in run.honest { try expectConfirmed(site) }
    try checkHidden()
  }

  private func expectErased(_ site: Site) throws(Violation) {
    guard let process = site.process else { return }
    for (log, named) in try named(process) {
      for (index, state) in named.states {
        try expect(
          state.body == .purged || state.body == .purgedHere || !isRecord(index, log, process),
          "\(site.label): a week after its withdrawal entry \(index) of \(run.truth.name(log)) is \(state.body)"
        )
        run.tally.add(.erased)
      }
    }
  }

  private func expectConfirmed(_ site: Site) throws(Violation) {
    guard let process = site.process else { return }
    let own = process.store.logs.filter { $0.origin.name == site.name }
    var book = ReceiptBook(about: own.map(\.id))
    while !book.work(in: process.store) {}
    for log in own {
      let below = process.core.standsBelow(log.id)
      for (place, _) in try withdrawals(of: log, process) where place < below {
        for other in run.honest where other.process?.store.state(log.id) != nil {
          let signers = process.store.logs.filter { $0.origin.name == other.name }
          try expect(
            signers.contains {
              book.confirmation(of: place, in: log.id, by: $0.id, process.store) != nil
            },
            "\(site.label) hears no receipt of \(other.label) for its withdrawal \(place)")
          run.tally.add(.receiptConfirmed)
        }
      }
      try expectNoLies(book, about: log, process)
    }
  }

  /// Whatever a foe signed, only what stands at that place confirms.
  private func expectNoLies(
    _ book: ReceiptBook, about log: LogIdentity, _ process: NodeProcess
  ) throws(Violation) {
    let places = Set(try withdrawals(of: log, process).map(\.0))
    for signer in process.store.logs {
      for word in book.words(of: signer.id, about: log.id) {
        try expect(
          !word.isLess || !run.plan.isHonest(signer.origin.name),
          "\(signer.origin), which is honest, takes back what it said of \(log.origin)")
        guard let named = word.extent.withdrawal,
          ReceiptBook.stands(named, in: log.id, process.store)
        else { continue }
        try expect(
          places.contains(named.index),
          "a receipt of \(signer.origin) counts for entry \(named.index) of \(log.origin), which withdraws nothing"
        )
      }
    }
  }
}

extension DiskImage {
  /// The first file in which these bytes stand.
  fileprivate func file(holding bytes: [UInt8]) -> StoreFile? {
    files.first { file in
      guard let content = content(of: file), content.count >= bytes.count else { return false }
      return content.read(at: 0, count: content.count).holds(bytes)
    }
  }
}

extension [UInt8] {
  fileprivate func holds(_ wanted: [UInt8]) -> Bool {
    guard let head = wanted.first, count >= wanted.count else { return false }
    var start = 0
    while let found = self[start..<(count - wanted.count + 1)].firstIndex(of: head) {
      if self[found..<(found + wanted.count)].elementsEqual(wanted) { return true }
      start = found + 1
    }
    return false
  }
}
