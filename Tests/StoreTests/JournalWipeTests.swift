import Crypto
import Log
import Simulation
import Testing

@testable import Store

@Suite("No journal holds what is gone (Protocols/store.md, STO-72)")
struct JournalWipeTests {
  private let log: TestLog
  private var id: LogID { log.identity.id }

  init() throws { log = try TestLog("nl", entries: 60, bodyBytes: 300...700) }

  private func body(_ index: UInt64) -> [UInt8] {
    log.all.body(at: Int(index)).map(Array.init) ?? []
  }

  /// The files in which the bytes stand.
  private func files(of image: DiskImage, holding bytes: [UInt8]) -> [StoreFile] {
    image.files.filter { file in
      guard let content = image.content(of: file) else { return false }
      let all = content.read(at: 0, count: content.count)
      guard all.count >= bytes.count else { return false }
      return (0...(all.count - bytes.count)).contains { start in
        all[start] == bytes[0] && all[start..<(start + bytes.count)].elementsEqual(bytes)
      }
    }
  }

  @Test(
    "After a purge the journals hold the bodies; after a wipe nothing does, and all else is there")
  func wipes() throws {
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    for first in stride(from: UInt64(0), to: 40, by: 4) {
      try store.append(try log.verified(first..<(first + 4)))
      try store.flush()
    }
    try store.purge(id, [20, 38, 39], as: .purged)
    try store.flush()
    #expect(!files(of: disk.image, holding: body(39)).isEmpty)
    store.wipeJournals()
    #expect(store.isWiping)
    try store.flush()
    #expect(!store.isWiping)
    for index: UInt64 in [20, 38, 39] {
      #expect(files(of: disk.image, holding: body(index)) == [], "\(index)")
    }
    #expect(files(of: disk.image, holding: body(37)).allSatisfy { $0 == .log(id, .bodies(0)) })
    #expect(try Fsck.run(on: disk).isClean)
    try store.append(try log.verified(40..<60))
    try store.flush()
    let again = try Store.open(on: disk, limits: .small)
    #expect(again.damage.isEmpty && again.state(id)?.size == 60)
  }

  @Test("Entries are taken meanwhile, and a crash anywhere loses none and is no damage")
  func crashes() throws {
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<20))
    try store.flush()
    try store.purge(id, [3], as: .purged)
    try store.flush()
    var points: [(image: DiskImage, acknowledged: UInt64)] = []
    disk.beforeOperation = { disk, _ in
      points.append((disk.image, store.durableHead(id)?.size ?? 0))
    }
    store.wipeJournals()
    var next: UInt64 = 20
    for _ in 0..<1_000 where store.isWiping || next < 60 {
      if next < 60 {
        try store.append(try log.verified(next..<(next + 2)))
        next += 2
      }
      guard let batch = store.takeBatch(settling: false) else { continue }
      try disk.execute(batch.operations)
      _ = store.completed(token: batch.token, error: nil)
    }
    #expect(!store.isWiping && store.durableHead(id)?.size == 60)
    disk.beforeOperation = nil
    #expect(files(of: disk.image, holding: body(3)) == [])
    var random = SplitMix64(seed: 3)
    for point in points {
      for _ in 0..<3 {
        let disk = SimulatedDisk(point.image.crashed(&random))
        let store = try Store.open(on: disk, limits: .small)
        #expect(store.damage.isEmpty)
        #expect(store.state(id)?.size ?? 0 >= point.acknowledged)
        #expect(try store.bodyState(id, 3) == .purged)
      }
    }
  }

  @Test("A disk that is full in the midst leaves it to be done")
  func full() throws {
    let (disk, store) = try newStore()
    try store.addLog(log.identity)
    try store.append(try log.verified(0..<20))
    try store.flush()
    try store.purge(id, [3], as: .purged)
    try store.flush()
    store.wipeJournals()
    var left = 2
    disk.fault = { _, operation in
      guard case .write(.journal, _, let bytes) = operation, !bytes.contains(where: { $0 != 0 }),
        left > 0
      else { return nil }
      left -= 1
      return DiskFault(error: .noSpace, left: .nothing)
    }
    _ = try? store.flush()
    #expect(store.isWiping && store.condition == .full)
    disk.fault = nil
    // First the work that stalled, then the reserve, as a node tries it again and again.
    for _ in 0..<3 {
      store.retry()
      try store.flush()
    }
    #expect(!store.isWiping && store.condition == .running)
    #expect(files(of: disk.image, holding: body(3)) == [])
  }
}
