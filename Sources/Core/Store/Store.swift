public import Log

/// All logs of a node on one disk (Protocols/store.md). It does no input or output of its own but
/// reads: changes are staged, handed out as `DiskBatch`, and count when `completed` says so.
///
/// Methods are of five kinds:
/// - Getters: what the logs are with everything staged (`logs`, `state`, `storedBytes`,
///   `newestCheckpoint`, …), or as a crash now would leave them (`durableHead`,
///   `newestDurableCheckpoint`).
/// - Reads: `read`, `leafHash`, `root`, the proofs, `scrub`. They compare what the disk gives, and
///   stage what turns out to be mendable.
/// - Commands: `addLog`, `append`, `appendBulk`, `addCheckpoint`, `addCosignature`, `freeze`,
///   `replace`, `purge`, `hide`, `restore`, `mend`, `settle`, `retry`, `wipeJournals`. They stage;
///   one that throws took nothing of what it was given.
/// - Disk work: `takeBatch` gives the next, if none is out; whoever executed it calls `completed`
///   with its token, which says what became durable. `flush` does both until nothing is left.
/// - News: `takeHandingChanges` before each `takeBatch`; `takeDamage`, `takeMended`, `takeAbsent`,
///   `takeReplaced` and `takeContradictions` after each `completed` and now and then, since reads
///   find damage. Each gives what came since it was last called.
///
/// `create` makes one, `open` recovers one. Used from one thread only. At most one batch is out at
/// a time.
public final class Store {
  let disk: any Disk
  let limits: StoreLimits
  var table: LogTable
  var pipeline: Pipeline
  let findings = DamageFindings()
  /// Damage that `open` found. A log whose tree is not known any more is not loaded, and left as it
  /// is.
  public let damage: [Damage]
  /// `open` found a journal missing or cut short: entries that nothing but it had may be lost
  /// without a trace. A log that is signed here MUST NOT go on then.
  public let mayLackEntries: Bool
  /// Sizes that were acknowledged and are not there.
  let lost: [LogID: UInt64]
  var contradictions: [VerifiedCheckpoint] = []
  /// Logs whose leaves were replaced since `takeReplaced`.
  var replaced: [LogID] = []
  var handing = HandingChanges()

  /// - Parameters:
  ///   - journal: where the next commit goes.
  ///   - lost: sizes that were acknowledged and are not there.
  init(
    disk: any Disk, limits: StoreLimits, table: LogTable, journal: JournalPosition,
    damage: [Damage], lost: [LogID: UInt64], mayLackEntries: Bool
  ) {
    self.disk = disk
    self.limits = limits
    self.table = table
    self.damage = damage
    self.lost = lost
    self.mayLackEntries = mayLackEntries
    pipeline = Pipeline(journal, limits)
  }

  // MARK: Getters

  /// The store's readiness to take entries.
  public var condition: StoreCondition { pipeline.room.condition }

  /// In the order of their origins.
  public var logs: [LogIdentity] { table.inOrder.map(\.identity) }

  /// The log's state with everything staged.
  public func state(_ id: LogID) -> LogState? { table[id]?.state }

  /// The head that a crash now would leave at least.
  public func durableHead(_ id: LogID) -> LogHead? { table[id]?.durable.head }

  /// Bytes that one log has in its files, without bodies that were removed; staged ones included.
  public func storedBytes(_ id: LogID) -> UInt64? { table[id]?.staged.storedBytes }

  /// The size that the log once had, as `open` learned from a journal that is damaged: its entries
  /// behind the present size are lost here. Nil: none are known to be.
  public func lostTail(_ id: LogID) -> UInt64? { lost[id] }

  /// Bytes that were staged and are not in log files yet: the measure of whether the disk keeps up.
  public var stagedBytes: Int { pipeline.stagedBytes }

  // MARK: News

  /// Damage that reads found since last asked; each place once in a run.
  public func takeDamage() -> [Damage] { findings.takeFound() }

  /// True when bodies were found absent since last asked, by a read or as they came out of hiding:
  /// `damagedRanges` names them now.
  public func takeAbsent() -> Bool { findings.takeAbsent() }

  /// Damage that was mended since last asked, by computation or with a peer's entries: the disk has
  /// it.
  public func takeMended() -> [Damage] { findings.takeMended() }

  // MARK: For the store itself

  func log(_ id: LogID) throws(StoreError) -> StoredLog {
    guard let log = table[id] else { throw .unknownLog }
    return log
  }

  func files(of log: StoredLog) -> LogFiles {
    LogFiles(log: log, disk: disk, findings: findings)
  }

  func requireRunning() throws(StoreError) {
    switch condition {
    case .running: return
    case .full: throw .full
    case .failed(let error): throw .failed(error)
    }
  }
}
