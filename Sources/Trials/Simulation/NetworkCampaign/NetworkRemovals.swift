import Log
import Replica
import Replication
import Store

/// Records with attachments in a run, in chunks of a few bytes: published, withdrawn by their
/// authors with all that belongs to them, or past their expiry day. Those bodies must go
/// everywhere, and no others (Protocols/entry.md, 6 and 7; Protocols/records.md, 10).
///
/// The logs themselves say what must go, as each site holds them.
final class NetworkRemovals {
  /// A record, and the chunks before it.
  private struct Published {
    let site: Site
    let log: LogID
    let entries: Range<UInt64>
    var isWithdrawn = false
  }

  private unowned let run: NetworkRun
  private var random: SplitMix64
  private var published: [Published] = []
  /// Logs of honest sites in which something was withdrawn.
  private var withdrawn: Set<LogID> = []

  private static let oneRunIn = 3
  private static let mostNodes = 12
  private static let mostChunks = 4
  private static let mostChunkBytes = 1_500
  /// Days of expiry: clocks that jump reach some of them during the run, and the end all.
  private static let days = 4_000
  private static let daysAtEnd: Int64 = 40 * 365
  private static let minutesOfTerm: UInt64 = 8 * 24 * 60

  private var world: World { run.world }

  /// - Returns: nil for a run in which no body goes.
  static func draw(_ run: NetworkRun, seed: UInt64) -> NetworkRemovals? {
    var random = SplitMix64(seed: seed, part: 5)
    guard run.plan.nodes <= mostNodes, random.oneIn(oneRunIn) else { return nil }
    return NetworkRemovals(run, random)
  }

  /// The seed wants some, if its run is not too large.
  static func isDrawn(_ seed: UInt64) -> Bool {
    var random = SplitMix64(seed: seed, part: 5)
    return random.oneIn(oneRunIn)
  }

  private init(_ run: NetworkRun, _ random: SplitMix64) {
    self.run = run
    self.random = random
  }

  // MARK: Work

  /// One step of authors: now and then a record with an attachment, or the withdrawal of one.
  func work() throws(Violation) {
    if random.oneIn(3) { try publish() }
    if random.oneIn(4) { try withdraw() }
  }

  private func publish() throws(Violation) {
    let authors = run.honest.filter {
      !run.plan.topology.carriers.contains($0.number) && !$0.isPaused(at: world.now)
    }
    guard !authors.isEmpty else { return }
    let site = authors[random.below(authors.count)]
    let chunks = (0...random.below(NetworkRemovals.mostChunks)).map { _ in
      1 + random.below(NetworkRemovals.mostChunkBytes)
    }
    let expiryDay = random.oneIn(3) ? UInt16(1 + random.below(NetworkRemovals.days)) : 0
    guard let process = site.process,
      let entries = try process.publish(chunks: chunks, expiryDay: expiryDay)
    else { return run.tally.add(.refused) }
    run.tally.add(.attachment)
    published.append(Published(site: site, log: process.identity.id, entries: entries))
  }

  private func withdraw() throws(Violation) {
    let standing = published.indices.filter { !published[$0].isWithdrawn }
    guard !standing.isEmpty else { return }
    let place = standing[random.below(standing.count)]
    let record = published[place]
    // A crash took it, or an older copy lacks it: it is not there to be withdrawn.
    guard let process = record.site.process, process.identity.id == record.log,
      process.store.durableHead(record.log)?.size ?? 0 >= record.entries.upperBound,
      try process.withdraw(Array(record.entries))
    else { return }
    published[place].isWithdrawn = true
    withdrawn.insert(record.log)
    run.tally.add(.withdrawn)
  }

  // MARK: Checks

  /// ENT-22: from the moment that a withdrawal is stored, what it names is handed out no more.
  func stored(_ site: Site, _ log: LogID) throws(Violation) {
    guard withdrawn.contains(log), let process = site.process else { return }
    for index in try named(in: log, process).sorted() {
      try expect(
        try state(log, index, process) != .present,
        "\(site.label): entry \(index) of \(run.truth.name(log)) is handed out, and was withdrawn")
    }
  }

  /// A body that is not here in the end is one that was to go.
  func checkGone(
    _ header: EntryHeader, _ state: BodyState, _ process: NodeProcess
  ) throws(Violation) {
    let what =
      "\(process.site.label): the body of \(header.index) of \(run.truth.name(header.logID))"
    switch state {
    case .hidden, .purged:
      try expect(
        try named(in: header.logID, process).contains(header.index),
        "\(what) is \(state), and nobody withdrew it")
    case .expired: try expect(header.expiryDay != 0, "\(what) expired, and has no expiry day")
    default: throw Violation("\(what) is \(state)")
    }
  }

  /// When all have everything: the term of every withdrawal ends, then every expiry day begins.
  func finish() throws(Violation) {
    for site in run.honest.dropFirst(run.bug == .neverErases ? 1 : 0) {
      site.runningMinutes += NetworkRemovals.minutesOfTerm
    }
    try examine()
    try each { (process, log) throws(Violation) in
      for index in try named(in: log, process).sorted() {
        let state = try state(log, index, process)
        try expect(
          state == .purged || state == .expired,
          "\(process.site.label): the body of \(index) of \(run.truth.name(log)) is \(state) after its term"
        )
        run.tally.add(.erased)
      }
    }
    for site in run.honest {
      site.clockOffset = NetworkRemovals.daysAtEnd * 86_400_000
      _ = try site.process?.publish(1)
    }
    try examine()
    try each { (process, log) throws(Violation) in try checkExpiry(log, process) }
  }

  private func checkExpiry(_ log: LogID, _ process: NodeProcess) throws(Violation) {
    let clock = process.replica.expiryClock()
    for record in published where record.log == log {
      guard record.entries.upperBound <= process.store.durableHead(log)?.size ?? 0 else { continue }
      let batch = try must("records of \(run.truth.name(log))") {
        try process.store.read(log, record.entries, maxBytes: 1 << 20)
      }
      for position in 0..<batch.count {
        let header = batch.header(at: position)
        guard header.knownKind == .record, clock.hasBegun(header.expiryDay) else { continue }
        let state = batch.bodyState(at: position)
        try expect(
          state == .expired || state == .purged,
          "\(process.site.label): the body of \(header.index) of \(run.truth.name(log)) is \(state), and its day has begun"
        )
        run.tally.add(.expired)
      }
    }
  }

  /// Passes of the scrub, and what they bring about.
  private func examine() throws(Violation) {
    for _ in 0..<2 {
      try world.run(for: 60_000)
      for site in run.honest { try site.process?.examineAll() }
    }
    try world.run(for: 60_000)
  }

  /// Each log of an honest site, at each honest site.
  private func each(_ body: (NodeProcess, LogID) throws(Violation) -> Void) throws(Violation) {
    let logs = Set(published.map(\.log)).sorted()
    for process in run.honest.compactMap(\.process) {
      for log in logs where process.store.state(log) != nil { try body(process, log) }
    }
  }

  /// Records of the log that a withdrawal in it names which counts here. Where a crash took what
  /// was published, another entry may stand in its place: one that is no record stays what it is
  /// (ENT-21).
  private func named(in log: LogID, _ process: NodeProcess) throws(Violation) -> Set<UInt64> {
    let store = process.store
    let label = process.site.label
    guard let identity = store.logs.first(where: { $0.id == log }) else { return [] }
    let size = store.durableHead(log)?.size ?? 0
    let end = min(size, process.core.standsBelow(log))
    var named: Set<UInt64> = []
    let entries = try must("\(label): withdrawals") { try store.controlEntries(log, from: 0) }
    for entry in entries where entry.kind == EntryKind.withdrawal.rawValue && entry.index < end {
      let batch = try must("\(label): a withdrawal") {
        try store.read(log, entry.index..<(entry.index + 1), maxBytes: 1 << 20)
      }
      guard let body = batch.body(at: 0) else { continue }
      let withdrawal = try must("\(label): a withdrawal") {
        try Withdrawal.parse(Array(body), in: identity.origin)
      }
      named.formUnion(
        withdrawal.records.filter { $0.origin == identity.origin && $0.index < entry.index }
          .map(\.index))
    }
    let controls = Set(entries.map(\.index))
    return named.subtracting(controls)
  }

  private func state(
    _ log: LogID, _ index: UInt64, _ process: NodeProcess
  ) throws(Violation) -> BodyState {
    try must("\(process.site.label): entry \(index)") { try process.store.bodyState(log, index) }
  }
}
