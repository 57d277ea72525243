import Log
import Runtime
import Testing

@testable import Node

@Suite("What is remembered of peers between their sessions, and of clients that wait")
struct PeerLinesTests {
  private let time = GivenTime()
  private let lines: PeerLines
  private let be = try! NodeName("be")

  init() { lines = PeerLines(SystemClock(time)) }

  @Test("A state has its beginning, and a reason stays while the peer is away")
  func states() throws {
    #expect(lines[be] == nil && lines.known(be).state == .known)
    lines.setState(.connecting, of: be, why: nil)
    let since = try #require(lines[be]?.since)
    #expect(lines[be]?.isLookingUp == true)
    time.pass(milliseconds: 5_000)
    lines.setState(.connecting, of: be, why: nil)
    #expect(lines[be]?.since == since)
    lines.setState(.disconnected, of: be, why: "no route")
    #expect(lines[be]?.since == since + 5_000)
    lines.setState(.disconnected, of: be, why: nil)
    #expect(lines[be]?.why == "no route" && lines[be]?.isLookingUp == false)
    lines.setState(.connected, of: be, why: nil)
    #expect(lines[be]?.why == nil)
  }

  @Test("A peer is behind since it was seen to be, until it is seen not to be")
  func behind() {
    #expect(lines.secondsBehind(be, isBehind: true) == 0)
    lines.setState(.connected, of: be, why: nil)
    #expect(lines.secondsBehind(be, isBehind: true) == 0)
    time.pass(milliseconds: 7_000)
    #expect(lines.secondsBehind(be, isBehind: true) == 7)
    #expect(lines.secondsBehind(be, isBehind: false) == 0)
    time.pass(milliseconds: 7_000)
    #expect(lines.secondsBehind(be, isBehind: true) == 0)
  }

  @Test("Who waits is woken in the order in which they came, but for those that left meanwhile")
  func arrivals() {
    let arrivals = Arrivals()
    var woken: [Int] = []
    var tokens: [ArrivalToken] = []
    tokens.append(
      arrivals.observe {
        woken.append(0)
        arrivals.cancel(tokens[2])
      })
    for number in 1...3 { tokens.append(arrivals.observe { woken.append(number) }) }
    arrivals.wake()
    #expect(woken == [0, 1, 3])
    arrivals.cancel(tokens[0])
    arrivals.wake()
    #expect(woken == [0, 1, 3, 1, 3])
  }
}
