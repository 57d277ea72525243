import Crypto
import Log
import Store

/// The points of a campaign: what is done with a disk as it was before one effect. Each point draws
/// from its own number alone, so that any of them can be done without the others.
final class StorePoints {
  /// Every n-th point is checked whole: fsck before the recovery, every entry, roots, and then the
  /// store goes on.
  static let wholeEvery = 16
  /// Points of one case have numbers below this; point P is number P % this of case P / this.
  static let ofCase = 1 << 14

  let seed: UInt64
  let chronicle: Chronicle
  var tally = Tally<StoreOccurrence>()
  /// The only point to be done.
  let only: Int?
  private(set) var done = 0
  private(set) var recoveries = 0
  private(set) var wholeChecks = 0
  /// The point that was done last, or was to be.
  private(set) var current = 0
  private var next = 0
  private var lastOfCase = 0

  init(seed: UInt64, only: Int?, chronicle: Chronicle) {
    self.seed = seed
    self.only = only
    self.chronicle = chronicle
  }

  func beginCase(_ number: Int) {
    next = number * StorePoints.ofCase
    lastOfCase = next + StorePoints.ofCase - 1
  }

  /// Does the next point, if it is to be done.
  func point(
    _ kind: StoreOccurrence, _ situation: Situation
  ) throws(Violation) {
    current = next
    if next < lastOfCase { next += 1 }
    if let only, only != current { return }
    done += 1
    tally.add(kind)
    var attempt = PointAttempt(
      points: self, situation: situation, isWhole: current % StorePoints.wholeEvery == 0,
      random: SplitMix64(seed: seed, part: UInt64(current) << 1 | 1))
    if attempt.isWhole { wholeChecks += 1 }
    chronicle.say("point \(current): \(kind.rawValue)")
    try attempt.run(kind)
  }

  func didRecover() { recoveries += 1 }
}

/// A disk, and what must be on it.
struct Situation {
  let image: DiskImage
  let model: StoreModel
  let limits: StoreLimits
  /// The store may not have been made yet.
  var isBeingMade = false

  func on(_ image: DiskImage) -> Situation {
    Situation(image: image, model: model, limits: limits, isBeingMade: isBeingMade)
  }
}

/// One point.
struct PointAttempt {
  let points: StorePoints
  let situation: Situation
  let isWhole: Bool
  var random: SplitMix64

  mutating func run(_ kind: StoreOccurrence) throws(Violation) {
    switch kind {
    case .restart: try restart()
    case .crashInRecovery: try crashInRecovery()
    case .faultInRecovery: try faultInRecovery()
    case .rot: try rot()
    case .misdirected: try misdirect()
    case .lyingSync: try lieAboutSync()
    default: try recover(crash(situation.image))
    }
  }

  /// The image that a crash leaves of `image`.
  mutating func crash(_ image: DiskImage, _ model: CrashModel? = nil) -> DiskImage {
    let model = model ?? CrashModel.allCases[random.below(CrashModel.allCases.count)]
    var what = CrashTally()
    let after = image.crashed(model, &random, &what)
    points.tally.add(model.occurrence)
    points.tally.add(.writeKept, what.writesKept)
    points.tally.add(.writeDropped, what.writesDropped)
    points.tally.add(.writeTorn, what.writesTorn)
    points.tally.add(.lengthOnly, what.lengthsOnly)
    points.tally.add(.outOfOrder, what.laterWithoutEarlier)
    points.tally.add(.nameKept, what.namesKept)
    points.tally.add(.nameDropped, what.namesDropped)
    points.chronicle.say("  the machine stops; unsynced changes are \(model.rawValue): \(what)")
    return after
  }

  /// Opens the store and checks it.
  mutating func recover(_ image: DiskImage) throws(Violation) {
    let check = StoreCheck(isWhole: isWhole)
    if isWhole, !situation.isBeingMade { try check.checkWithFsck(image, situation.model) }
    let disk = SimulatedDisk(image)
    watch(disk)
    let store = try open(disk)
    try check.check(store, on: disk, situation.model)
    report(store)
    if isWhole { try goOn(store, disk, check) }
  }

  private func open(_ disk: SimulatedDisk) throws(Violation) -> Store {
    points.didRecover()
    do {
      return try Store.open(on: disk, limits: situation.limits)
    } catch {
      guard error == .noStore, situation.isBeingMade else {
        throw Violation("the store does not open: \(error)")
      }
    }
    return try must("making a store") {
      try Store.create(on: disk, salt: StoreCampaign.salt, limits: situation.limits)
      return try Store.open(on: disk, limits: situation.limits)
    }
  }

  private func watch(_ disk: SimulatedDisk) {
    let points = points
    var journalWrites = 0
    disk.beforeOperation = { _, operation in
      points.tally.noteRecovery(operation, &journalWrites)
      points.chronicle.say("    \(operation.summary)")
    }
  }

  private func report(_ store: Store) {
    for log in situation.model.logs where log.isAdded {
      let size = store.state(log.id)?.size ?? 0
      points.chronicle.note(size)
      if size > log.acknowledged {
        points.tally.add(.unacknowledgedKept)
      } else if size < log.size {
        points.tally.add(.unacknowledgedLost)
      }
      points.chronicle.say(
        "  \(log.name): \(log.acknowledged) acknowledged, \(log.size) appended, \(size) there")
    }
  }

  /// All that the store showed is there after another crash, and one more entry can be appended to
  /// every log.
  private mutating func goOn(
    _ store: Store, _ disk: SimulatedDisk, _ check: StoreCheck
  ) throws(Violation) {
    disk.beforeOperation = nil
    var model = situation.model
    model.settle(store)
    let again = SimulatedDisk(disk.image.crashed(.dropped))
    points.didRecover()
    try check.check(try open(again), on: again, model)
    for number in model.logs.indices where model.logs[number].isAdded {
      let log = model.logs[number]
      guard let state = store.state(log.id), state.frozenAt == nil else { continue }
      let batch = try log.author.entries(
        after: log.tip, count: 1, draw: random.next(), bodyBytes: 64)
      try must("\(log.name): going on") { try store.append(batch) }
      model.logs[number].append(batch)
    }
    _ = try must("going on") { try store.flush() }
    model.flushed(store)
    let last = SimulatedDisk(disk.image.crashed(.dropped))
    try check.check(try open(last), on: last, model)
  }

  /// The program starts again on pages that no sync may have persisted, and then the machine does,
  /// at an effect of that recovery or after it.
  mutating func restart() throws(Violation) {
    var images: [DiskImage] = []
    let disk = SimulatedDisk(situation.image)
    disk.beforeOperation = { disk, _ in images.append(disk.image) }
    let store = try open(disk)
    try StoreCheck(isWhole: false)
      .check(store, on: disk, situation.model)
    disk.beforeOperation = nil
    guard random.oneIn(2) else {
      return try recover(crash(images[pickEffect(images.count)]))
    }
    // All that it showed must stay.
    var model = situation.model
    model.settle(store)
    var after = PointAttempt(
      points: points,
      situation: Situation(image: disk.image, model: model, limits: situation.limits),
      isWhole: isWhole, random: random)
    try after.recover(after.crash(disk.image))
  }

  /// One of a recovery's effects. The last ones, which change the journals, as often as all others.
  private mutating func pickEffect(_ count: Int) -> Int {
    random.oneIn(2) ? random.below(count) : count - 1 - random.below(min(count, 6))
  }

  private mutating func crashInRecovery() throws(Violation) {
    var image = crash(situation.image)
    for _ in 0...random.below(3) {
      var images: [DiskImage] = []
      let disk = SimulatedDisk(image)
      disk.beforeOperation = { disk, _ in images.append(disk.image) }
      _ = try open(disk)
      image = crash(images[pickEffect(images.count)])
    }
    try recover(image)
  }

  /// A call of the recovery fails: it says so, or it could do without.
  private mutating func faultInRecovery() throws(Violation) {
    let image = crash(situation.image)
    let counting = SimulatedDisk(image)
    _ = try open(counting)
    let disk = SimulatedDisk(image)
    let isRead = random.oneIn(3)
    let number = 1 + (isRead ? random.below(counting.reads) : pickEffect(counting.operations))
    let kind = FaultKind.allCases[random.below(FaultKind.allCases.count)]
    let points = points
    if isRead {
      disk.readFault = { read in
        guard read == number else { return nil }
        points.tally.add(.readError)
        return .inputOutput
      }
    } else {
      var fault = PlannedFault(at: number, kind)
      disk.fault = { fault.answer($0, $1, &points.tally) }
    }
    do {
      let store = try Store.open(on: disk, limits: situation.limits)
      points.tally.add(.recoveryPassed)
      try StoreCheck(isWhole: false)
        .check(store, on: disk, situation.model)
    } catch let violation as Violation {
      throw violation
    } catch StoreError.disk(let error, _) {
      let isExpected = error == .inputOutput || error == .noSpace || error == .readOnly
      try expect(isExpected, "a recovery fails with \(error)")
      points.tally.add(.recoveryFailed)
    } catch StoreError.noStore where situation.isBeingMade {
    } catch {
      throw Violation("a fault at a call of a recovery: \(error)")
    }
    disk.fault = nil
    disk.readFault = nil
    guard random.oneIn(2) else { return try recover(crash(disk.image)) }
    var after = PointAttempt(
      points: points, situation: situation.on(disk.image), isWhole: isWhole, random: random)
    try after.restart()
  }
}

extension DiskImage {
  /// Nothing that was not synced is there.
  func crashed(_ model: CrashModel) -> DiskImage {
    var random = SplitMix64(seed: 0)
    var tally = CrashTally()
    return crashed(model, &random, &tally)
  }
}

extension CrashModel {
  var occurrence: StoreOccurrence {
    switch self {
    case .kept: .kept
    case .dropped: .dropped
    case .cut: .cut
    case .reordered: .reordered
    case .torn: .torn
    }
  }
}

extension Tally<StoreOccurrence> {
  /// The operations of a recovery show which way it took.
  mutating func noteRecovery(_ operation: DiskOperation, _ journalWrites: inout Int) {
    switch operation {
    case .write(.journal, _, _):
      journalWrites += 1
      if journalWrites == 2 { add(.otherJournal) }
    case .write(.log(_, .entries), _, _): add(.replayed)
    case .write(.log(_, .nodes), _, _): add(.nodesWritten)
    case .truncate(.log, _): add(.surplusCut)
    case .remove(.log(_, .bodies)): add(.segmentRemoved)
    case .punchHole: add(.punchedAgain)
    default: break
    }
  }
}
