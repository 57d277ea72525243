import Testing

@testable import Runtime

@Suite struct TimerTests {
  @Test func runInTheOrderOfDeadlineThenOfMaking() {
    var queue = TimerQueue()
    let ran = Box<[Int]>([])
    for (name, deadline) in [(0, 30), (1, 10), (2, 20), (3, 10), (4, 40)] as [(Int, UInt64)] {
      _ = queue.schedule(at: deadline) { ran.value.append(name) }
    }
    #expect(queue.nextDeadline() == 10)
    while let body = queue.takeDue(now: 30, madeUpTo: queue.newest) { body() }
    #expect(ran.value == [1, 3, 2, 0])
    #expect(queue.nextDeadline() == 40)
  }

  @Test func cancelledDoNotRunAndDoNotCollect() {
    var queue = TimerQueue()
    for _ in 0..<10_000 {
      queue.cancel(queue.schedule(at: 5) { Issue.record("ran") })
    }
    #expect(queue.count == 0)
    #expect(queue.nextDeadline() == nil)
    #expect(queue.takeDue(now: 100, madeUpTo: queue.newest) == nil)
  }

  @Test func manyInRandomOrderComeSorted() {
    var queue = TimerQueue()
    let ran = Box<[UInt64]>([])
    var made: [TimerID] = []
    for byte in pattern(5_000) {
      let deadline = UInt64(byte)
      made.append(queue.schedule(at: deadline) { ran.value.append(deadline) })
    }
    for (index, id) in made.enumerated() where index % 3 == 0 { queue.cancel(id) }
    while let body = queue.takeDue(now: 255, madeUpTo: queue.newest) { body() }
    #expect(ran.value.count == 5_000 - 1_667)
    #expect(ran.value == ran.value.sorted())
  }

  @Test func aTimerThatSchedulesItselfDoesNotHoldTheLoop() throws {
    let loop = try EventLoop()
    let runs = Box(0)
    let ids = Box(loop)
    func again() {
      runs.value += 1
      ids.value.schedule(afterMilliseconds: 0) { again() }
    }
    loop.schedule(afterMilliseconds: 0) { again() }
    for _ in 0..<3 { try loop.turn(waitingAtMost: 0) }
    #expect(runs.value == 3)
  }

  @Test func neverEarly() throws {
    let loop = try EventLoop()
    let begin = loop.clock.monotonicNanoseconds
    var end: UInt64 = 0
    loop.schedule(afterMilliseconds: 3) {
      end = loop.clock.monotonicNanoseconds
      loop.stop()
    }
    try loop.run()
    #expect(end - begin >= 3_000_000)
  }

  @Test func onGivenTimeAnHourTakesNoTime() throws {
    let time = GivenTime()
    let loop = try EventLoop(clock: SystemClock(time))
    let (steady, wall) = (loop.clock.monotonicMilliseconds, loop.clock.wallMilliseconds)
    let ran = Box<[UInt64]>([])
    for minutes in [60, 1] as [UInt64] {
      loop.schedule(afterMilliseconds: minutes * 60_000) { ran.value.append(minutes) }
    }
    #expect(try !loop.turn(waitingAtMost: 0))
    while let deadline = loop.nextDeadline {
      time.pass(milliseconds: deadline - loop.clock.monotonicMilliseconds)
      #expect(try loop.turn(waitingAtMost: 0))
    }
    #expect(ran.value == [1, 60])
    // Never early: one more than was asked for.
    #expect(loop.clock.monotonicMilliseconds == steady + 3_600_001)
    #expect(loop.clock.wallMilliseconds == wall + 3_600_001)
  }

  @Test func utcText() {
    #expect(UTCTime.text(milliseconds: 0) == "1970-01-01T00:00:00.000Z")
    #expect(UTCTime.text(milliseconds: 951_782_400_123) == "2000-02-29T00:00:00.123Z")
    #expect(UTCTime.text(milliseconds: 1_767_323_045_678) == "2026-01-02T03:04:05.678Z")
    #expect(UTCTime.text(milliseconds: 4_107_542_399_999) == "2100-02-28T23:59:59.999Z")
    #expect(UTCTime.text(milliseconds: 4_107_542_400_000) == "2100-03-01T00:00:00.000Z")
  }
}
