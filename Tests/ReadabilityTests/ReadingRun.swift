import Crypto
import Log
import Simulation
import Store
import Testing

@testable import Readability

/// One run from its seed: a node that everything happens to, and readers that must hold in the end
/// what is readable.
struct ReadingRun {
  var random: SplitMix64
  var world = ReadingWorld(logs: 3)
  var disk = SimulatedDisk()
  var journal: ChangeJournal?
  var readers = [ModelReader(), ModelReader()]
  /// Earlier copies of the whole machine: an operator may put one back.
  var copies: [(world: ReadingWorld, image: DiskImage)] = []
  var counts: [String: Int] = [:]
  private var turn = 0
  private var isCalm = false

  static let limits: ReadabilityLimits = {
    var limits = ReadabilityLimits()
    limits.areaBytes = 5 * 4_096
    limits.runs = 60
    limits.sessions = 8
    limits.doubtsOfLog = 3
    limits.doubts = 6
    return limits
  }()

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  mutating func below(_ count: Int) -> Int { Int(random.next() % UInt64(count)) }
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
  mutating func name() -> RandomName {
    var bytes: [UInt8] = []
    for _ in 0..<16 { bytes.append(UInt8(truncatingIfNeeded: random.next())) }
    return RandomName(bytes)
  }

  mutating func count(_ what: String) { counts[what, default: 0] += 1 }

  mutating func play(steps: Int) throws {
    for _ in 0..<steps { try step() }
    try settle()
  }

  private mutating func step() throws {
    switch below(20) {
    case 0...4: arrive()
    case 5: stage()
    case 6: settleSome()
    case 7: mend()
    case 8: beUndecided()
    case 9: changeKeys()
    case 10: changeStanding()
    case 11: lateGrant()
    case 12: rot()
    case 13: try commit()
    case 14: if chance(30) { try crash() }
    case 15: if chance(25) { try putBack() }
    case 16: if chance(20) { copies.append((afterCrash(), crashedImage())) }
    default: try serve(below(readers.count))
    }
  }

  // MARK: Events at the node

  private mutating func place() -> ReadingWorld.Place? {
    let log = below(world.logs.count)
    guard !world.logs[log].isEmpty else { return nil }
    return .init(log: log, index: below(world.logs[log].count))
  }

  private mutating func arrive() {
    let log = below(world.logs.count)
    for _ in 0..<(1 + below(4)) where world.logs[log].count < 60 {
      var entry = ReadingWorld.Entry()
      if chance(5) {
        entry.isGrant = true
        if chance(40) { entry.body = .absent }
      } else {
        entry.key = chance(70) ? 0 : chance(60) ? 1 + below(2) : nil
        if chance(8) { entry.body = .absent }
        if chance(3) { entry.body = .gone }
      }
      world.logs[log].append(entry)
    }
  }

  /// A body is hidden, goes or comes back.
  private mutating func stage() {
    guard let place = place(), !world.logs[place.log][place.index].isGrant,
      !world.changes.contains(where: { $0.log == place.log && $0.index == place.index })
    else { return }
    let change: ReadingWorld.Change
    switch world.logs[place.log][place.index].body {
    case .present:
      change = .init(
        log: place.log, index: place.index, body: chance(70) ? .hidden : .gone, isBack: false)
    case .hidden:
      change =
        chance(70)
        ? .init(log: place.log, index: place.index, body: .present, isBack: true)
        : .init(log: place.log, index: place.index, body: .gone, isBack: false)
    case .absent, .gone: return
    }
    let wasPresent = world.logs[place.log][place.index].body == .present
    world.changes.append(change)
    if change.isBack || wasPresent {
      journal?.staged(range(place), of: ReadingWorld.id(place.log), isTold: !change.isBack)
    }
    // A veil that is lifted says it again.
    if chance(30) { journal?.changed(range(place), of: ReadingWorld.id(place.log), .body) }
  }

  private func range(_ place: ReadingWorld.Place) -> Range<UInt64> {
    UInt64(place.index)..<UInt64(place.index + 1)
  }

  /// The store's group commit, with what must be on the disk before it.
  private mutating func commit() throws {
    if let journal, journal.isAhead { guard try write(journal) else { return } }
    for place in world.changes.indices { world.changes[place].isCommitted = true }
    count("commits")
  }

  private mutating func settleSome() {
    while let change = world.changes.first, change.isCommitted {
      world.changes.removeFirst()
      let place = ReadingWorld.Place(log: change.log, index: change.index)
      let wasPresent = world.logs[change.log][change.index].body == .present
      world.logs[change.log][change.index].body = change.body
      if change.isBack || wasPresent {
        journal?.settled(range(place), of: ReadingWorld.id(change.log), isBack: change.isBack)
      }
    }
  }

  /// A body that was absent comes, or what is rotten is mended: on the disk at once, and in no
  /// journal.
  private mutating func mend() {
    guard let place = place(),
      world.logs[place.log][place.index].isRotten
        || world.logs[place.log][place.index].body == .absent
    else { return }
    world.logs[place.log][place.index].isRotten = false
    if world.logs[place.log][place.index].body == .absent {
      world.logs[place.log][place.index].body = .present
    }
    let end =
      world.logs[place.log][place.index].isGrant
      ? world.logs[place.log].count : place.index + 1
    journal?.changed(
      UInt64(place.index)..<UInt64(end), of: ReadingWorld.id(place.log), .body)
    count("mends")
  }

  private mutating func lateGrant() {
    for log in world.logs.indices {
      guard let index = world.logs[log].firstIndex(where: { $0.isGrant && $0.body == .absent }),
        chance(40)
      else { continue }
      world.logs[log][index].body = .present
      journal?.changed(
        UInt64(index)..<UInt64(world.logs[log].count), of: ReadingWorld.id(log), .grant)
      count("late grants")
    }
  }

  private mutating func rot() {
    guard let place = place(), !world.logs[place.log][place.index].isGrant else { return }
    world.logs[place.log][place.index].isRotten = true
    journal?.changed(range(place), of: ReadingWorld.id(place.log), .damage)
  }

  private mutating func beUndecided() {
    guard let place = place() else { return }
    let end = min(place.index + 1 + below(5), world.logs[place.log].count)
    let begins = chance(50)
    for index in place.index..<end { world.logs[place.log][index].isUndecided = begins }
    journal?.changed(
      UInt64(place.index)..<UInt64(end), of: ReadingWorld.id(place.log), .damage)
  }

  private mutating func changeKeys() {
    let key = below(3)
    if !world.keys.insert(key).inserted { world.keys.remove(key) }
    // A crash may come between.
    if chance(80) { compare() }
  }

  private mutating func changeStanding() {
    let log = below(world.logs.count)
    let place = chance(40) ? UInt64.max : UInt64(below(world.logs[log].count + 1))
    if chance(50) {
      world.standings[log].disputedFrom = place
    } else {
      world.standings[log].lateFrom = place
    }
    if chance(80) { compare() }
  }

  private func compare() {
    guard let journal else { return }
    for log in world.logs.indices {
      let id = ReadingWorld.id(log)
      let size = UInt64(world.logs[log].count)
      journal.compare(world.standings[log], of: id, size: size)
      journal.compare(world.keys.sorted().map { journal.id(of: [UInt8($0)]) }, of: id, size: size)
    }
  }

  // MARK: The disk

  /// - Returns: false after an error: the store goes on without it no more than a node does.
  private mutating func write(_ journal: ChangeJournal) throws -> Bool {
    guard let operations = journal.takeWrite() else { return true }
    count("writes")
    let stop = !isCalm && chance(7) ? below(operations.count + 1) : operations.count
    for operation in operations[..<stop] { try disk.execute(operation) }
    guard stop == operations.count else {
      try crash()
      return false
    }
    journal.written(true)
    return true
  }

  private func afterCrash() -> ReadingWorld {
    var world = world
    for change in world.changes where change.isCommitted {
      world.logs[change.log][change.index].body = change.body
    }
    world.changes = []
    for log in world.logs.indices {
      for index in world.logs[log].indices { world.logs[log][index].isUndecided = false }
    }
    return world
  }

  private mutating func crashedImage() -> DiskImage { disk.image.crashed(&random) }

  private mutating func crash() throws {
    count("crashes")
    world = afterCrash()
    disk = SimulatedDisk(crashedImage())
    try start()
  }

  /// The machine is put back to an earlier copy of all of it.
  private mutating func putBack() throws {
    guard !copies.isEmpty else { return }
    count("copies put back")
    let copy = copies[below(copies.count)]
    world = copy.world
    disk = SimulatedDisk(copy.image)
    try start()
  }

  private mutating func start() throws {
    journal = nil
    switch try ChangeJournal.recover(disk, session: name(), limits: ReadingRun.limits) {
    case .none: count("none")
    case .lost: count("lost")
    case .found(let found):
      journal = found
      compare()
    }
  }

  // MARK: Readers

  /// One page, as the node gives it and the reader takes it.
  private mutating func serve(_ number: Int) throws {
    if journal == nil {
      journal = ChangeJournal(identity: name(), session: name(), limits: ReadingRun.limits)
      compare()
    }
    guard let journal else { return }
    if !journal.isOnDisk || chance(50) { guard try write(journal) else { return } }
    var walk: ReadingWalk
    if let cursor = readers[number].cursor {
      guard journal.knows(cursor.name, cursor.walk.number) else {
        count("unknown numbers")
        return readers[number].beginComparison()
      }
      walk = cursor.walk
    } else {
      walk = ReadingWalk(number: journal.durableEnd)
    }
    world.page = []
    world.passed = []
    world.budget = 1 + below(30)
    let more = try walk.advance(
      journal, world.logs.indices.map(ReadingWorld.id), turn: &turn, &world)
    journal.passed(world.passed.map { (ReadingWorld.id($0.log), range($0)) })
    let name = journal.name
    // Whoever gives the page away before this is on the disk loses what ends its doubts.
    if journal.hasUnwritten { guard try write(journal) else { return } }
    // The reader, or the line to it, may go down: then it knows nothing of the page.
    guard chance(85) else { return }
    count("pages")
    readers[number].take(world.page)
    readers[number].cursor = (name, walk)
    if !more, walk.isAtEnd(of: journal) { readers[number].complete() }
  }

  /// Waiting changes go through, and readers come to the end.
  private mutating func settle() throws {
    try commit()
    settleSome()
    compare()
    for round in 0..<300 {
      isCalm = round > 20
      for number in readers.indices { try serve(number) }
    }
    // A crash on the way left something staged behind.
    try #require(world.changes.isEmpty)
  }
}
