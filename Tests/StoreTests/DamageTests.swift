import Crypto
import Log
import Simulation
import Testing
import Wire

@testable import Store

/// What `open` does with log files that are not whole (Protocols/store.md, 7).
struct DamageTests {
  private static let log = Result { try TestLog("nl", entries: 700, bodyBytes: 0...90) }
  private let log: TestLog
  private var id: LogID { log.identity.id }

  init() throws { log = try DamageTests.log.get() }

  /// Everything in log files and, with `tail`, some entries only in a journal.
  private func stored(tail: Bool) throws -> SimulatedDisk {
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<80))
    for size in [20, 50, 70] as [UInt64] {
      let checkpoint = log.checkpoint(size)
      #expect(try store.addCheckpoint(checkpoint) == .stored)
      try store.addCosignature(id, checkpoint: checkpoint, cosignature("c\(size)"))
    }
    try store.appendBulk(try log.verified(80..<(tail ? 640 : 700)))
    #expect(try store.addCheckpoint(log.checkpoint(600)) == .stored)
    try store.flush()
    // Begins a journal that knows nothing but the heads.
    let again = try Store.open(on: disk, limits: .small)
    guard tail else { return disk }
    try again.append(try log.verified(640..<700))
    let batch = try #require(again.takeBatch())
    for operation in batch.operations { try disk.execute(operation) }
    return disk
  }

  private func cosignature(_ name: String) throws -> Cosignature {
    Cosignature(
      name: try NodeName(name), keyID: 7, time: 9,
      signature: try #require(Signature([UInt8](repeating: 1, count: 64))))
  }

  /// Loads, says what was wrong, and is whole in every file; and is silent at the next start.
  private func expectMended(_ disk: SimulatedDisk, _ damage: [Damage], _ comment: String) throws {
    let store = try Store.open(on: disk, limits: .small)
    #expect(store.damage == damage, "\(comment)")
    try expectContent(store, log, size: 700)
    try expectProofs(store)
    try store.flush()
    #expect(try Store.open(on: disk, limits: .small).damage == [], "\(comment)")
    #expect(try Fsck.run(on: disk).findings == [], "\(comment)")
  }

  private func expectProofs(_ store: Store) throws {
    for size in [1, 255, 256, 511, 513, 700] as [UInt64] {
      #expect(try store.root(id, size: size) == log.roots[Int(size)])
    }
    #expect(
      try store.controlEntries(id, from: 1).map(\.index) == (1..<log.size).filter { $0 % 37 == 5 })
  }

  @Test(arguments: [LogFile.hashes, .nodes, .bodiesIndex, .control], [false, true])
  func derivedFileIsComputedAgain(file: LogFile, tail: Bool) throws {
    let name = StoreFile.log(id, file)
    let image = try stored(tail: tail).image
    let size = try #require(try SimulatedDisk(image).size(of: name))
    for length in [0, 5, size / 2, size - 1] {
      let disk = SimulatedDisk(image)
      try disk.execute(.truncate(name, bytes: length))
      try expectMended(disk, [Damage(file: name, .tooShort)], "\(file) \(length)")
    }
    let disk = SimulatedDisk(image)
    try disk.execute(.remove(name))
    try expectMended(disk, [Damage(file: name, .missing)], "\(file) missing")
  }

  /// A bit that would give the tree another root: nothing may be signed on it.
  @Test(arguments: [false, true]) func flippedBitInTheTreeIsMended(tail: Bool) throws {
    let image = try stored(tail: tail).image
    let flips: [(LogFile, Int, Damage.Problem)] = [
      (.nodes, 2, .node), (.hashes, 520, .leafHash),
      (.hashes, 599, .leafHash), (.hashes, 601, .leafHash), (.hashes, 639, .leafHash),
    ]
    for (file, record, problem) in flips {
      let disk = SimulatedDisk(image)
      disk.flip(.log(id, file), at: record * 32 + 3)
      let store = try Store.open(on: disk, limits: .small)
      try expectContent(store, log, size: 700)
      #expect(
        store.damage == [Damage(file: .log(id, file), index: UInt64(record), problem)],
        "\(file) \(record)")
      try expectProofs(store)
    }
  }

  @Test func damagedNotesAreLeftOut() throws {
    let image = try stored(tail: false).image
    for (file, stride) in [(LogFile.checkpoints, 320), (.cosignatures, 192)] {
      let name = StoreFile.log(id, file)
      for frame in 0..<3 {
        let disk = SimulatedDisk(image)
        disk.flip(name, at: frame * stride + 40)
        let store = try Store.open(on: disk, limits: .small)
        #expect(store.damage == [Damage(file: name, index: UInt64(frame), .checksum)])
        try expectContent(store, log, size: 700)
        #expect(store.newestCheckpoint(id) == log.checkpoint(600))
        #expect(store.cosignatures(id).count == (file == .cosignatures ? 2 : 3))
        #expect(try store.addCheckpoint(log.checkpoint(650)) == .stored)
        try store.flush()
        #expect(
          try Store.open(on: disk, limits: .small).newestCheckpoint(id) == log.checkpoint(650))
      }
      for length in [0, UInt64(stride) + 7] {
        let disk = SimulatedDisk(image)
        try disk.execute(.truncate(name, bytes: length))
        let store = try Store.open(on: disk, limits: .small)
        #expect(store.damage.contains(Damage(file: name, .tooShort)))
        try expectContent(store, log, size: 700)
        #expect(try store.addCheckpoint(log.checkpoint(690)) == .stored)
        try store.flush()
        #expect(
          try Store.open(on: disk, limits: .small).newestCheckpoint(id) == log.checkpoint(690))
      }
    }
    let disk = SimulatedDisk(image)
    disk.flip(.log(id, .checkpoints), at: 320 * 3 + 30)
    let store = try Store.open(on: disk, limits: .small)
    #expect(store.newestCheckpoint(id) == log.checkpoint(70))
  }

  /// Entries are truth: what is wrong with them is said, and nothing is written.
  @Test func damagedEntriesAreLeftAsTheyAre() throws {
    let image = try stored(tail: false).image
    let name = StoreFile.log(id, .entries)
    let damages: [(Damage, (SimulatedDisk) throws -> Void)] = [
      (Damage(file: name, .tooShort), { try $0.execute(.truncate(name, bytes: 700 * 216 - 1)) }),
      (Damage(file: name, .missing), { try $0.execute(.remove(name)) }),
      (Damage(file: name, index: 699, .headMismatch), { $0.flip(name, at: 699 * 216 + 1) }),
    ]
    for (damage, harm) in damages {
      let disk = SimulatedDisk(image)
      try harm(disk)
      let size = try disk.size(of: name)
      // The head is not forgotten by the next journals.
      for _ in 0..<3 {
        let store = try Store.open(on: disk, limits: .small)
        #expect(store.damage == [damage])
        #expect(store.state(id) == nil)
        #expect(throws: StoreError.damaged(damage)) { try store.addLog(log.identity) }
        #expect(try disk.size(of: name) == size)
      }
    }
  }

  /// A leaf that lost its tree's support is not made the tree's truth.
  @Test func hashesAreNotDerivedFromDamagedLeaves() throws {
    let name = StoreFile.log(id, .entries)
    for (entry, problem) in [(100, Damage.Problem.root), (650, .signature)] {
      let disk = SimulatedDisk(try stored(tail: false).image)
      disk.flip(name, at: entry * 216 + 170)
      try disk.execute(.truncate(.log(id, .hashes), bytes: 0))
      let store = try Store.open(on: disk, limits: .small)
      let index: UInt64 = problem == .root ? 599 : UInt64(entry)
      #expect(store.damage.contains(Damage(file: name, index: index, problem)))
      #expect(store.state(id) == nil)
      #expect(try disk.size(of: .log(id, .hashes)) == 0)
    }
  }

  /// What only the journal has goes to its place in a log that cannot be loaded.
  @Test func acknowledgedTailOfBrokenLogIsKept() throws {
    let name = StoreFile.log(id, .entries)
    for isMissing in [false, true] {
      let disk = SimulatedDisk(try stored(tail: true).image)
      try disk.execute(isMissing ? .remove(name) : .truncate(name, bytes: 216 * 600))
      let store = try Store.open(on: disk, limits: .small)
      #expect(store.damage.contains(Damage(file: name, isMissing ? .missing : .tooShort)))
      #expect(store.state(id) == nil)
      let leaves = try disk.read(name, at: 216 * 640, count: 216 * 60)
      #expect(leaves == Array(log.all.leaves[(216 * 640)...]))
    }
  }

  /// Bodies that are gone are gone; the log and the other bodies are not.
  @Test(arguments: [false, true]) func lostBodiesLoseNoLog(tail: Bool) throws {
    let name = StoreFile.log(id, .bodies(0))
    let image = try stored(tail: tail).image
    for length in [nil, 3000 as UInt64] {
      let disk = SimulatedDisk(image)
      try disk.execute(length.map { .truncate(name, bytes: $0) } ?? .remove(name))
      let store = try Store.open(on: disk, limits: .small)
      #expect(store.damage == [Damage(file: name, length == nil ? .missing : .tooShort)])
      #expect(store.state(id) == log.states[700])
      #expect(try store.bodyState(id, 699) == .present)
    }
  }

  // MARK: Reads

  private func expectRead(
    _ store: Store, without missing: Set<UInt64>, _ damage: [Damage], _ comment: String
  ) throws {
    let ranges = log.all.bodyRanges()
    for start in [0, 97, 250] as [UInt64] {
      let batch = try store.read(id, start..<700, maxBytes: 1 << 20)
      #expect(batch.end == 700 && batch.leaves == Array(log.all.leaves[(Int(start) * 216)...]))
      var bodies: [UInt8] = []
      for index in start..<700 {
        let isMissing = missing.contains(index)
        #expect(batch.bodyState(at: Int(index - start)) == (isMissing ? .absent : .present))
        if !isMissing { bodies += log.all.bodies[ranges[Int(index)]] }
      }
      #expect(batch.bodies == bodies, "\(comment)")
    }
    #expect(Set(store.takeDamage()) == Set(damage), "\(comment)")
    _ = try store.read(id, 0..<700, maxBytes: 1 << 20)
    #expect(store.takeDamage() == [], "each place once")
  }

  /// What does not hash is not handed out, whatever file the bit flipped in.
  @Test func readsHandOutOnlyWhatHashes() throws {
    let disk = try stored(tail: false)
    let index = try disk.read(.log(id, .bodiesIndex), at: 0, count: 700 * 16)
    func bodyOffset(_ entry: Int) -> Int {
      Int(index.span.bigEndian(at: entry * 16 + 4) as UInt32)
    }
    let image = disk.image
    let entry = try #require((300..<700).first { log.all.claimedBodyBytes(at: $0) > 8 })
    let place = bodyOffset(entry)
    let bodies = StoreFile.log(id, .bodies(0))
    let flips: [(StoreFile, Int, Damage.Problem)] = [
      (bodies, place, .bodyRecord), (bodies, place + 7, .bodyRecord),
      (bodies, place + 15, .bodyRecord), (bodies, place + 16, .bodyHash),
      (.log(id, .bodiesIndex), entry * 16 + 11, .indexRecord),
      (.log(id, .bodiesIndex), entry * 16 + 13, .indexRecord),
    ]
    for (file, offset, problem) in flips {
      let disk = SimulatedDisk(image)
      let store = try Store.open(on: disk, limits: .small)
      disk.flip(file, at: offset)
      // Where the body is, is computed again.
      let missing: Set<UInt64> = file == bodies ? [UInt64(entry)] : []
      try expectRead(
        store, without: missing, [Damage(file: file, index: UInt64(entry), problem)],
        "\(file) \(offset - place)")
      #expect(
        store.damagedRanges(id) == (missing.isEmpty ? [] : [UInt64(entry)..<UInt64(entry + 1)]))
    }
    // An index record that points into another body.
    let moved = SimulatedDisk(image)
    let store = try Store.open(on: moved, limits: .small)
    moved.flip(.log(id, .bodiesIndex), at: entry * 16 + 7)
    try expectRead(
      store, without: [UInt64(entry)],
      [Damage(file: bodies, index: UInt64(entry), .bodyRecord)], "moved")
    // A wrong hash of a right leaf, in a complete and in the open block.
    for entry in [100, 690] {
      let disk = SimulatedDisk(image)
      let store = try Store.open(on: disk, limits: .small)
      disk.flip(.log(id, .hashes), at: entry * 32)
      let found = Damage(file: .log(id, .hashes), index: UInt64(entry), .leafHash)
      try expectRead(store, without: [], [found], "hash")
    }
  }

  @Test func readsStopBeforeADamagedLeaf() throws {
    let image = try stored(tail: false).image
    for entry in [0, 100, 300, 690] as [UInt64] {
      let disk = SimulatedDisk(image)
      let store = try Store.open(on: disk, limits: .small)
      disk.flip(.log(id, .entries), at: Int(entry) * 216 + 180)
      let found = Damage(file: .log(id, .entries), index: entry, .leafHash)
      if entry > 0 {
        #expect(try store.read(id, 0..<700, maxBytes: 1 << 20).end == entry)
        #expect(store.takeDamage() == [found])
      }
      #expect(throws: StoreError.damaged(found)) {
        try store.read(id, entry..<700, maxBytes: 1 << 20)
      }
      #expect(try store.read(id, (entry + 1)..<700, maxBytes: 1 << 20).end == 700)
    }
  }
}
