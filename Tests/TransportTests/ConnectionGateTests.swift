import Testing

@testable import Transport

@Suite struct ConnectionGateTests {
  private func address(_ number: Int) -> SourceAddress {
    SourceAddress([10, UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), UInt8(number & 255)])!
  }

  @Test("Addresses: IPv4, its mapped form, and the /64 of IPv6")
  func addresses() {
    let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 10, 1, 2, 3]
    #expect(SourceAddress(mapped) == SourceAddress([10, 1, 2, 3]))
    let one: [UInt8] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    var two = one
    two[15] = 9
    #expect(SourceAddress(one) == SourceAddress(two))
    two[7] = 2
    #expect(SourceAddress(one) != SourceAddress(two))
    #expect(SourceAddress([0, 0, 0, 0]) != SourceAddress([UInt8](repeating: 0, count: 16)))
    #expect(SourceAddress([1, 2, 3]) == nil)
  }

  @Test("TRN-22: strangers never take the share of known peers")
  func share() throws {
    var gate = ConnectionGate()
    var strangers: [ConnectionGate.Token] = []
    for number in 0..<64 {
      let admission = try gate.admit(address(number), isPeerAddress: false, now: 0)
      #expect(admission.displaced == nil)
      strangers.append(admission.token)
    }
    // Each holds one: the oldest gives way, and the number stays.
    let next = try gate.admit(address(900), isPeerAddress: false, now: 0)
    #expect(next.displaced == strangers[0] && gate.halfOpenCount == 64)
    for number in 0..<64 {
      let admission = try gate.admit(address(1_000 + number), isPeerAddress: true, now: 0)
      #expect(admission.displaced == nil)
    }
    let peer = try gate.admit(address(2_000), isPeerAddress: true, now: 0)
    #expect(peer.displaced == strangers[1])
    #expect(gate.halfOpenCount == TransportLimits.halfOpenTotal)
  }

  @Test(
    "TRN-22: idle connections of some addresses keep nobody out, not even one that no peer is known by"
  )
  func displacement() throws {
    var gate = ConnectionGate()
    var held: [ConnectionGate.Token] = []
    for number in 0..<64 {
      held.append(try gate.admit(address(number % 16), isPeerAddress: false, now: 0).token)
    }
    let newcomer = try gate.admit(address(500), isPeerAddress: false, now: 1)
    #expect(newcomer.displaced == held[0])
    // Whoever holds most gives way, so that the newcomer is not the next.
    for number in 0..<30 {
      let again = try gate.admit(address(100 + number), isPeerAddress: false, now: 2)
      #expect(again.displaced.map(held.contains) == true)
    }
    #expect(gate.halfOpenCount == 64)
  }

  @Test("TRN-22: who would hold as many as everybody else displaces nobody")
  func noDisplacement() throws {
    var gate = ConnectionGate(total: 4)
    _ = try gate.admit(address(1), isPeerAddress: false, now: 0)
    _ = try gate.admit(address(2), isPeerAddress: false, now: 0)
    #expect(throws: ConnectionGate.Refusal.tooManyHalfOpen) {
      try gate.admit(address(2), isPeerAddress: false, now: 0)
    }
    for number in 0..<2 { _ = try gate.admit(address(10 + number), isPeerAddress: true, now: 0) }
    #expect(gate.halfOpenCount == 4)
  }

  @Test("TRN-22: one address is limited, and gets its places back")
  func perSource() throws {
    var gate = ConnectionGate()
    var tokens: [ConnectionGate.Token] = []
    for _ in 0..<TransportLimits.halfOpenPerSource {
      tokens.append(try gate.admit(address(1), isPeerAddress: false, now: 0).token)
    }
    #expect(throws: ConnectionGate.Refusal.tooManyHalfOpenFromSource) {
      try gate.admit(address(1), isPeerAddress: false, now: 0)
    }
    _ = try gate.admit(address(2), isPeerAddress: false, now: 0)
    gate.release(tokens[0])
    gate.release(tokens[0])
    _ = try gate.admit(address(1), isPeerAddress: false, now: 0)
    for _ in 0..<TransportLimits.halfOpenPerPeerSource {
      _ = try gate.admit(address(3), isPeerAddress: true, now: 0)
    }
    #expect(throws: ConnectionGate.Refusal.tooManyHalfOpenFromSource) {
      try gate.admit(address(3), isPeerAddress: true, now: 0)
    }
  }

  @Test("TRN-21: a handshake has five seconds")
  func expiry() throws {
    var gate = ConnectionGate()
    #expect(gate.nextDeadline == nil)
    let first = try gate.admit(address(1), isPeerAddress: false, now: 100).token
    let second = try gate.admit(address(1), isPeerAddress: false, now: 200).token
    #expect(gate.nextDeadline == 5_100)
    let early = gate.expired(now: 5_099)
    let onTime = gate.expired(now: 5_100)
    let late = gate.expired(now: 9_000)
    #expect(early == [] && onTime == [first] && late == [second])
    #expect(gate.halfOpenCount == 0)
  }

  @Test("TRN-6: handshakes are limited for each address and for all strangers, by window")
  func rate() {
    var gate = ConnectionGate()
    let many = (0..<TransportLimits.handshakesPerSource).map { _ in
      gate.permitHandshake(address(1), isPeerAddress: false, now: 0)
    }
    #expect(!many.contains(false))
    let tooMany = gate.permitHandshake(address(1), isPeerAddress: false, now: 9_999)
    let nextWindow = gate.permitHandshake(address(1), isPeerAddress: false, now: 10_000)
    #expect(!tooMany && nextWindow)
    let strangers = (1..<TransportLimits.handshakesOfStrangers).map {
      gate.permitHandshake(address($0 + 10), isPeerAddress: false, now: 10_000)
    }
    #expect(!strangers.contains(false))
    let stranger = gate.permitHandshake(address(5_000), isPeerAddress: false, now: 10_000)
    let peer = gate.permitHandshake(address(5_001), isPeerAddress: true, now: 10_000)
    #expect(!stranger && peer)
  }
}
