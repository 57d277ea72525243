import Crypto
import Log
import Simulation
import Store
import Testing

@testable import Readability

private let identity = RandomName([UInt8](repeating: 7, count: 16))

private func session(_ number: Int) -> RandomName {
  RandomName([UInt8](repeating: UInt8(number), count: 16))
}

private func name(_ number: Int, _ seen: UInt64) -> JournalName {
  JournalName(identity: identity, session: session(number), seen: seen)
}

private func log(_ number: Int) -> LogID { ReadingWorld.id(number) }

private func small() -> ReadabilityLimits {
  var limits = ReadabilityLimits()
  limits.areaBytes = 4 * 4_096
  limits.runs = 40
  limits.sessions = 4
  limits.doubtsOfLog = 4
  limits.doubts = 10
  return limits
}

private func made(_ limits: ReadabilityLimits = small()) -> ChangeJournal {
  ChangeJournal(identity: identity, session: session(1), limits: limits)
}

private func write(_ journal: ChangeJournal, to disk: SimulatedDisk) throws {
  guard let operations = journal.takeWrite() else { return }
  try disk.execute(operations)
  journal.written(true)
}

private func found(
  _ disk: SimulatedDisk, _ number: Int = 2, _ limits: ReadabilityLimits = small()
) throws -> ChangeJournal? {
  guard
    case .found(let journal) = try ChangeJournal.recover(
      disk, session: session(number), limits: limits)
  else { return nil }
  return journal
}

/// The log and entry that each number means.
private func meaning(_ journal: ChangeJournal) -> [UInt64: String] {
  var meaning: [UInt64: String] = [:]
  var number = journal.firstNumber
  while let run = journal.run(at: number) {
    for (offset, index) in run.entries.enumerated() {
      meaning[run.number + UInt64(offset)] = "\(run.log) \(index)"
    }
    number = run.endNumber
  }
  return meaning
}

@Suite struct ChangeJournalTests {
  @Test("READ-14: what is written has the same numbers after a start")
  func numbersStay() throws {
    let disk = SimulatedDisk()
    let journal = made()
    journal.changed(5..<9, of: log(0), .body)
    journal.changed(9..<10, of: log(0), .body)
    journal.changed(0..<2, of: log(1), .grant)
    #expect(journal.run(at: journal.firstNumber) == nil, "told before it is on the disk")
    try write(journal, to: disk)
    journal.changed(2..<3, of: log(1), .grant)
    try write(journal, to: disk)
    let before = meaning(journal)
    #expect(before.count == 8)
    let after = try #require(try found(disk))
    #expect(meaning(after) == before)
    #expect(after.durableEnd == journal.durableEnd)
    #expect(after.knows(name(1, journal.durableEnd), journal.durableEnd))
    #expect(!after.knows(name(3, journal.durableEnd), journal.durableEnd))
    let other = JournalName(identity: session(9), session: session(1), seen: journal.durableEnd)
    #expect(!after.knows(other, journal.durableEnd))
    #expect(JournalName(text: other.text) == other)
    #expect(JournalName(text: other.text + "0") == nil && JournalName(text: "") == nil)
  }

  @Test("READ-14: a run that was told, or is on its way, never grows")
  func toldRunsStay() throws {
    let disk = SimulatedDisk()
    let journal = made()
    journal.changed(0..<2, of: log(0), .body)
    let operations = try #require(journal.takeWrite())
    journal.changed(2..<4, of: log(0), .body)
    #expect(journal.takeWrite() == nil)
    try disk.execute(operations)
    journal.written(true)
    #expect(journal.run(at: journal.firstNumber)?.entries == 0..<2)
    try write(journal, to: disk)
    #expect(journal.run(at: journal.firstNumber + 2)?.entries == 2..<4)
  }

  @Test("READ-12: what is staged is in doubt before the store commits, and told anew after a crash")
  func stagedIsAhead() throws {
    let disk = SimulatedDisk()
    let journal = made()
    try write(journal, to: disk)
    #expect(!journal.isAhead)
    journal.staged(3..<5, of: log(0), isTold: true)
    #expect(journal.isAhead)
    try write(journal, to: disk)
    #expect(!journal.isAhead)
    let after = try #require(try found(disk))
    let doubts = after.state.runs.filter { $0.cause == .doubt }
    #expect(doubts.map(\.entries) == [3..<5])
    #expect(after.run(at: after.durableEnd) == nil)
    try write(after, to: disk)
    #expect(after.run(at: after.durableEnd - 1)?.cause == .doubt)
  }

  @Test("READ-12: it stays in doubt until it is settled, whatever else is said of it")
  func stagedStaysInDoubt() throws {
    let disk = SimulatedDisk()
    let journal = made()
    journal.staged(3..<5, of: log(0), isTold: true)
    journal.changed(0..<9, of: log(0), .damage)
    // Until what was added to the file is left behind, and only what is kept goes into the next
    // state.
    for round in 0..<10 {
      journal.changed(UInt64(round * 10)..<UInt64(round * 10 + 1), of: log(1), .body)
      try write(journal, to: disk)
    }
    let after = try #require(try found(disk))
    #expect(after.state.runs.contains { $0.cause == .doubt && $0.entries == 3..<5 })
    journal.settled(3..<5, of: log(0), isBack: false)
    for round in 0..<10 {
      journal.changed(UInt64(round * 10)..<UInt64(round * 10 + 1), of: log(1), .body)
      try write(journal, to: disk)
    }
    #expect(try #require(try found(disk)).state.runs.contains { $0.cause == .doubt } == false)
  }

  @Test("READ-12: once settled, a start has nothing to say of it")
  func settledIsNoDoubt() throws {
    let disk = SimulatedDisk()
    let journal = made()
    journal.staged(3..<5, of: log(0), isTold: true)
    try write(journal, to: disk)
    journal.settled(3..<5, of: log(0), isBack: false)
    let after = try #require(try found(disk))
    // The file still says that it is in doubt: that only tells it twice.
    #expect(after.state.runs.count == 2)
    try write(after, to: disk)
    let again = try #require(try found(disk, 3))
    #expect(again.state.runs.count == 2)
  }

  @Test("READ-15: neither changes nor doubts nor starts make it grow")
  func isBounded() throws {
    let disk = SimulatedDisk()
    var journal = made()
    var random = SplitMix64(seed: 4)
    for round in 0..<600 {
      let first = random.next() % 1_000_000
      let number = Int(random.next() % 3)
      journal.changed(first..<(first + 1 + random.next() % 9), of: log(number), .body)
      journal.passed([(log(number), first..<(first + 2))])
      try write(journal, to: disk)
      if round % 40 == 39 { journal = try #require(try found(disk, round % 200 + 1)) }
    }
    #expect(try disk.size(of: .readability) == UInt64(2 * small().areaBytes))
    #expect(journal.state.runs.count <= small().runs + small().runsDropped)
    #expect(journal.state.sessions.count <= small().sessions)
    #expect(journal.state.doubts.all.count <= 12)
    #expect(!journal.knows(journal.name, 1), "what was dropped is not known any more")
    #expect(journal.knows(journal.name, journal.firstNumber))
  }

  @Test("READ-19: a crash at every operation leaves what was told, and nothing that was not given")
  func crashAtEveryOperation() throws {
    var random = SplitMix64(seed: 11)
    var crashes = 0
    for seed in 0..<60 {
      let disk = SimulatedDisk()
      let journal = made()
      var told = meaning(journal)
      var isMade = false
      for round in 0..<(8 + seed) {
        journal.changed(
          UInt64(round * 10)..<UInt64(round * 10 + 1 + round % 3), of: log(round % 3), .body)
        guard let operations = journal.takeWrite() else { continue }
        for operation in operations {
          disk.beforeOperation = nil
          let crashed = SimulatedDisk(disk.image.crashed(&random))
          crashes += 1
          if let after = try found(crashed) {
            let now = meaning(after).filter { told[$0.key] != nil }
            #expect(now == told.filter { $0.key >= after.firstNumber })
            #expect(after.durableEnd >= journal.durableEnd)
          } else {
            #expect(!isMade, "a journal that readers know is gone")
          }
          try disk.execute(operation)
        }
        journal.written(true)
        isMade = true
        told = meaning(journal)
      }
    }
    #expect(crashes > 4_000)
  }

  @Test("READ-19: damage behind which more was written loses the journal; it is never passed over")
  func damageIsNoEnd() throws {
    let limits = ReadabilityLimits()
    let disk = SimulatedDisk()
    let journal = made(limits)
    for round in 0..<5 {
      journal.changed(UInt64(round)..<UInt64(round + 1), of: log(round % 2), .body)
      try write(journal, to: disk)
    }
    // Generation 1 is in the second area: its state, then four frames.
    for frame in 0..<4 {
      let rotten = SimulatedDisk(disk.image)
      rotten.flip(.readability, at: limits.areaBytes + frame * 4_096 + 60)
      guard case .lost = try ChangeJournal.recover(rotten, session: session(2), limits: limits)
      else {
        Issue.record("frame \(frame)")
        continue
      }
    }
    let older = SimulatedDisk(disk.image)
    let next = try #require(try found(older, 2, limits))
    try write(next, to: older)
    older.flip(.readability, at: 60)
    guard case .lost = try ChangeJournal.recover(older, session: session(3), limits: limits) else {
      Issue.record("an older generation came back")
      return
    }
  }

  @Test("READ-19: no bytes make a start trap")
  func anyBytes() throws {
    var random = SplitMix64(seed: 5)
    let disk = SimulatedDisk()
    let journal = made()
    journal.changed(0..<3, of: log(0), .body)
    journal.passed([(log(0), 0..<3)])
    journal.compare(Standing(disputedFrom: 1, lateFrom: .max), of: log(1), size: 9)
    journal.compare([journal.id(of: [1])], of: log(1), size: 9)
    try write(journal, to: disk)
    for _ in 0..<2_000 {
      let rotten = SimulatedDisk(disk.image)
      // A frame that is whole, and says anything.
      var payload = Array(journal.state.payload())
      for _ in 0..<(1 + random.below(4)) {
        let place = random.below(payload.count)
        payload[place] = UInt8(truncatingIfNeeded: random.next())
      }
      if random.oneIn(3) { payload.removeLast(random.below(payload.count)) }
      let frame = JournalFrame.encode(.state, generation: 1, sequence: 0, payload)
      try rotten.execute(
        .write(.readability, offset: UInt64(small().areaBytes), bytes: frame))
      _ = try ChangeJournal.recover(rotten, session: session(2), limits: small())
    }
    for count in [0, 1, 4_096, 2 * small().areaBytes - 1] {
      let short = SimulatedDisk(disk.image)
      try short.execute(.truncate(.readability, bytes: UInt64(count)))
      guard case .lost = try ChangeJournal.recover(short, session: session(2), limits: small())
      else {
        Issue.record("\(count) bytes")
        continue
      }
    }
  }

  @Test("READ-13: a number given after an older copy is not taken for one of the copy")
  func restoredCopyIsNoticed() throws {
    let disk = SimulatedDisk()
    let journal = made()
    journal.changed(0..<5, of: log(0), .body)
    try write(journal, to: disk)
    let copy = disk.image
    let atCopy = journal.durableEnd
    journal.changed(5..<6, of: log(0), .body)
    try write(journal, to: disk)
    let later = journal.durableEnd
    let restored = SimulatedDisk(copy)
    let again = try #require(try found(restored))
    again.changed(100..<200, of: log(1), .body)
    try write(again, to: restored)
    #expect(again.durableEnd > later)
    #expect(again.knows(name(1, atCopy), atCopy))
    #expect(!again.knows(name(1, later), later))
    #expect(!again.knows(name(1, later), atCopy), "it was told how things were after the copy")
    #expect(again.knows(again.name, again.durableEnd))
  }

  @Test("READ-12: keys and standing that changed while the node was down are told at the start")
  func factsAreCompared() throws {
    let disk = SimulatedDisk()
    let journal = made()
    let key = [UInt8](repeating: 1, count: 32)
    #expect(!journal.compareOwn([journal.id(of: key)], fresh: journal.id(of: key)))
    journal.compare([journal.id(of: [5])], of: log(0), size: 10)
    try write(journal, to: disk)
    let after = try #require(try found(disk))
    #expect(!after.compare([after.id(of: [5])], of: log(0), size: 10))
    #expect(after.compare([], of: log(0), size: 10))
    #expect(after.state.runs.last?.entries == 0..<10)
    #expect(after.compare(Standing(disputedFrom: 4, lateFrom: .max), of: log(0), size: 10))
    #expect(after.state.runs.last?.entries == 4..<10)
    #expect(!after.compare(Standing(disputedFrom: 4, lateFrom: .max), of: log(0), size: 10))
    #expect(after.compare(Standing(disputedFrom: 7, lateFrom: 2), of: log(0), size: 10))
    #expect(after.state.runs.last?.entries == 2..<10)
    // A key of the present epoch is new to everybody who seals.
    let next = after.id(of: [9])
    #expect(!after.compareOwn([after.id(of: key), next], fresh: next))
    #expect(after.compareOwn([next], fresh: next), "an earlier key went")
  }

  @Test func rangesStaySorted() {
    var random = SplitMix64(seed: 21)
    for most in [1, 3, 100] {
      var joined = IndexRanges(.joining(most))
      var left = IndexRanges(.leavingOut(most))
      var model: Set<UInt64> = []
      for _ in 0..<500 {
        let first = random.next() % 60
        let range = first..<(first + random.next() % 6)
        if random.oneIn(3) {
          joined.remove(range)
          left.remove(range)
          model.subtract(range)
        } else {
          joined.insert(range)
          left.insert(range)
          model.formUnion(range)
        }
        #expect(joined.ranges.count <= most)
        for ranges in [joined.ranges, left.ranges] {
          for (one, next) in zip(ranges, ranges.dropFirst()) {
            #expect(one.upperBound < next.lowerBound)
          }
        }
        for index in UInt64(0)..<66 {
          let isIn = model.contains(index)
          if isIn { #expect(joined.contains(index..<(index + 1))) }
          if left.contains(index..<(index + 1)) { #expect(isIn) }
        }
      }
    }
  }
}
