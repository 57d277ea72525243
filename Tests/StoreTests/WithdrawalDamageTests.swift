import Log
import Simulation
import Testing

@testable import Store

@Suite("What was withdrawn is not shown whatever is damaged, busy or lost by a crash")
struct WithdrawalDamageTests {
  private let author = WithdrawalAuthor("nl")

  /// A genesis, five records, and a withdrawal of the second that is in the log's files.
  private func host() throws -> (WithdrawalHost, LogID) {
    let host = try WithdrawalHost()
    try host.take(author.entry(.genesis, [1]))
    for number in 0..<5 { try host.take(author.entry(.record, [UInt8(number), 7, 7])) }
    try host.take(author.withdrawal([(1, 2)]))
    try host.restart()
    return (host, try author.identity().id)
  }

  private func place(_ host: WithdrawalHost, _ log: LogID, _ entry: UInt64) throws -> IndexRecord {
    let bytes = try host.disk.read(
      .log(log, .bodiesIndex), at: entry * UInt64(Layout.indexBytes), count: Layout.indexBytes)
    return try #require(indexRecord(bytes, 0))
  }

  @Test("A withdrawal whose body is damaged when it is due erases nothing, and shows nothing")
  func unreadableWithdrawal() throws {
    let (host, log) = try host()
    let record = try place(host, log, 6)
    host.disk.flip(
      .log(log, .bodies(record.segment)), at: Int(record.offset) + Layout.bodyHeaderBytes + 3)
    host.minute += week
    for _ in 0..<3 {
      try host.scrub()
      #expect(try host.states(log)[2] == .hidden)
    }
    // Mended, it erases.
    host.disk.flip(
      .log(log, .bodies(record.segment)), at: Int(record.offset) + Layout.bodyHeaderBytes + 3)
    try host.scrub()
    #expect(try host.states(log)[2] == .purged)
  }

  /// The states that a reader may see of entry 2 while everything is looked at once more, `rounds`
  /// times.
  private func shown(_ host: WithdrawalHost, _ log: LogID, rounds: Int = 3) throws -> Set<BodyState>
  {
    var seen: Set<BodyState> = []
    func look() throws {
      let size = try #require(host.store.state(log)?.size)
      seen.insert(try host.store.read(log, 0..<size, maxBytes: 1 << 20).bodyState(at: 2))
    }
    for _ in 0..<rounds {
      try look()
      let batch = try host.store.read(log, 0..<7, maxBytes: 1 << 20)
      host.withdrawals.examine(batch, of: log, except: [], in: host.store, host.facts)
      while host.withdrawals.isBusy {
        _ = host.withdrawals.work(in: host.store, host.facts)
        try look()
        try host.store.flush()
        try look()
      }
      try host.store.flush()
      // Rechecks as a node does behind a mended record.
      if !host.store.takeMended().isEmpty { host.withdrawals.recheck(try NodeName("nl")) }
    }
    try host.settle()
    try look()
    return seen
  }

  /// The state, the check, the mark's index and epoch, and the minute.
  @Test(
    "A flipped bit in the record of a hidden body shows nothing, and is mended",
    arguments: [12, 14, 23, 27, 29])
  func flippedRecord(byte: Int) throws {
    let (host, log) = try host()
    host.disk.flip(.log(log, .bodiesIndex), at: 2 * Layout.indexBytes + byte)
    #expect(
      try Fsck.run(on: host.disk).findings == [
        Damage(file: .log(log, .bodiesIndex), index: 2, .indexRecord)
      ])
    #expect(try shown(host, log) == [.absent, .hidden])
    #expect(try host.store.withdrawal(log, of: 2) == Withdrawal.Place(epoch: 1, index: 6))
    #expect(try Fsck.run(on: host.disk).isClean)
    #expect(!host.store.hasUndecided)
  }

  @Test("A body of a damaged record that nothing withdraws any more comes back")
  func doubtedInVain() throws {
    let (host, log) = try host()
    host.disk.flip(.log(log, .bodiesIndex), at: 2 * Layout.indexBytes + 23)
    host.below[log] = 6
    let seen = try shown(host, log)
    #expect(seen == [.absent, .present])
    #expect(try host.states(log)[2] == .present)
  }

  @Test("A record that names a wrong withdrawal shows nothing, and gets the right one")
  func wrongMark() throws {
    for place in [
      Withdrawal.Place(epoch: 1, index: 3), Withdrawal.Place(epoch: 1, index: 77),
      Withdrawal.Place(epoch: 9, index: 6),
    ] {
      let author = WithdrawalAuthor("nl")
      let host = try WithdrawalHost()
      try host.take(author.entry(.genesis, [1]))
      for number in 0..<5 { try host.take(author.entry(.record, [UInt8(number), 7, 7])) }
      try host.take(author.withdrawal([(1, 2)]))
      try host.restart()
      let log = try author.identity().id
      let record = try self.place(host, log, 2)
      let wrong = IndexRecord(
        segment: record.segment, offset: record.offset, length: record.length, state: .hidden,
        withdrawal: WithdrawalMark(place, dueMinute: 110))
      try host.disk.execute(
        .write(
          .log(log, .bodiesIndex), offset: UInt64(2 * Layout.indexBytes), bytes: wrong.encoded))
      // An entry that is there withdraws nothing, and fsck reads it.
      #expect(try Fsck.run(on: host.disk).isClean == (place.index != 3))
      host.minute = 120
      #expect(try shown(host, log) == [.hidden], "\(place)")
      #expect(try host.store.withdrawal(log, of: 2) == Withdrawal.Place(epoch: 1, index: 6))
      #expect(try Fsck.run(on: host.disk).isClean)
    }
  }

  @Test("While the store is busy a withdrawn body is veiled, until it is hidden")
  func busy() throws {
    let (host, log) = try host()
    // A body that comes back is on its way.
    try host.store.restore(log, [2], where: { _ in true })
    try host.take(author.withdrawal([(1, 2), (1, 3)]))
    #expect(host.withdrawals.isBusy)
    #expect(try host.states(log)[1...4] == [.present, .hidden, .hidden, .present])
    let batch = try host.store.read(log, 0..<7, maxBytes: 1 << 20)
    #expect(batch.body(at: 2) == nil && batch.body(at: 3) == nil && batch.body(at: 4) != nil)
    try host.settle()
    #expect(try host.states(log)[1...4] == [.present, .hidden, .hidden, .present])
    #expect(try #require(host.store.table[log]).handing.veiled.isEmpty)
    // A veil goes when its withdrawal does not count any more.
    try host.store.restore(log, [3], where: { _ in true })
    try host.take(author.withdrawal([(1, 3), (1, 4)]))
    #expect(try host.states(log)[4] == .hidden)
    try host.set(log, countsBelow: 7)
    #expect(try host.states(log)[1...4] == [.present, .hidden, .present, .present])
    #expect(try #require(host.store.table[log]).handing.veiled.isEmpty)
  }

  @Test("What the disk does not let be hidden is veiled, and hidden by the next pass")
  func unreadableIndex() throws {
    let (host, log) = try host()
    host.disk.readFault = { _ in .inputOutput }
    try host.take(author.withdrawal([(1, 3), (1, 5)]))
    host.disk.readFault = nil
    #expect(!host.withdrawals.isBusy)
    #expect(try host.states(log)[1...5] == [.present, .hidden, .hidden, .present, .hidden])
    try host.scrub()
    #expect(try #require(host.store.table[log]).handing.veiled.isEmpty)
    try host.restart()
    #expect(try host.states(log)[1...5] == [.present, .hidden, .hidden, .present, .hidden])
  }

  /// The withdrawal is in the log's files before its head is journaled: what it hides is journaled
  /// with that.
  @Test(
    "No crash parts a withdrawal that came in bulk from what it hides, in its own log or an earlier one"
  )
  func bulk() throws {
    for epoch in [1, 2] as [UInt32] {
      let author = WithdrawalAuthor("nl")
      let host = try WithdrawalHost()
      try host.take(author.entry(.genesis, [1]))
      for number in 0..<5 { try host.take(author.entry(.record, [UInt8(number), 7, 7])) }
      if epoch == 2 { try host.take(author.entry(.genesis, [1], epoch: 2)) }
      try host.store.flush()
      let (log, other) = (try author.identity().id, try author.identity(epoch).id)
      let size = try #require(host.store.state(other)?.size)
      let withdrawal = try author.withdrawal([(1, 2)], epoch: epoch)
      var images: [DiskImage] = []
      host.disk.beforeOperation = { disk, _ in images.append(disk.image) }
      try host.takeBulk(withdrawal)
      #expect(try host.states(log)[2] == .hidden)
      try host.store.flush()
      images.append(host.disk.image)
      var random = SplitMix64(seed: 7)
      var seen: Set<BodyState> = []
      for image in images {
        for _ in 0..<4 {
          let store = try Store.open(on: SimulatedDisk(image.crashed(&random)), limits: .small)
          let state = try store.bodyState(log, 2)
          #expect(state == (store.state(other)?.size == size ? .present : .hidden))
          seen.insert(state)
        }
      }
      #expect(seen == [.hidden, .present])
    }
  }

  /// Withdrawals of many records fill a commit, and what they hide does not go into the next.
  @Test("A commit has room for what its withdrawals hide")
  func fullCommit() throws {
    let author = WithdrawalAuthor("nl")
    let host = try WithdrawalHost()
    let count = 1_400
    try host.take(author.entry(.genesis, [1]))
    for _ in 0..<count { try host.take(author.entry(.record, [1])) }
    try host.store.flush()
    let log = try author.identity().id
    let named = (1...count).map { (UInt32(1), UInt64($0)) }
    var images: [DiskImage] = []
    host.disk.beforeOperation = { disk, operation in
      if case .write(.journal, _, _) = operation { images.append(disk.image) }
    }
    for start in stride(from: 0, to: count, by: 700) {
      try host.take(author.withdrawal(Array(named[start..<(start + 700)])))
    }
    try host.store.flush()
    images.append(host.disk.image)
    var random = SplitMix64(seed: 3)
    for image in images {
      let store = try Store.open(on: SimulatedDisk(image.crashed(&random)), limits: .small)
      let size = Int(try #require(store.state(log)?.size))
      let withdrawn = (size - 1 - count) * 700
      for index in stride(from: 1, through: count, by: 50) {
        let state = try store.bodyState(log, UInt64(index))
        #expect(state == (index <= withdrawn ? .hidden : .present), "\(size): \(index)")
      }
    }
  }
}
