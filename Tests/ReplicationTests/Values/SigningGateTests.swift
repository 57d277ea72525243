import Log
import Testing

@testable import Replication

@Suite("The gate decides on signing by what came, and by time")
struct SigningGateTests {
  private let be = try! NodeName("be")
  private let fr = try! NodeName("fr")
  private let session = SessionID(1)

  private func waiting() -> SigningGate {
    var gate = SigningGate(.waiting)
    gate.adopt(roster: [fr, be])
    return gate
  }

  private func state(_ gate: inout SigningGate, _ now: UInt64) -> SigningState {
    _ = gate.settle(now)
    return gate.state
  }

  @Test("All answered: ready at once. One did not: after the time for answers")
  func answers() {
    var gate = waiting()
    expect(state(&gate, 1_000) == .waiting(for: [be, fr]))
    gate.answered(fr, hasClaimed: false, 2_000)
    expect(state(&gate, 2_000) == .waiting(for: [be]))
    let due = 1_000 + Limits.answersMilliseconds
    expect(gate.nextDue(2_000) == due)
    expect(state(&gate, due - 1) == .waiting(for: [be]))
    var all = gate
    all.answered(be, hasClaimed: false, due - 1)
    expect(state(&all, due - 1) == .ready)
    expect(state(&gate, due) == .ready)
  }

  @Test("A change is told once")
  func changes() {
    var gate = SigningGate(.waiting)
    gate.adopt(roster: [])
    let changes = [1_000, 2_000, 3_000].map { gate.settle($0).isChanged }
    expect(changes == [true, false, false])
  }

  @Test("A claim holds signing for its time, and its peer's next one nothing for a while")
  func claims() {
    var gate = SigningGate(.ready)
    gate.adopt(roster: [be])
    expect(gate.claim(by: be, on: session, 5_000))
    expect(state(&gate, 5_000) == .waiting(for: [be]))
    let over = 5_000 + Limits.claimHoldMilliseconds
    expect(gate.nextDue(5_000) == over)
    let settled = gate.settle(over)
    expect(settled.dropped == 1 && settled.isChanged && gate.state == .ready)
    expect(!gate.claim(by: be, on: session, over + 1))
    expect(gate.claim(by: be, on: session, over + Limits.claimRestMilliseconds))
  }

  @Test("However many lie in turn, half of the time is left to sign")
  func liars() {
    var gate = SigningGate(.ready)
    let liars = (0..<50).map { try! NodeName("liar\($0)") }
    gate.adopt(roster: liars)
    var held: UInt64 = 0
    for now in stride(from: 0 as UInt64, to: 600_000, by: 1_000) {
      for liar in liars { _ = gate.claim(by: liar, on: session, now) }
      if state(&gate, now) != .ready { held += 1_000 }
    }
    expect(held <= 310_000 && held > 0)
  }

  @Test("Only the session that claimed last can take a claim back")
  func sessions() {
    var gate = SigningGate(.ready)
    _ = gate.claim(by: be, on: session, 1_000)
    _ = gate.claim(by: be, on: SessionID(2), 2_000)
    expect(!gate.dropClaim(of: be, on: session, 3_000))
    expect(gate.dropClaim(of: be, on: SessionID(2), 3_000))
    expect(state(&gate, 3_000) == .ready)
  }

  @Test("Closed is closed: the first reason stays, whatever comes")
  func closed() {
    var gate = waiting()
    gate.close(because: "first")
    gate.close(because: "second")
    expect(gate.release(1_000) == 0)
    gate.answered(be, hasClaimed: false, 1_000)
    expect(state(&gate, 1_000) == .closed(because: "first"))
    expect(gate.nextDue(1_000) == .max)
  }
}
