import Crypto
import Log
import Simulation
import Testing

@testable import Store

extension WithdrawalHost {
  /// Looks at all logs, as a node does before a receipt.
  func look(_ marks: inout ErasureMarks) {
    marks.look(in: store)
    for _ in 0..<10_000 where marks.isLooking { marks.work(in: store, facts) }
    #expect(!marks.isLooking)
  }
}

@Suite("What is erased of a log (Protocols/entry.md, ENT-32)")
struct ErasureMarksTests {
  private let author = WithdrawalAuthor("nl")
  private let log: LogID

  init() throws { log = try author.identity().id }

  private func host(_ records: Int) throws -> WithdrawalHost {
    let host = try WithdrawalHost()
    try host.take(author.entry(.genesis, [1]))
    for number in 0..<records { try host.take(author.entry(.record, [UInt8(number), 7])) }
    return host
  }

  private func index(_ marks: ErasureMarks) -> UInt64? { marks.extent(of: log).withdrawal?.index }

  @Test("A withdrawal is erased when the bytes are gone, and the one behind it not before it")
  func order() throws {
    let host = try host(4)
    var marks = ErasureMarks()
    try host.take(author.withdrawal([(1, 1), (1, 2)]))
    host.look(&marks)
    #expect(marks.extent(of: log) == .nothing)
    host.minute += week / 2
    try host.take(author.withdrawal([(1, 3)]))
    host.minute += week / 2
    try host.scrub()
    host.look(&marks)
    #expect(index(marks) == 5)
    #expect(try marks.extent(of: log).withdrawal?.leafHash == host.store.leafHash(log, 5))
    host.minute += week / 2
    try host.scrub()
    host.look(&marks)
    #expect(index(marks) == 6)
    // It stays erased.
    try host.set(log, countsBelow: 2)
    host.look(&marks)
    #expect(index(marks) == 6)
    var anew = ErasureMarks()
    host.look(&anew)
    #expect(anew.extent(of: log) == .nothing)
    try host.set(log, countsBelow: nil)
    host.look(&anew)
    #expect(index(anew) == 6)
  }

  @Test("One that is on its way to the disk is not gone yet; one that never came is")
  func absent() throws {
    let host = try host(2)
    try host.take(author.withdrawal([(1, 1)]))
    host.minute += week
    try host.store.flush()
    let batch = try host.store.read(log, 0..<4, maxBytes: 1 << 20)
    host.withdrawals.examine(batch, of: log, except: [], in: host.store, host.facts)
    _ = host.withdrawals.work(in: host.store, host.facts)
    var marks = ErasureMarks()
    #expect(try host.store.bodyState(log, 1) == .purged)
    host.look(&marks)
    #expect(marks.extent(of: log) == .nothing)
    try host.store.flush()
    host.look(&marks)
    #expect(index(marks) == 3)
  }

  @Test("An entry that is no record is passed over, and one that is not here yet is waited for")
  func named() throws {
    let host = try WithdrawalHost()
    let genesis = try author.entry(.genesis, [1])
    let records = try (0..<2).map { try author.entry(.record, [UInt8($0)]) }
    try host.take(author.entry(.genesis, [1], epoch: 2))
    // Only the genesis of the log before is here, and it is no record.
    try host.take(genesis)
    try host.take(author.withdrawal([(1, 0)], epoch: 2))
    try host.take(author.withdrawal([(1, 1)], epoch: 2))
    let next = try author.identity(2).id
    var marks = ErasureMarks()
    host.look(&marks)
    #expect(marks.extent(of: next).withdrawal?.index == 1)
    for record in records { try host.take(record) }
    host.look(&marks)
    #expect(marks.extent(of: next).withdrawal?.index == 1)
    host.minute += week
    try host.scrub()
    host.look(&marks)
    #expect(marks.extent(of: next).withdrawal?.index == 2)
  }

  @Test(
    "Whatever comes in whatever order: what a mark covers has no body left, and in the end all is covered"
  )
  func random() throws {
    var random = SplitMix64(seed: 7)
    for _ in 0..<20 {
      let author = WithdrawalAuthor("nl")
      let host = try WithdrawalHost()
      try host.take(author.entry(.genesis, [1]))
      var named: [UInt64: [UInt64]] = [:]
      var size: UInt64 = 1
      var marks = ErasureMarks()
      for _ in 0..<40 {
        switch random.below(6) {
        case 0, 1, 2: try host.take(author.entry(.record, [UInt8(random.below(256))]))
        case 3:
          let some = (0..<size).filter { _ in random.oneIn(3) }
          guard !some.isEmpty else { continue }
          named[size] = some
          try host.take(author.withdrawal(some.map { (1, $0) }))
        case 4:
          host.minute += UInt32(random.below(Int(week)))
          try host.scrub()
          if random.oneIn(3) { try host.restart() }
          continue
        default:
          host.look(&marks)
          try expectGone(host, marks, named)
          continue
        }
        size += 1
      }
      host.minute += week
      try host.scrub()
      host.look(&marks)
      try expectGone(host, marks, named)
      #expect(index(marks) == named.keys.max())
    }
  }

  private func expectGone(
    _ host: WithdrawalHost, _ marks: ErasureMarks, _ named: [UInt64: [UInt64]]
  ) throws {
    guard let covered = index(marks) else { return }
    #expect(named[covered] != nil)
    for (place, indices) in named where place <= covered {
      for index in indices where index < place && named[index] == nil && index > 0 {
        #expect(try host.store.bodyState(log, index).isFinal, "\(index) by \(place)")
      }
    }
  }

  @Test(
    "An expiry day is covered when a whole pass found what expired gone, and a later one is not")
  func expiry() throws {
    let host = try WithdrawalHost()
    try host.take(author.entry(.genesis, [1]))
    for day: UInt16 in [90, 0, 100, 101] {
      try host.take(author.entry(.record, [1], expiryDay: day))
    }
    let names = try ["a", "b", "c"].map { try NodeName($0) }
    let signature = try #require(Signature([UInt8](repeating: 0, count: 64)))
    host.clock = ExpiryClock(
      cosignatures: names.map {
        Cosignature(name: $0, keyID: 1, time: 100 * 86_400, signature: signature)
      }, of: Set(names))
    var marks = ErasureMarks()
    func pass(_ pieces: [Range<UInt64>]) throws {
      try host.store.flush()
      for piece in pieces {
        let batch = try host.store.read(log, piece, maxBytes: 1 << 20)
        host.withdrawals.examine(batch, of: log, except: [], in: host.store, host.facts)
        marks.examined(batch, of: log, in: host.store, host.clock)
      }
      try host.settle()
    }
    try pass([0..<5])
    #expect(marks.extent(of: log) == .nothing)
    // Not all of it was seen.
    try pass([0..<2])
    try pass([2..<5])
    #expect(marks.extent(of: log).expiryDay == 100)
    var others = ErasureMarks()
    swap(&marks, &others)
    try pass([1..<5])
    #expect(marks.extent(of: log) == .nothing)
    try pass([0..<3, 3..<5])
    #expect(marks.extent(of: log).expiryDay == 100 && marks.extent(of: log).withdrawal == nil)
  }
}
