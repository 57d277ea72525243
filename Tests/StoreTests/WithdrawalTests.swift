import Crypto
import Log
import Secrets
import Simulation
import Testing

@testable import Store

@Suite("Withdrawals hide at once and erase later")
struct WithdrawalTests {
  private let author = WithdrawalAuthor("nl")

  /// A genesis and `count` records.
  private func host(_ count: Int = 5) throws -> (WithdrawalHost, LogID) {
    let host = try WithdrawalHost()
    try host.take(author.entry(.genesis, [1]))
    for number in 0..<count { try host.take(author.entry(.record, [UInt8(number), 7, 7])) }
    return (host, try author.identity().id)
  }

  @Test(
    "The body is handed out to nobody from the moment the withdrawal is staged, and its bytes stay")
  func hides() throws {
    let (host, log) = try host()
    try host.store.flush()
    let whole = try host.store.read(log, 0..<6, maxBytes: 1 << 20)
    let withdrawal = try author.withdrawal([(1, 2), (1, 4)])
    try host.take(withdrawal)
    #expect(try host.states(log)[1...5] == [.present, .hidden, .present, .hidden, .present])
    let batch = try host.store.read(log, 0..<6, maxBytes: 1 << 20)
    #expect(batch.body(at: 2) == nil && batch.body(at: 3) != nil)
    try host.store.flush()
    let again = try Store.open(on: host.disk, limits: .small)
    #expect(try again.bodyState(log, 2) == .hidden)
    #expect(try again.withdrawal(log, of: 4) == Withdrawal.Place(epoch: 1, index: 6))
    #expect(try again.usage(log).purgedBytes == 0)
    let report = try Fsck.run(on: host.disk)
    #expect(report.isClean && report.logs.first?.bodiesHidden == 2)
    // A peer that sends the body brings nothing back.
    #expect(try again.mend(log, with: whole).wrong.isEmpty)
    try again.flush()
    #expect(try again.bodyState(log, 2) == .hidden)
  }

  /// The withdrawal and what it hides are one commit: a crash leaves both or neither.
  @Test("No crash leaves a withdrawal whose record is still shown")
  func crashes() throws {
    let (host, log) = try host()
    try host.store.flush()
    let withdrawal = try author.withdrawal([(1, 2)])
    var images: [DiskImage] = []
    host.disk.beforeOperation = { disk, _ in images.append(disk.image) }
    try host.take(withdrawal)
    try host.store.flush()
    images.append(host.disk.image)
    var random = SplitMix64(seed: 5)
    var seen: Set<BodyState> = []
    for image in images {
      for _ in 0..<4 {
        let store = try Store.open(on: SimulatedDisk(image.crashed(&random)), limits: .small)
        let state = try store.bodyState(log, 2)
        #expect(state == (store.state(log)?.size == 7 ? .hidden : .present))
        seen.insert(state)
      }
    }
    #expect(seen == [.hidden, .present])
  }

  @Test("The bytes go when the withdrawal has stood for seven days of running time, and not before")
  func erases() throws {
    let (host, log) = try host()
    try host.take(author.withdrawal([(1, 2)]))
    host.minute += week - 1
    try host.scrub()
    #expect(try host.states(log)[2] == .hidden)
    host.minute += 1
    try host.scrub()
    #expect(try host.states(log)[2] == .purged)
    #expect(try host.store.withdrawal(log, of: 2) == Withdrawal.Place(epoch: 1, index: 6))
    #expect(try host.store.usage(log).purgedBytes == 3)
    // A purged body does not come back, whatever is proven later.
    try host.set(log, countsBelow: 0)
    #expect(try host.states(log)[2] == .purged)
    #expect(try Fsck.run(on: host.disk).isClean)
  }

  @Test("What a withdrawal hid returns when a freeze or an end makes it void")
  func returns() throws {
    let (host, log) = try host()
    let before = try host.store.read(log, 0..<6, maxBytes: 1 << 20)
    try host.take(author.withdrawal([(1, 1), (1, 2), (1, 3), (1, 4), (1, 5)]))
    #expect(try host.states(log)[1...5].allSatisfy { $0 == .hidden })
    try host.set(log, countsBelow: 6)
    #expect(try host.store.read(log, 0..<6, maxBytes: 1 << 20) == before)
    // It is not due any more, however long it stands.
    host.minute += 10 * week
    try host.scrub()
    #expect(try host.store.read(log, 0..<6, maxBytes: 1 << 20) == before)
    // The withdrawal counts again when the branch is settled.
    try host.set(log, countsBelow: 7)
    #expect(try host.states(log)[1...5].allSatisfy { $0 == .hidden })
    try host.scrub()
    #expect(try host.states(log)[1...5].allSatisfy { $0 == .hidden })
  }

  @Test("Of two withdrawals of one record the one that counts holds it, whichever came first")
  func twoOfOne() throws {
    for first in [true, false] {
      let author = WithdrawalAuthor("nl")
      let host = try WithdrawalHost()
      try host.take(author.entry(.genesis, [1]))
      for number in 0..<3 { try host.take(author.entry(.record, [UInt8(number)])) }
      try host.take(author.entry(.genesis, [1], epoch: 2))
      let old = try author.withdrawal([(1, 1), (1, 2)])
      let new = try author.withdrawal([(1, 2), (1, 3)], epoch: 2)
      for batch in first ? [old, new] : [new, old] { try host.take(batch) }
      let log = try author.identity().id
      #expect(try host.states(log)[1...3].allSatisfy { $0 == .hidden })
      try host.set(log, countsBelow: 4)
      #expect(try host.states(log)[1...3] == [.present, .hidden, .hidden])
      #expect(try host.store.withdrawal(log, of: 2) == Withdrawal.Place(epoch: 2, index: 1))
      try host.set(try author.identity(2).id, countsBelow: 0)
      #expect(try host.states(log)[1...3].allSatisfy { $0 == .present })
    }
  }

  @Test(
    "Whatever the order in which entries and freezes arrive, and with restarts, all conclude the same"
  )
  func order() throws {
    var random = SplitMix64(seed: 11)
    for _ in 0..<40 {
      let author = WithdrawalAuthor("nl")
      var batches: [UInt32: [VerifiedBatch]] = [1: [try author.entry(.genesis, [1])], 2: []]
      for number in 0..<8 { batches[1]?.append(try author.entry(.record, [UInt8(number)])) }
      batches[2]?.append(try author.entry(.genesis, [1], epoch: 2))
      for _ in 0..<4 {
        let named = (1...8).filter { _ in random.oneIn(2) }.map { (UInt32(1), UInt64($0)) }
        guard !named.isEmpty else { continue }
        let epoch: UInt32 = random.oneIn(2) ? 1 : 2
        batches[epoch]?.append(try author.withdrawal(named, epoch: epoch))
      }
      let ids = [try author.identity().id, try author.identity(2).id]
      let limits = [UInt64(9 + random.below(4)), UInt64(1 + random.below(4))]
      var concluded: [[BodyState]] = []
      for _ in 0..<3 {
        let host = try WithdrawalHost()
        var waiting = batches
        var frozen = [false, false]
        while frozen.contains(false) || waiting.values.contains(where: { !$0.isEmpty }) {
          let number = random.below(2)
          if random.oneIn(5) {
            frozen[number] = true
            try host.set(ids[number], countsBelow: limits[number])
          } else if let next = waiting[UInt32(number + 1)]?.first {
            waiting[UInt32(number + 1)]?.removeFirst()
            try host.take(next)
          }
          if random.oneIn(4) { try host.scrub() }
        }
        try host.settle()
        concluded.append(try host.states(ids[0]))
      }
      #expect(concluded[0] == concluded[1] && concluded[1] == concluded[2])
    }
  }

  @Test("A running time that went back makes nothing wait for longer than seven days more")
  func runningTimeHeals() throws {
    let (host, log) = try host()
    host.minute = 900_000
    try host.take(author.withdrawal([(1, 2)]))
    host.minute = 5
    try host.scrub()
    host.minute += week - 1
    try host.scrub()
    #expect(try host.states(log)[2] == .hidden)
    host.minute += 1
    try host.scrub()
    #expect(try host.states(log)[2] == .purged)
  }

  @Test("Nothing is erased on the word of an index record: the entry there must withdraw it")
  func forgedMark() throws {
    let (host, log) = try host()
    try host.store.flush()
    // The record is as a flipped bit would say it: of an entry that is a record, and of one that is
    // not there.
    for place in [3, 77] as [UInt64] {
      try host.store.hide(
        log, [2], by: Withdrawal.Place(epoch: 1, index: place), dueMinute: 1, unless: { _ in false }
      )
      try host.store.flush()
      try host.scrub()
      try host.scrub()
      #expect(try host.states(log)[2] == .present, "\(place)")
    }
  }

  @Test(
    "Records that are withdrawn before they come are hidden when they come, also those without a body"
  )
  func early() throws {
    let host = try WithdrawalHost()
    let genesis = try author.entry(.genesis, [1])
    let records = try (0..<4).map { try author.entry(.record, [UInt8($0)]) }
    try host.take(author.entry(.genesis, [1], epoch: 2))
    try host.take(author.withdrawal([(1, 2), (1, 3)], epoch: 2))
    try host.take(genesis)
    for record in records { try host.take(record) }
    let log = try author.identity().id
    #expect(try host.states(log)[1...4] == [.present, .hidden, .hidden, .present])
    // A body that never was here is asked for once the withdrawal is void.
    let lacking = try WithdrawalHost()
    try lacking.store.addLog(author.identity())
    let state = LogState(empty: try author.identity())
    var batch = genesis.batch
    for record in records { batch = try joined(batch, record.batch) }
    let without = try EntryBatch(
      first: 0, leaves: batch.leaves,
      bodies: Array(batch.bodies.prefix(2) + batch.bodies.suffix(2)),
      bodyStates: [.present, .present, .absent, .present, .present])
    try lacking.store.append(try state.accept(without))
    try lacking.take(author.withdrawal([(1, 2)]))
    #expect(try lacking.states(log)[2] == .hidden)
    #expect(lacking.store.damagedRanges(log).isEmpty)
    try lacking.set(log, countsBelow: 5)
    #expect(try lacking.states(log)[2] == .absent)
    #expect(lacking.store.damagedRanges(log) == [2..<3])
  }

  @Test("An entry's own expiry goes before its withdrawal")
  func expiry() throws {
    let host = try WithdrawalHost()
    try host.take(author.entry(.genesis, [1]))
    try host.take(author.entry(.record, [5], expiryDay: 100))
    try host.take(author.withdrawal([(1, 1)]))
    let log = try author.identity().id
    #expect(try host.states(log)[1] == .hidden)
    let names = try ["a", "b", "c"].map { try NodeName($0) }
    let signature = try #require(Signature([UInt8](repeating: 0, count: 64)))
    host.clock = ExpiryClock(
      cosignatures: names.map {
        Cosignature(name: $0, keyID: 1, time: 100 * 86_400, signature: signature)
      }, of: Set(names))
    try host.scrub()
    #expect(try host.states(log)[1] == .expired)
  }
}
