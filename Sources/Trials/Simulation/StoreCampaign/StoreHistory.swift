import Crypto
import Log
import Store

/// One case of a campaign: a store that lives several times on one disk, with work drawn from a
/// seed, and an end of each life by a clean stop, a crash or a fault.
final class StoreHistory {
  let points: StorePoints
  let chronicle: Chronicle
  let limits: StoreLimits
  let bug: StoreBug?
  var random: SplitMix64
  var disk: SimulatedDisk
  var model: StoreModel
  /// Nil between two lives.
  var store: Store?
  var executor: Executor
  /// At which effects points are made.
  let forks: Forks
  /// Effects until now.
  private(set) var effects = 0
  private var fault: PlannedFault?
  private var violation: Violation?
  private var isRecovering = false
  private var isBeingMade = false
  private var journalWrites = 0

  enum Forks {
    /// At every effect.
    case everywhere
    /// Where a fault fired, and now and then behind it.
    case behindFaults
  }

  init(
    points: StorePoints, seed: SplitMix64, start: StoreStart, forks: Forks, bug: StoreBug?
  ) {
    self.points = points
    chronicle = points.chronicle
    limits = start.limits
    self.bug = bug
    self.forks = forks
    random = seed
    model = start.model
    disk = SimulatedDisk(start.image)
    executor = Executor(disk, bug: bug)
  }

  // MARK: Lives

  /// Makes the store: every effect of that is a point, too.
  func create() throws(Violation) {
    isBeingMade = true
    put(on: disk.image)
    try must("making a store") {
      try Store.create(on: disk, salt: StoreCampaign.salt, limits: limits)
    }
    try raise()
    isBeingMade = false
  }

  /// One life. When it ends the disk is as the next life will find it.
  /// - Parameter planned: the call that fails, counted from the start of this life.
  /// - Returns: whether the fault fired.
  @discardableResult
  func live(steps: Int, fault planned: PlannedFault?) throws(Violation) -> Bool {
    fault = planned
    put(on: disk.image)
    guard try start() else { return try end() }
    for _ in 0..<steps {
      try step()
      try raise()
      if case .failed = store?.condition { return try end() }
    }
    if store?.condition == .full { try waitForRoom() }
    if random.oneIn(3), store?.condition == .running { try flush() }
    return try end()
  }

  private func put(on image: DiskImage) {
    disk = SimulatedDisk(image)
    executor = Executor(disk, bug: bug)
    disk.beforeOperation = { [unowned self] disk, operation in effect(disk, operation) }
    disk.fault = { [unowned self] number, operation in
      let wasFired = fault?.hasFired ?? true
      let answer = fault?.answer(number, operation, &points.tally)
      if answer != nil, !wasFired { chronicle.say("  \(operation.summary) fails: \(answer!)") }
      return answer
    }
  }

  /// - Returns: false if the store could not be opened for a fault.
  private func start() throws(Violation) -> Bool {
    chronicle.say("the program starts")
    isRecovering = true
    journalWrites = 0
    defer { isRecovering = false }
    let opened: Store
    do {
      opened = try Store.open(on: disk, limits: limits)
    } catch {
      try raise()
      guard case .disk = error, fault?.hasFired == true else {
        throw Violation("the store does not open: \(error)")
      }
      points.tally.add(.recoveryFailed)
      chronicle.note("start failed")
      return false
    }
    try raise()
    try StoreCheck(isWhole: false).check(opened, on: disk, model)
    for log in model.logs where log.isAdded {
      chronicle.note(opened.state(log.id)?.size ?? .max)
    }
    let before = model
    model.settle(opened)
    for (number, log) in before.logs.enumerated() where model.logs[number].size < log.size {
      mayBeSignedAgain[number] = log.size
    }
    store = opened
    return true
  }

  /// Sizes of logs before a crash took entries that were not acknowledged.
  var mayBeSignedAgain: [Int: UInt64] = [:]

  /// Points for what a fault left, and then the disk as a restart or a crash leaves it.
  private func end() throws(Violation) -> Bool {
    store = nil
    disk.beforeOperation = nil
    disk.fault = nil
    let fired = fault?.hasFired ?? false
    if fired, forks == .behindFaults { try forkBehindFault() }
    guard random.below(3) > 0 else {
      chronicle.say("the program ends")
      return fired
    }
    var what = CrashTally()
    let style = CrashModel.allCases[random.below(CrashModel.allCases.count)]
    chronicle.say("the machine stops; unsynced changes are \(style.rawValue)")
    chronicle.note("crash \(style.rawValue)")
    disk.image = disk.image.crashed(style, &random, &what)
    return fired
  }

  private func forkBehindFault() throws(Violation) {
    let situation = situation
    for _ in 0..<4 { try points.point(.crash, situation) }
    for kind in [StoreOccurrence.restart, .restart, .crashInRecovery] {
      try points.point(kind, situation)
    }
  }

  // MARK: Effects

  private var situation: Situation {
    Situation(image: disk.image, model: model, limits: limits, isBeingMade: isBeingMade)
  }

  /// Before each effect the machine may stop.
  private func effect(_ disk: SimulatedDisk, _ operation: DiskOperation) {
    effects += 1
    chronicle.note(operation)
    chronicle.say("  \(effects): \(operation.summary)")
    noteRun(operation)
    guard violation == nil else { return }
    do {
      try fork()
    } catch {
      violation = error
    }
  }

  private func fork() throws(Violation) {
    switch forks {
    case .everywhere:
      let situation = situation
      if isBeingMade {
        for _ in 0..<2 { try points.point(.crashInCreate, situation) }
        return
      }
      for _ in 0..<2 { try points.point(.crash, situation) }
      let others: [StoreOccurrence] = [
        .restart, .crashInRecovery, .faultInRecovery, .rot, .misdirected, .lyingSync,
      ]
      let choice = effects % 8
      // A damaged store is compared with one history.
      if choice < others.count, choice < 3 || !model.hasTwins {
        try points.point(others[choice], situation)
      }
    case .behindFaults:
      guard fault?.hasFired == true, effects % 5 == 0 else { return }
      try points.point(.crash, situation)
    }
  }

  /// A point that went wrong inside an effect ends the case.
  func raise() throws(Violation) {
    if let violation { throw violation }
  }

  private func noteRun(_ operation: DiskOperation) {
    if isRecovering { return points.tally.noteRecovery(operation, &journalWrites) }
    switch operation {
    case .write(.journal, 0, _): points.tally.add(.journalTurned)
    case .createFolder(.log): points.tally.add(.logMade)
    case .create(.log(_, .bodies(let number))) where number > 0: points.tally.add(.segmentTurned)
    case .truncate(.reserve, 0): points.tally.add(.reserveReleased)
    default: break
    }
  }

  // MARK: What the store says

  /// Does the next batch, if there is one.
  @discardableResult
  func work() throws(Violation) -> Bool {
    guard let store, let batch = store.takeBatch() else { return false }
    try executor.execute(batch) { (failure) throws(Violation) in
      let durable = store.completed(token: batch.token, error: failure)
      try remember(durable)
      meetReplaced(store)
    }
    try raise()
    if case .failed = store.condition { points.tally.add(.stopped) }
    return true
  }

  private func meetReplaced(_ store: Store) {
    for id in store.takeReplaced() {
      guard let number = model.index(of: id) else { continue }
      points.tally.add(.replaced)
      model.logs[number].takeTwin()
    }
  }

  private func remember(_ durable: [Durable]) throws(Violation) {
    if durable.count > 1 { points.tally.add(.groupCommit) }
    for head in durable {
      guard let number = model.index(of: head.id) else {
        throw Violation("an unknown log is acknowledged")
      }
      let log = model.logs[number]
      try expect(
        head.head.size > log.acknowledged && head.head.size <= log.size
          && head.head == log.states[Int(head.head.size)].head,
        "\(log.name): a wrong head is acknowledged")
      model.logs[number].acknowledged = head.head.size
      model.logs[number].isAcknowledged = true
      chronicle.note(UInt64(number), head.head.size)
      chronicle.say("  \(log.name): \(head.head.size) acknowledged")
    }
  }

  func flush() throws(Violation) {
    chronicle.say("flush")
    guard let store else { return }
    // As the store does it, but through the executor.
    store.settle()
    while try work() { store.settle() }
    guard store.condition == .running else { return }
    do {
      try remember(try store.flush())
      meetReplaced(store)
    } catch let violation as Violation {
      throw violation
    } catch StoreError.full {
      return
    } catch StoreError.failed {
      points.tally.add(.stopped)
      return
    } catch {
      throw Violation("a flush: \(error)")
    }
    try raise()
    model.flushed(store)
  }

  /// A full disk is served from; then there is room again, and the store goes on by itself.
  func waitForRoom() throws(Violation) {
    guard let store else { return }
    while try work() {}
    for log in model.logs where log.isAdded && log.acknowledged > 0 {
      try serve(store, log)
      points.tally.add(.fullServed)
    }
    chronicle.say("there is room again")
    fault?.makeRoom()
    for _ in 0..<4 where store.condition == .full {
      store.retry()
      while try work() {}
    }
    guard store.condition != .full else { throw Violation("the store stays full with room") }
    if store.condition == .running { points.tally.add(.resumed) }
  }

  /// Acknowledged entries can be read while anything is under way.
  func serve(_ store: Store, _ log: LogModel) throws(Violation) {
    // While signatures are being replaced nothing is read.
    guard log.twin == nil else { return }
    let first = UInt64(random.below(Int(log.acknowledged)))
    let batch = try must("\(log.name): serving") {
      try store.read(log.id, first..<log.acknowledged, maxBytes: 8_000)
    }
    try expect(
      batch.first == first && log.holds(batch, of: log.size, isRunning: true),
      "\(log.name): wrong entries are served")
  }
}
