import Crypto
import Log
import Simulation
import Testing
import Wire

@testable import Store

/// The start with log files that are not whole (Protocols/store.md, 7).
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

  /// As long as the tree is known the log is loaded, whatever happened to its leaves.
  @Test(arguments: [false, true]) func damagedEntriesLoseNoLog(tail: Bool) throws {
    let image = try stored(tail: tail).image
    let name = StoreFile.log(id, .entries)
    let end: UInt64 = tail ? 640 : 700
    let harms: [(Damage, Range<UInt64>, (SimulatedDisk) throws -> Void)] = [
      (
        Damage(file: name, .tooShort), (end - 1)..<end,
        { try $0.execute(.truncate(name, bytes: end * 216 - 1)) }
      ),
      (
        Damage(file: name, .tooShort), 300..<end,
        { try $0.execute(.truncate(name, bytes: 300 * 216 + 5)) }
      ),
      (Damage(file: name, .missing), 0..<end, { try $0.execute(.remove(name)) }),
    ]
    for (damage, range, harm) in harms {
      let disk = SimulatedDisk(image)
      try harm(disk)
      let store = try Store.open(on: disk, limits: .small)
      #expect(store.damage == [damage])
      #expect(store.damagedRanges(id) == [range])
      // It goes on, and everything but the leaves is served.
      let whole = log.states[700]
      #expect(store.state(id)?.head == whole.head && store.state(id)?.tree == whole.tree)
      try expectProofs(store)
      if tail { #expect(try store.read(id, 640..<700, maxBytes: 1 << 20).end == 700) }
      let again = try Store.open(on: disk, limits: .small)
      #expect(again.state(id)?.head == whole.head)
      _ = try again.mend(id, with: log.all)
      try again.flush()
      #expect(again.damagedRanges(id) == [])
      try expectContent(again, log, size: 700)
      #expect(try Fsck.run(on: disk, signatures: true).findings == [])
    }
  }

  @Test func damagedLastLeafIsMended() throws {
    let disk = try stored(tail: false)
    let name = StoreFile.log(id, .entries)
    disk.flip(name, at: 699 * 216 + 1)
    let store = try Store.open(on: disk, limits: .small)
    #expect(store.damage == [Damage(file: name, index: 699, .headMismatch)])
    #expect(store.damagedRanges(id) == [699..<700])
    #expect(store.state(id)?.lastLeaf == [])
    #expect(try store.mend(id, with: log.all.slice(699..<700)).mended == [699])
    try store.flush()
    #expect(store.state(id) == log.states[700])
    #expect(try Fsck.run(on: disk).findings == [])
  }

  /// Leaf and hash of one entry are both wrong: the block's node tells which of the peer's leaves
  /// is right.
  @Test func leafAndHashOfOneEntry() throws {
    let name = StoreFile.log(id, .entries)
    let disk = try stored(tail: false)
    disk.flip(name, at: 100 * 216 + 170)
    try disk.execute(.truncate(.log(id, .hashes), bytes: 0))
    // The last block has no node: there `hashes` is computed from leaves, and leads to the
    // journal's root.
    let store = try Store.open(on: disk, limits: .small)
    #expect(store.damage == [Damage(file: .log(id, .hashes), .tooShort)])
    #expect(store.damagedRanges(id) == [100..<101])
    // A root that needs the hash is not made up: a checkpoint would look like a fork.
    #expect(throws: StoreError.self) { try store.addCheckpoint(log.checkpoint(255)) }
    #expect(try store.root(id, size: 256) == log.roots[256])
    #expect(try store.mend(id, with: log.all.slice(90..<100)).mended.count == 10)
    #expect(store.damagedRanges(id) == [100..<101])
    #expect(try store.mend(id, with: log.all.slice(100..<101)).mended == [100])
    try store.flush()
    try expectContent(store, log, size: 700)
    try expectProofs(store)
    #expect(try Fsck.run(on: disk, signatures: true).findings == [])
  }

  /// A tree that nothing vouches for is not signed on: the log is left as it is.
  @Test func unknownTreeIsNotLoaded() throws {
    let name = StoreFile.log(id, .entries)
    let disk = try stored(tail: false)
    disk.flip(name, at: 650 * 216 + 170)
    try disk.execute(.truncate(.log(id, .hashes), bytes: 0))
    // The head is not forgotten by the next journals.
    for _ in 0..<3 {
      let store = try Store.open(on: disk, limits: .small)
      #expect(store.damage.contains(Damage(file: name, .tree)))
      #expect(store.state(id) == nil)
      #expect(throws: StoreError.damaged(store.damage[0])) { try store.addLog(log.identity) }
      #expect(try disk.size(of: .log(id, .hashes)) == 0)
      #expect(try disk.size(of: name) == 700 * 216)
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

  /// Bytes that do not hash are not handed out, whatever file the bit flipped in.
  @Test func readsHandOutOnlyWhatHashes() throws {
    let disk = try stored(tail: false)
    let index = try disk.read(.log(id, .bodiesIndex), at: 0, count: 700 * 32)
    func bodyOffset(_ entry: Int) -> Int {
      Int(index.span.bigEndian(at: entry * 32 + 4) as UInt32)
    }
    let image = disk.image
    let entry = try #require((300..<700).first { log.all.claimedBodyBytes(at: $0) > 8 })
    let place = bodyOffset(entry)
    let bodies = StoreFile.log(id, .bodies(0))
    let flips: [(StoreFile, Int, Damage.Problem)] = [
      (bodies, place, .bodyRecord), (bodies, place + 7, .bodyRecord),
      (bodies, place + 15, .bodyRecord), (bodies, place + 16, .bodyHash),
      (.log(id, .bodiesIndex), entry * 32 + 11, .indexRecord),
      (.log(id, .bodiesIndex), entry * 32 + 13, .indexRecord),
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
    moved.flip(.log(id, .bodiesIndex), at: entry * 32 + 7)
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
