import Crypto
import Log
import Simulation
import Testing

@testable import Store

/// The kinds of harm to a file.
enum Harm: String, CaseIterable {
  case flippedBit, zeroedSector, truncated, missing

  /// - Parameter offset: of the bit, or in the sector.
  func apply(to file: StoreFile, at offset: Int, _ disk: SimulatedDisk) throws {
    let size = Int(try #require(try disk.size(of: file)))
    switch self {
    case .flippedBit: disk.flip(file, at: offset)
    case .zeroedSector:
      let start = offset / DiskImage.sectorBytes * DiskImage.sectorBytes
      let zeros = [UInt8](repeating: 0, count: min(DiskImage.sectorBytes, size - start))
      try disk.execute(.write(file, offset: UInt64(start), bytes: zeros))
      try disk.execute(.sync(file))
    case .truncated: try disk.execute(.truncate(file, bytes: UInt64(offset)))
    case .missing: try disk.execute(.remove(file))
    }
  }
}

/// A log with entries in every file, and what mends it: Protocols/store.md, 7.
struct MendFixture {
  /// A value, made once: tests change copies of its image.
  static let made = Result { try MendFixture() }

  let log: TestLog
  let image: DiskImage
  var id: LogID { log.identity.id }

  private init() throws {
    log = try TestLog("nl", entries: 700, bodyBytes: 1...90)
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<80))
    for size in [20, 50, 70] as [UInt64] {
      let checkpoint = log.checkpoint(size)
      #expect(try store.addCheckpoint(checkpoint) == .stored)
      try store.addCosignature(
        log.identity.id, checkpoint: checkpoint,
        Cosignature(
          name: try NodeName("c\(size)"), keyID: 7, time: 9,
          signature: try #require(Signature([UInt8](repeating: 1, count: 64)))))
    }
    try store.appendBulk(try log.verified(80..<700))
    #expect(try store.addCheckpoint(log.checkpoint(600)) == .stored)
    try store.flush()
    // Begins a journal that knows nothing but the heads.
    _ = try Store.open(on: disk, limits: .small)
    image = disk.image
  }

  /// One pass of the scrub, each step's mending done before the next.
  @discardableResult
  func scrub(_ store: Store) throws -> [Damage] {
    var cursor = ScrubCursor(first: id)
    var mended: [Damage] = []
    for _ in 0..<2000 {
      // The state that a restart would make of the cursor goes on from there.
      cursor = try #require(ScrubCursor(text: cursor.text))
      let step = try store.scrub(&cursor, maxBytes: 20_000)
      mended += step.mended
      if let batch = step.batch {
        #expect(batch.leaves == log.all.slice(Int(batch.first)..<Int(batch.end)).leaves)
      }
      try store.flush()
      if step.isPassOver { return mended }
    }
    Issue.record("the pass does not end: \(cursor.text)")
    return mended
  }

  /// Mends with the entries that a peer that has everything sends for the damaged ranges.
  func mend(_ store: Store) throws {
    for range in store.damagedRanges(id) {
      var next = range.lowerBound
      while next < range.upperBound {
        let end = min(range.upperBound, next + 300)
        let outcome = try store.mend(id, with: log.all.slice(Int(next)..<Int(end)))
        #expect(outcome.wrong == [])
        next = end
      }
    }
    try store.flush()
  }

  func expectWhole(_ store: Store, _ disk: SimulatedDisk, _ comment: String) throws {
    #expect(store.damagedRanges(id) == [], "\(comment)")
    try expectContent(store, log, size: 700)
    #expect(try Fsck.run(on: disk, signatures: true).findings == [], "\(comment)")
    let again = try Store.open(on: SimulatedDisk(disk.image), limits: .small)
    #expect(again.damage == [], "\(comment)")
    try expectContent(again, log, size: 700)
  }
}

struct MendTests {
  private let fixture: MendFixture
  private var log: TestLog { fixture.log }
  private var id: LogID { fixture.id }

  init() throws { fixture = try MendFixture.made.get() }

  /// Whatever happens to whatever file: a pass finds it, and it is whole again.
  @Test(arguments: Harm.allCases) func scrubHeals(harm: Harm) throws {
    for file in LogFile.fixed + [.bodies(0)] {
      let name = StoreFile.log(id, file)
      let size = Int(try #require(try SimulatedDisk(fixture.image).size(of: name)))
      for place in harm == .missing ? [0] : [0, size / 2, size - 1] {
        let disk = SimulatedDisk(fixture.image)
        let store = try Store.open(on: disk, limits: .small)
        try harm.apply(to: name, at: place, disk)
        let comment = "\(harm) \(file) \(place)"
        let mended = try fixture.scrub(store)
        #expect(!mended.isEmpty || !store.damagedRanges(id).isEmpty, "\(comment)")
        try fixture.mend(store)
        #expect(try fixture.scrub(store) == [], "\(comment)")
        try fixture.expectWhole(store, disk, comment)
      }
    }
  }
}

extension MendTests {
  /// A restarted store knows of absent bodies by reading alone, and says when it does.
  @Test func absentBodyIsSaid() throws {
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    var states = [BodyState](repeating: .present, count: 8)
    states[5] = .absent
    let ranges = log.all.bodyRanges()
    let bodies = (0..<8).filter { $0 != 5 }.flatMap { log.all.bodies[ranges[$0]] }
    let partial = try EntryBatch(
      first: 0, leaves: log.all.slice(0..<8).leaves, bodies: bodies, bodyStates: states)
    try store.append(try log.states[0].accept(partial))
    #expect(store.takeAbsent() && !store.takeAbsent())
    try store.flush()
    let again = try Store.open(on: SimulatedDisk(disk.image), limits: .small)
    #expect(again.damagedRanges(id) == [] && !again.takeAbsent())
    _ = try again.read(id, 0..<8, maxBytes: 1 << 20)
    #expect(again.damagedRanges(id) == [5..<6] && again.takeAbsent())
    _ = try again.read(id, 0..<8, maxBytes: 1 << 20)
    #expect(!again.takeAbsent(), "it was said")
  }

  /// An entry that came without its body gets it later, and a restart has it.
  @Test func absentBodyArrives() throws {
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    var states = [BodyState](repeating: .present, count: 40)
    for index in [3, 4, 17] { states[index] = .absent }
    let ranges = log.all.bodyRanges()
    let bodies = (0..<40).filter { states[$0] == .present }.flatMap { log.all.bodies[ranges[$0]] }
    let partial = try EntryBatch(
      first: 0, leaves: log.all.slice(0..<40).leaves, bodies: bodies, bodyStates: states)
    try store.append(try log.states[0].accept(partial))
    #expect(store.damagedRanges(id) == [3..<5, 17..<18])
    // Entries that are not in log files yet wait.
    #expect(try store.mend(id, with: log.all.slice(0..<40)) == MendOutcome())
    try store.flush()
    let outcome = try store.mend(id, with: log.all.slice(2..<18))
    #expect(outcome.mended == Array(2..<18) && outcome.wrong == [])
    try store.append(try log.verified(40..<60))
    #expect(store.damagedRanges(id) == [3..<5, 17..<18])
    // A crash behind the commit: the journal has the bodies.
    let commit = try #require(store.takeBatch())
    for operation in commit.operations { try disk.execute(operation) }
    let crashed = try Store.open(on: SimulatedDisk(disk.image), limits: .small)
    try expectContent(crashed, log, size: 60)
    _ = store.completed(token: commit.token, error: nil)
    try store.flush()
    #expect(store.damagedRanges(id) == [])
    try expectContent(store, log, size: 60)
    #expect(try Fsck.run(on: disk).findings == [])
    try expectContent(try Store.open(on: disk, limits: .small), log, size: 60)
  }

  /// Wrong bytes mend nothing, whatever is wrong with them.
  @Test func wrongEntriesAreRefused() throws {
    let disk = SimulatedDisk(fixture.image)
    let store = try Store.open(on: disk, limits: .small)
    disk.flip(.log(id, .entries), at: 216 * 100 + 170)
    disk.flip(.log(id, .bodies(0)), at: 20)
    try fixture.scrub(store)
    #expect(store.damagedRanges(id) == [0..<1, 100..<101])
    let before = disk.operations
    for (entry, isLeaf) in [(0, false), (0, true), (100, true), (100, false), (200, true)] {
      var leaves = log.all.slice(entry..<(entry + 1)).leaves
      var bodies = log.all.slice(entry..<(entry + 1)).bodies
      if isLeaf { leaves[160] ^= 1 } else { bodies[0] ^= 1 }
      let batch = try EntryBatch(first: UInt64(entry), leaves: leaves, bodies: bodies)
      let outcome = try store.mend(id, with: batch)
      #expect(outcome.mended == [] && outcome.wrong == [UInt64(entry)])
    }
    try store.flush()
    #expect(disk.operations == before)
    #expect(store.damagedRanges(id) == [0..<1, 100..<101])
    try fixture.mend(store)
    try fixture.expectWhole(store, disk, "then the right ones")
  }
}

extension MendTests {
  /// Damage that a start finds, and what only a pass of the scrub finds behind it.
  @Test(arguments: Harm.allCases) func startHeals(harm: Harm) throws {
    // The identity comes from the genesis, which this log does not have.
    for file in LogFile.fixed + [.bodies(0)] where file != .identity {
      let name = StoreFile.log(id, file)
      let size = Int(try #require(try SimulatedDisk(fixture.image).size(of: name)))
      for place in [size / 2, size - 1] {
        let disk = SimulatedDisk(fixture.image)
        try harm.apply(to: name, at: place, disk)
        let comment = "\(harm) \(file) \(place)"
        let store = try Store.open(on: disk, limits: .small)
        #expect(store.damage.count <= 3, "each place once: \(comment) \(store.damage)")
        #expect(store.state(id)?.head == log.states[700].head, "\(comment)")
        try fixture.mend(store)
        let mended = try fixture.scrub(store)
        #expect(
          !store.damage.isEmpty || !mended.isEmpty || !store.damagedRanges(id).isEmpty,
          "\(comment)")
        try fixture.mend(store)
        #expect(try fixture.scrub(store) == [], "\(comment)")
        try fixture.expectWhole(store, disk, comment)
      }
    }
  }

  /// Damage that a read for a peer meets: reported once, in the damaged ranges or computed, and
  /// mended.
  @Test(arguments: Harm.allCases) func readsHeal(harm: Harm) throws {
    for file in [LogFile.entries, .hashes, .bodiesIndex, .bodies(0)] {
      let name = StoreFile.log(id, file)
      let size = Int(try #require(try SimulatedDisk(fixture.image).size(of: name)))
      let disk = SimulatedDisk(fixture.image)
      let store = try Store.open(on: disk, limits: .small)
      try harm.apply(to: name, at: size / 2, disk)
      let comment = "\(harm) \(file)"
      func readAll() throws {
        var next: UInt64 = 0
        while next < 700 {
          do {
            let batch = try store.read(id, next..<700, maxBytes: 30_000)
            #expect(batch.leaves == log.all.slice(Int(next)..<Int(batch.end)).leaves)
            next = batch.end
          } catch StoreError.damaged {
            next += 1
          }
          try store.flush()
        }
      }
      try readAll()
      let found = store.takeDamage()
      #expect(!found.isEmpty && Set(found).count == found.count, "\(comment)")
      try fixture.mend(store)
      try readAll()
      #expect(store.takeDamage() == [], "\(comment)")
      try expectContent(store, log, size: 700)
      try fixture.scrub(store)
      try fixture.expectWhole(store, disk, comment)
    }
  }

  /// Before each effect of a mend the machine stops: what is damaged is found again, and mended.
  @Test func crashWhileMending() throws {
    var random = SplitMix64(seed: 3)
    var crashes = 0
    for file in [LogFile.entries, .bodies(0), .hashes, .nodes, .bodiesIndex, .control] {
      let name = StoreFile.log(id, file)
      let disk = SimulatedDisk(fixture.image)
      let size = Int(try #require(try disk.size(of: name)))
      try Harm.zeroedSector.apply(to: name, at: size / 2, disk)
      let store = try Store.open(on: disk, limits: .small)
      var images: [DiskImage] = []
      disk.beforeOperation = { disk, _ in images.append(disk.image) }
      try fixture.scrub(store)
      try fixture.mend(store)
      #expect(images.count > 1 || !store.damage.isEmpty)
      for image in images {
        let crashed = SimulatedDisk(image.crashed(&random))
        let again = try Store.open(on: crashed, limits: .small)
        try fixture.scrub(again)
        try fixture.mend(again)
        try fixture.scrub(again)
        try fixture.expectWhole(again, crashed, "\(file)")
        crashes += 1
      }
    }
    print("store mend sweep: \(crashes) crashes")
  }

  /// Entries that nobody has stay damaged: no pass makes them up, and nothing else suffers.
  @Test func whatNobodyHasStaysDamaged() throws {
    let disk = SimulatedDisk(fixture.image)
    disk.flip(.log(id, .entries), at: 216 * 100 + 170)
    disk.flip(.log(id, .bodies(0)), at: 20)
    disk.flip(.log(id, .control), at: 16 * 12)
    let store = try Store.open(on: disk, limits: .small)
    for _ in 0..<3 {
      try fixture.scrub(store)
      #expect(store.damagedRanges(id) == [0..<1, 100..<101])
    }
    try store.addCheckpoint(log.checkpoint(700)).expectStored()
    try store.flush()
    let again = try Store.open(on: disk, limits: .small)
    #expect(again.state(id) == log.states[700])
    try fixture.scrub(again)
    #expect(again.damagedRanges(id) == [0..<1, 100..<101])
    let found = try Fsck.run(on: disk).findings
    #expect(found.contains(Damage(file: .log(id, .bodies(0)), index: 0, .bodyHash)))
    try fixture.mend(again)
    try fixture.scrub(again)
    try fixture.expectWhole(again, disk, "then somebody has it")
  }

  /// `bodies.index` is made again from segments in which a body lies behind those of later entries.
  @Test func indexKnowsBodiesThatArrivedLater() throws {
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    var states = [BodyState](repeating: .present, count: 30)
    states[7] = .absent
    let ranges = log.all.bodyRanges()
    let bodies = (0..<30).filter { $0 != 7 }.flatMap { log.all.bodies[ranges[$0]] }
    let partial = try EntryBatch(
      first: 0, leaves: log.all.slice(0..<30).leaves, bodies: bodies, bodyStates: states)
    try store.append(try log.states[0].accept(partial))
    try store.flush()
    #expect(try store.mend(id, with: log.all.slice(7..<8)).mended == [7])
    try store.append(try log.verified(30..<60))
    try store.flush()
    for length in [0, 16 * 6, 16 * 20] as [UInt64] {
      let harmed = SimulatedDisk(disk.image)
      try harmed.execute(.truncate(.log(id, .bodiesIndex), bytes: length))
      let again = try Store.open(on: harmed, limits: .small)
      try expectContent(again, log, size: 60)
      #expect(try Fsck.run(on: harmed).findings == [])
    }
  }
}

extension CheckpointOutcome {
  fileprivate func expectStored() { #expect(self == .stored) }
}
