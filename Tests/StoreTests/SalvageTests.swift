import Crypto
import Log
import Simulation
import Testing

@testable import Store

/// A journal that is damaged, in any frame (Protocols/store.md, 5.2).
struct SalvageTests {
  private static let log = Result { try TestLog("nl", entries: 40, bodyBytes: 1...90) }
  private let log: TestLog
  private var id: LogID { log.identity.id }

  init() throws { log = try SalvageTests.log.get() }

  /// Frames of the journals, where the next one would be, and the disk with ten commits of one
  /// entry each.
  private func written(applied: Bool) throws -> SimulatedDisk {
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    for index in 0..<10 as Range<UInt64> {
      try store.append(try log.verified(index..<(index + 1)))
      if applied {
        try store.flush()
      } else {
        let batch = try #require(store.takeBatch())
        for operation in batch.operations { try disk.execute(operation) }
        _ = store.completed(token: batch.token, error: nil)
      }
    }
    #expect(store.durableHead(id)?.size == 10)
    return disk
  }

  /// open began generation 4 in journal 0: its first page is the beginning, one page a commit.
  private func places(_ frame: Int) -> Int { frame * 4096 + 60 }

  @Test(arguments: Harm.allCases) func logFilesHaveWhatAFrameLost(harm: Harm) throws {
    let image = try written(applied: true).image
    for frame in 0...10 {
      for place in harm == .zeroedSector ? [0, 60] : [60] {
        let disk = SimulatedDisk(image)
        try harm.apply(to: .journal(0), at: frame * 4096 + place, disk)
        let store = try Store.open(on: disk, limits: .small)
        let comment = "\(harm) \(frame) \(place)"
        // Nobody can tell that the last frame was more than torn.
        if frame < 10 { #expect(store.damage.count == 1, "\(comment) \(store.damage)") }
        #expect(store.damage.allSatisfy { $0.file == .journal(0) }, "\(comment)")
        #expect(store.state(id)?.size == 10, "\(comment)")
        #expect(store.lostTail(id) == nil)
        #expect(store.mayLackEntries == (harm == .truncated || harm == .missing))
        try expectContent(store, log, size: 10)
        try store.append(try log.verified(10..<20))
        try store.flush()
        let again = try Store.open(on: disk, limits: .small)
        #expect(again.damage == [], "\(comment)")
        try expectContent(again, log, size: 20)
        #expect(try Fsck.run(on: disk, signatures: true).findings == [], "\(comment)")
      }
    }
  }

  /// Entries that only the journal had are lost from the damaged frame on, and that is said.
  @Test func lostTailIsKnown() throws {
    let image = try written(applied: false).image
    for frame in 2...9 {
      let disk = SimulatedDisk(image)
      disk.flip(.journal(0), at: places(frame))
      let store = try Store.open(on: disk, limits: .small)
      let size = UInt64(frame - 1)
      #expect(store.damage.contains(Damage(file: .journal(0), index: UInt64(frame), .checksum)))
      #expect(store.damage.contains(Damage(file: .log(id, .entries), index: size, .lostTail)))
      #expect(store.state(id)?.size == size)
      #expect(store.lostTail(id) == 10)
      try expectContent(store, log, size: size)
      try store.append(try log.verified(size..<15))
      try store.flush()
      let again = try Store.open(on: disk, limits: .small)
      #expect(again.damage == [])
      try expectContent(again, log, size: 15)
    }
  }

  /// A crash at each effect of such a recovery, and another one.
  @Test func crashWhileSalvaging() throws {
    var random = SplitMix64(seed: 11)
    for applied in [false, true] {
      let image = try written(applied: applied).image
      for frame in [0, 3, 10] {
        let disk = SimulatedDisk(image)
        disk.flip(.journal(0), at: places(frame))
        let size = try #require(
          try Store.open(on: SimulatedDisk(disk.image), limits: .small).state(id)?.size)
        var images: [DiskImage] = []
        disk.beforeOperation = { disk, _ in images.append(disk.image) }
        _ = try Store.open(on: disk, limits: .small)
        for image in images {
          for _ in 0..<4 {
            let crashed = SimulatedDisk(image.crashed(&random))
            let store = try Store.open(on: crashed, limits: .small)
            #expect(store.state(id)?.size == size, "\(applied) \(frame)")
            try expectContent(store, log, size: size)
          }
        }
      }
    }
  }

  @Test func bothBeginningsGoneIsRefused() throws {
    let disk = try written(applied: true)
    disk.flip(.journal(0), at: 60)
    disk.flip(.journal(1), at: 60)
    let before = disk.operations
    let found = Damage(file: .journal(0), index: 0, .beginnings)
    #expect(throws: StoreError.damaged(found)) { try Store.open(on: disk, limits: .small) }
    #expect(disk.operations == before)
  }

  /// The scrub finds a damaged frame while the store runs: the other journal begins, and nobody
  /// needs it.
  @Test(arguments: [true, false]) func scrubBeginsTheOtherJournal(applied: Bool) throws {
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    for index in 0..<10 as Range<UInt64> {
      try store.append(try log.verified(index..<(index + 1)))
      if applied { try store.flush() }
    }
    try store.flush()
    for frame in [0, 4] {
      disk.flip(.journal(store.pipeline.journals.current.number), at: places(frame))
      var cursor = ScrubCursor()
      var mended: [Damage] = []
      for _ in 0..<100 {
        let step = try store.scrub(&cursor, maxBytes: 10_000)
        mended += step.mended
        try store.flush()
        if step.isPassOver { break }
      }
      #expect(mended.count == (frame == 0 ? 1 : 0))
      #expect(store.takeMended() == mended)
      let again = try Store.open(on: SimulatedDisk(disk.image), limits: .small)
      #expect(again.damage == [])
      try expectContent(again, log, size: 10)
    }
  }
}
