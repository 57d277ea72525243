public import Log

/// All logs of a node on one disk (Protocols/store.md). It does no input or output of its own but
/// reads: changes are staged, handed out as `DiskBatch`, and count when `completed` says so.
///
/// Methods are of four kinds: getters and reads; commands (`addLog`, `append…`, `add…`, `settle`,
/// `retry`), which stage; `takeBatch`, which gives the next disk work; and `completed`. Used from
/// one thread only. At most one batch is out at a time.
public final class Store {
  let disk: any Disk
  let limits: StoreLimits
  var logsByID: [LogID: StoredLog]
  /// Sorted by origin.
  var order: [StoredLog]
  var journal: JournalPosition
  /// The one that was written before; as long as it is not retired a start would read it.
  var olderJournal: JournalPosition?
  var pipeline = Pipeline()
  public internal(set) var condition: StoreCondition = .running
  /// Damage that `open` found. A log whose tree is not known any more is not loaded, and left as it
  /// is.
  public internal(set) var damage: [Damage]
  /// `open` found a journal missing or cut short: entries that nothing but it had may be lost
  /// without a trace. A log that is signed here MUST NOT go on then.
  public internal(set) var mayLackEntries = false
  /// Sizes that were acknowledged and are not there.
  var lost: [LogID: UInt64] = [:]
  /// Heads of logs that are not loaded: each new journal repeats them.
  let unloaded: [HeadRecord]
  var contradictions: [VerifiedCheckpoint] = []
  /// Logs whose leaves were replaced since `takeReplaced`.
  var replaced: [LogID] = []
  /// Found by reads since `takeDamage`.
  var foundDamage: [Damage] = []
  /// Mended since `takeMended`.
  var mendedDamage: [Damage] = []
  var foundAbsent = false
  /// Somebody asks `takeHandingChanges`.
  public var tellsHanding = false
  var handingChanges: [HandingChange] = []
  /// Reported in this run: each place once, and no more places than there is room for.
  var reportedDamage: Set<Damage> = []

  init(
    disk: any Disk, limits: StoreLimits, logs: [StoredLog], unloaded: [HeadRecord],
    damage: [Damage], journal: JournalPosition
  ) {
    self.disk = disk
    self.limits = limits
    self.unloaded = unloaded
    self.damage = damage
    self.journal = journal
    order = logs.sorted { $0.identity.origin.precedes($1.identity.origin) }
    logsByID = Dictionary(uniqueKeysWithValues: logs.map { ($0.id, $0) })
  }

  /// In the order of their origins.
  public var logs: [LogIdentity] { order.map(\.identity) }

  /// The log's state with everything staged.
  public func state(_ id: LogID) -> LogState? { logsByID[id]?.state }

  /// The head that a crash now would leave at least.
  public func durableHead(_ id: LogID) -> LogHead? { logsByID[id]?.durable.head }

  /// Bytes that one log has in its files, without bodies that were removed; staged ones included.
  public func storedBytes(_ id: LogID) -> UInt64? { logsByID[id]?.staged.storedBytes }

  /// The size that the log once had, as `open` learned from a journal that is damaged: its entries
  /// behind the present size are lost here. Nil: none are known to be.
  public func lostTail(_ id: LogID) -> UInt64? { lost[id] }

  /// Bytes that were staged and are not in log files yet: the measure of whether the disk keeps up.
  public var stagedBytes: Int { pipeline.stagedBytes }

  /// Damage that reads found since last asked; each place once in a run.
  public func takeDamage() -> [Damage] {
    defer { foundDamage = [] }
    return foundDamage
  }

  /// True when bodies were found absent since last asked, by a read or as they came out of hiding:
  /// `damagedRanges` names them now.
  public func takeAbsent() -> Bool {
    defer { foundAbsent = false }
    return foundAbsent
  }

  /// Damage that was mended since last asked, by computation or with a peer's entries: the disk has
  /// it.
  public func takeMended() -> [Damage] {
    defer { mendedDamage = [] }
    return mendedDamage
  }

  func report(_ damage: Damage) {
    guard reportedDamage.count < Layout.damageKept, reportedDamage.insert(damage).inserted
    else { return }
    foundDamage.append(damage)
  }

  func log(_ id: LogID) throws(StoreError) -> StoredLog {
    guard let log = logsByID[id] else { throw .unknownLog }
    return log
  }

  func requireRunning() throws(StoreError) {
    switch condition {
    case .running: return
    case .full: throw .full
    case .failed(let error): throw .failed(error)
    }
  }
}

extension Origin {
  func precedes(_ other: Origin) -> Bool {
    name == other.name ? epoch < other.epoch : name < other.name
  }
}
