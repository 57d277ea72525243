import Log
import Replication
import Simulation

/// `nl`, which is attacked, and `be`, whose messages the input may use, alter, repeat and lose.
final class FuzzPair {
  let nl: FuzzNode
  let be: FuzzNode
  var now: UInt64 = 10_000
  private var nextSession: UInt64 = 2
  private(set) var session = SessionID(0)
  /// Everything that `be` ever said: what can be replayed.
  private(set) var said: [[UInt8]] = []

  private static let image = (
    nl: FuzzNode.image([(.nl, 5), (.be, 3)]), be: FuzzNode.image([(.be, 40), (.nl, 2)])
  )
  /// Rounds after which two honest nodes have said all they have to say, with room.
  private static let rounds = 64

  init() {
    nl = FuzzNode(.nl, with: .be, FuzzPair.image.nl)
    be = FuzzNode(.be, with: .nl, FuzzPair.image.be)
    nl.meet(now)
    be.meet(now)
    connect()
  }

  func connect() {
    session = SessionID(nextSession)
    nextSession += 2
    be.open(session, initiated: true, now)
    nl.open(session, initiated: false, now)
  }

  func disconnect() {
    nl.close(session, now)
    be.close(session, now)
  }

  /// The next message of `be`, off its queue.
  func next() -> [UInt8]? {
    guard !be.outgoing.isEmpty else { return nil }
    let (_, message) = be.outgoing.removeFirst()
    if said.count < 256 { said.append(message) }
    return message
  }

  /// The answers of `nl` reach `be` as they are.
  func answer() {
    while !nl.outgoing.isEmpty {
      let (id, message) = nl.outgoing.removeFirst()
      be.receive(message, on: id, now)
    }
  }

  /// Carries everything, as an honest network and honest disks would.
  func settle() {
    for _ in 0..<FuzzPair.rounds {
      now += 1
      nl.work(now)
      be.work(now)
      answer()
      guard let message = next() else { break }
      nl.receive(message, on: session, now)
    }
  }

  func pass(milliseconds: UInt64) {
    now += milliseconds
    nl.tick(now)
    be.tick(now)
  }

  func expectTruth() {
    nl.expectPrefix(of: be)
    be.expectPrefix(of: nl)
  }
}
