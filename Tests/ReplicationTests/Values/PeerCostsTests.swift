import Crypto
import Log
import Secrets
import Testing

@testable import Replication

@Suite("Who costs much is read less, and nobody else for it")
struct PeerCostsTests {
  private let be = try! NodeName("be")
  private let author = try! NodeName("fr")
  private let log = LogID.sample(1)
  private let session = SessionID(1)

  private func message(_ outcome: Work.Outcome = .nothing) -> Work {
    Work(session: session, peer: be, log: log, outcome: outcome)
  }

  @Test("What brought something costs nothing; a promise is charged when another comes instead")
  func outcomes() {
    var costs = PeerCosts()
    expect(costs.idleTime(of: message(.progress), 500) == 0)
    expect(costs.idleTime(of: message(.nothing), 500) == 500)
    let promises = [500, 300].map { costs.idleTime(of: message(.promise), $0) }
    expect(promises == [0, 500])
    costs.begin(message())
    costs.progressed(log, by: be)
    expect(costs.end(on: session)?.outcome == .progress)
    expect(costs.idleTime(of: message(.promise), 100) == 0, "the last was kept")
  }

  @Test("A message is judged once, and on its own session")
  func once() {
    var costs = PeerCosts()
    costs.begin(message())
    costs.expected(on: SessionID(2))
    expect(costs.end(on: SessionID(2)) == nil)
    expect(costs.end(on: session)?.outcome == .nothing)
    expect(costs.end(on: session) == nil)
  }

  @Test("A log that takes too much is left unread, for longer each time")
  func oneLog() {
    var costs = PeerCosts()
    let burst = Limits.idleMicrosecondsOfLog * Limits.idleBurstMilliseconds / 1_000
    expect(charge(&costs, burst, 1_000).unread.isEmpty)
    let first = charge(&costs, 1_000, 1_000)
    expect(first.unread.map(\.part) == [.log(log)])
    expect(first.unread.first?.milliseconds == Limits.unreadMilliseconds)
    expect(costs.unreadUntil(log, by: author, of: be) == 1_000 + Limits.unreadMilliseconds)
    expect(costs.unreadUntil(nil, by: nil, of: be) == 0, "other logs are read")
    let later = 1_001 + Limits.unreadMilliseconds
    expect(
      charge(&costs, burst + 1_000, later).unread.first?.milliseconds
        == 2 * Limits.unreadMilliseconds)
  }

  @Test("The parts of a peer are made where it was metered: a status has many peers and many logs")
  func report() {
    var costs = PeerCosts()
    var made = 0
    func parts() -> [UnreadPart] {
      made += 1
      return [.all, .log(log)]
    }
    expect(costs.unread(of: be, among: parts(), 1_000).isEmpty)
    expect(made == 0)
    let burst = Limits.idleMicrosecondsOfLog * Limits.idleBurstMilliseconds / 1_000
    _ = charge(&costs, burst + 1_000, 1_000)
    expect(costs.unread(of: be, among: parts(), 1_000).map(\.part) == [.log(log)])
    expect(made == 1)
  }

  @Test("Junk of one author leaves out that author, and not who carries it")
  func carrier() {
    var costs = PeerCosts()
    var left: [UnreadPart] = []
    for round in 0..<40 {
      let other = LogID.sample(UInt8(100 + round))
      left += costs.charge(20_000, be, other, by: author, sessions: 1, 1_000).unread.map(\.part)
    }
    expect(left.contains(.author(author)) && !left.contains(.all))
  }

  @Test("A changed rate applies at once, and forgets what the last one held")
  func rates() throws {
    var costs = PeerCosts()
    var peer = try self.peer(bytesPerSecond: 100_000)
    expect(costs.adopt([peer]).isEmpty, "nothing was metered yet")
    let hold = costs.take(1_000_000, of: .receivedBytes, by: be, 1_000)
    expect(hold.isNew && hold.until ?? 0 > 1_000)
    expect(!costs.take(1, of: .receivedBytes, by: be, 1_001).isNew, "it holds already")
    expect(costs.heldRates(of: be, 1_001).map(\.times) == [1])
    peer = try self.peer(bytesPerSecond: 100_000_000)
    expect(costs.adopt([peer]) == [be])
    expect(costs.heldUntil(.receivedBytes, by: be, 1_001) == nil)
    expect(costs.adopt([]).isEmpty && costs.heldRates(of: be, 1_001).isEmpty)
  }

  private func charge(
    _ costs: inout PeerCosts, _ microseconds: UInt64, _ now: UInt64
  ) -> PeerCosts.Charge {
    costs.charge(microseconds, be, log, by: author, sessions: 1, now)
  }

  private func peer(bytesPerSecond: UInt64) throws -> Peer {
    var rates = PeerRates()
    rates.receivedBytes = bytesPerSecond
    let secrets = Member.secrets(of: "be", epoch: 1)
    return Peer(
      name: be, logs: [LogIdentity(origin: Origin(name: be, epoch: 1), key: secrets.log.publicKey)],
      cosigningKey: secrets.cosigning.publicKey, rates: rates)
  }
}
