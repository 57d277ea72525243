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

  @Test("TRN-22: strangers never take the share of configured peers")
  func share() throws {
    var gate = ConnectionGate()
    for number in 0..<64 {
      _ = try gate.admit(address(number), isPeerAddress: false, now: 0)
    }
    #expect(throws: ConnectionGate.Refusal.tooManyHalfOpen) {
      try gate.admit(address(900), isPeerAddress: false, now: 0)
    }
    for number in 0..<64 {
      _ = try gate.admit(address(1_000 + number), isPeerAddress: true, now: 0)
    }
    #expect(throws: ConnectionGate.Refusal.tooManyHalfOpen) {
      try gate.admit(address(2_000), isPeerAddress: true, now: 0)
    }
    #expect(gate.halfOpenCount == TransportLimits.halfOpenTotal)
  }

  @Test("TRN-22: one address is limited, and gets its places back")
  func perSource() throws {
    var gate = ConnectionGate()
    var tokens: [ConnectionGate.Token] = []
    for _ in 0..<TransportLimits.halfOpenPerSource {
      tokens.append(try gate.admit(address(1), isPeerAddress: false, now: 0))
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
    let first = try gate.admit(address(1), isPeerAddress: false, now: 100)
    let second = try gate.admit(address(1), isPeerAddress: false, now: 200)
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
