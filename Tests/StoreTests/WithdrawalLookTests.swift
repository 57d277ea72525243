import Log
import Simulation
import Testing

@testable import Store

@Suite("What a withdrawal may name is not handed out before it was looked at (STO-71)")
struct WithdrawalLookTests {
  private let author = WithdrawalAuthor("nl")

  /// A genesis and five records.
  private func host() throws -> (WithdrawalHost, LogID) {
    let host = try WithdrawalHost()
    try host.take(author.entry(.genesis, [1]))
    for number in 0..<5 { try host.take(author.entry(.record, [UInt8(number), 7, 7])) }
    try host.store.flush()
    return (host, try author.identity().id)
  }

  /// The second record was withdrawn, and the index that said so is gone.
  private func hostWithoutIndex() throws -> (WithdrawalHost, LogID) {
    let (host, log) = try host()
    try host.take(author.withdrawal([(1, 2)]))
    try host.restart()
    try host.disk.execute(.remove(.log(log, .bodiesIndex)))
    return (host, log)
  }

  private func isHandedOut(_ store: Store, _ log: LogID) throws -> Bool {
    let size = try #require(store.state(log)?.size)
    let batch = try store.read(log, 0..<size, maxBytes: 1 << 20)
    #expect((batch.body(at: 2) != nil) == (batch.bodyState(at: 2) == .present))
    #expect(try store.bodyState(log, 2) == batch.bodyState(at: 2))
    return batch.bodyState(at: 2) == .present
  }

  /// Opens the store once for each of its reads, which fails.
  /// - Returns: what opened, each on its own disk.
  private func opened(
    _ image: DiskImage, whileReadsFailWith error: DiskError
  ) throws -> [(store: Store, disk: SimulatedDisk)] {
    let counting = SimulatedDisk(image)
    _ = try Store.open(on: counting, limits: .small)
    var stores: [(Store, SimulatedDisk)] = []
    for number in 1...counting.reads {
      let disk = SimulatedDisk(image)
      disk.readFault = { $0 == number ? error : nil }
      do throws(StoreError) {
        stores.append((try Store.open(on: disk, limits: .small), disk))
      } catch .disk(let found, _) {
        #expect(found == error)
      }
      disk.readFault = nil
    }
    return stores
  }

  /// Found by `liaison-sim store --seed 7 --point 459434`, `--seed 1 --point 82173` and `--seed 5
  /// --point 491785`.
  @Test(
    "A withdrawal in a tail that no journal has hides, or the store does not open",
    arguments: [DiskError.inputOutput, .other("Too many open files (EMFILE)")])
  func keptTail(error: DiskError) throws {
    let (host, log) = try host()
    var images: [DiskImage] = []
    host.disk.beforeOperation = { disk, _ in images.append(disk.image) }
    try host.takeBulk(author.withdrawal([(1, 2)]))
    try host.store.flush()
    var kept = 0
    for image in images {
      let recovery = Recovery(SimulatedDisk(image), .small)
      guard try !isHandedOut(recovery.run(), log) else { continue }
      if recovery.logs[log].kept == 6 { kept += 1 }
      for (store, disk) in try opened(image, whileReadsFailWith: error)
      where store.state(log)?.size == 7 {
        #expect(try !isHandedOut(store, log))
        #expect(store.damage.isEmpty && store.takeDamage().isEmpty)
        // The next start finds no reason to look again.
        let again = try Store.open(on: SimulatedDisk(disk.image), limits: .small)
        #expect(try again.state(log)?.size != 7 || !isHandedOut(again, log))
      }
    }
    #expect(kept > 0)
  }

  @Test("A rebuilt index hides what is withdrawn when the store opens")
  func rebuiltIndex() throws {
    let (host, log) = try hostWithoutIndex()
    try host.restart()
    #expect(
      try host.states(log) == [.present, .present, .hidden, .present, .present, .present, .present])
    #expect(!host.store.hasUndecided)
    // The time begins again.
    host.minute += week
    try host.settle()
    try host.scrub()
    #expect(try host.states(log)[2] == .hidden)
    host.minute += week
    try host.scrub()
    #expect(try host.states(log)[2] == .purged)
  }

  @Test("What a rebuilt index may lack is undecided while the withdrawal cannot be read")
  func undecided() throws {
    let (host, log) = try hostWithoutIndex()
    var wereUndecided = 0
    for (store, disk) in try opened(host.disk.image, whileReadsFailWith: .inputOutput) {
      #expect(try !isHandedOut(store, log))
      #expect(store.takeDamage().isEmpty)
      guard store.hasUndecided else { continue }
      wereUndecided += 1
      #expect(store.undecidedRanges(log) == [0..<6])
      // The genesis is no record.
      #expect(try store.bodyState(log, 0) == .present)
      #expect(try store.bodyState(log, 3) == .absent)
      #expect(store.damagedRanges(log).isEmpty)
      var withdrawals = Withdrawals()
      func pass() throws {
        withdrawals.recheck(try NodeName("nl"))
        while withdrawals.isBusy {
          _ = withdrawals.work(in: store, host.facts)
          try store.flush()
          #expect(try !isHandedOut(store, log))
        }
      }
      // Another read that fails decides nothing.
      disk.readFault = { _ in .inputOutput }
      withdrawals.recheck(try NodeName("nl"))
      for _ in 0..<8 { _ = withdrawals.work(in: store, host.facts) }
      disk.readFault = nil
      #expect(store.hasUndecided && !withdrawals.isBusy)
      try pass()
      #expect(!store.hasUndecided)
      #expect(try store.bodyState(log, 2) == .hidden)
      #expect(try store.bodyState(log, 3) == .present)
    }
    #expect(wereUndecided > 0)
  }

  @Test("A withdrawal that is damaged is waited for, until a peer's entry mends it")
  func damaged() throws {
    let (host, log) = try host()
    let whole = try author.withdrawal([(1, 2)])
    try host.take(whole)
    try host.restart()
    try host.disk.execute(.remove(.log(log, .bodiesIndex)))
    let bytes = try #require(host.disk.image.content(of: .log(log, .bodies(0))))
    host.disk.flip(.log(log, .bodies(0)), at: bytes.count - 3)
    try host.restart()
    let name = try NodeName("nl")
    for _ in 0..<2 {
      #expect(host.store.undecidedRanges(log) == [0..<6])
      #expect(try !isHandedOut(host.store, log))
      host.withdrawals.recheck(name)
      try host.settle()
    }
    #expect(try host.store.mend(log, with: whole.batch).wrong.isEmpty)
    try host.store.flush()
    host.withdrawals.recheck(name)
    try host.settle()
    #expect(!host.store.hasUndecided)
    #expect(try host.states(log)[2...3] == [.hidden, .present])
  }

  @Test("Withdrawals of a later epoch hide in the rebuilt index of an earlier one")
  func laterEpoch() throws {
    let (host, log) = try host()
    try host.take(author.entry(.genesis, [1], epoch: 2))
    try host.take(author.withdrawal([(1, 2), (1, 4)], epoch: 2))
    try host.restart()
    try host.disk.execute(.truncate(.log(log, .bodiesIndex), bytes: UInt64(3 * Layout.indexBytes)))
    try host.restart()
    #expect(
      try host.states(log) == [.present, .present, .hidden, .present, .hidden, .present])
    #expect(
      try host.store.withdrawal(log, of: 4) == Withdrawal.Place(epoch: 2, index: 1))
  }
}
