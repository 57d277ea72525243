import Testing

@testable import Node
@testable import Runtime

@Suite("Timers and turns that the parts of a node share")
struct LoopPartTests {
  private let time = GivenTime()
  private let loop: EventLoop

  init() throws { loop = try EventLoop(clock: SystemClock(time)) }

  private func pass(milliseconds: UInt64) throws {
    time.pass(milliseconds: milliseconds)
    try loop.turn(waitingAtMost: 0)
  }

  @Test("An alarm rings once, at the soonest of the times that were asked for")
  func alarm() throws {
    let alarm = Alarm(loop)
    var rings = 0
    let now = loop.now
    alarm.ring(by: now + 50) { rings += 1 }
    alarm.ring(by: now + 100) { rings += 1 }
    alarm.ring(by: now + 20) { rings += 1 }
    try pass(milliseconds: 19)
    #expect(rings == 0)
    try pass(milliseconds: 3)
    #expect(rings == 1)
    try pass(milliseconds: 200)
    #expect(rings == 1)
  }

  @Test("An alarm that rang can be set again by what it does, and one that is cancelled is silent")
  func again() throws {
    let alarm = Alarm(loop)
    var rings = 0
    func ring() {
      rings += 1
      if rings < 3 { alarm.ring(by: loop.now + 10) { ring() } }
    }
    alarm.ring(by: loop.now + 10) { ring() }
    for _ in 0..<5 { try pass(milliseconds: 12) }
    #expect(rings == 3)
    alarm.ring(by: loop.now + 10) { rings += 1 }
    alarm.cancel()
    try pass(milliseconds: 50)
    #expect(rings == 3)
    #expect(loop.nextDeadline == nil)
  }

  @Test("An alarm goes with the part that has it")
  func gone() throws {
    var alarm: Alarm? = Alarm(loop)
    alarm?.ring(by: loop.now + 10) { Issue.record("it rang") }
    alarm = nil
    #expect(loop.nextDeadline == nil)
  }

  @Test("Work that adds work has the next round for it")
  func rounds() {
    let turns = TurnQueue(loop)
    var done: [Int] = []
    turns.soon {
      done.append(1)
      turns.soon { done.append(3) }
    }
    turns.soon { done.append(2) }
    turns.work()
    #expect(done == [1, 2])
    turns.work()
    #expect(done == [1, 2, 3])
  }

  @Test("A piece that takes a whole turn leaves the others their place, before what came later")
  func longPiece() throws {
    let turns = TurnQueue(loop)
    var done: [Int] = []
    for piece in 1...3 {
      turns.soon { [time] in
        done.append(piece)
        if piece == 1 { turns.soon { done.append(4) } }
        time.pass(milliseconds: NodeLimits.nanosecondsOfTurn / 1_000_000 + 1)
      }
    }
    for round in 1...4 {
      turns.work()
      #expect(done.count == round)
      // Somebody has to come back for the rest.
      #expect((loop.nextDeadline != nil) == (round < 4))
      try loop.turn(waitingAtMost: 0)
    }
    #expect(done == [1, 2, 3, 4])
  }
}
