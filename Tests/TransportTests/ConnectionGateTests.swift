import Testing

@testable import Transport

@Suite struct ConnectionGateTests {
  private func address(_ number: Int) -> SourceAddress {
    SourceAddress([10, UInt8(number >> 16 & 255), UInt8(number >> 8 & 255), UInt8(number & 255)])!
  }

  /// - Returns: the number of the connection that gives way.
  private func admit(
    _ number: Int, from source: Int, isPeer: Bool = false, now: UInt64 = 0,
    to gate: inout ConnectionGate
  ) throws -> UInt64? {
    try gate.admit(UInt64(number), from: address(source), isPeerAddress: isPeer, now: now)
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
    for number in 0..<64 {
      #expect(try admit(number, from: number, to: &gate) == nil)
    }
    // Each holds one: the oldest gives way, and the number stays.
    #expect(try admit(900, from: 900, to: &gate) == 0)
    #expect(gate.halfOpenCount == 64)
    for number in 1_000..<1_064 {
      #expect(try admit(number, from: number, isPeer: true, to: &gate) == nil)
    }
    #expect(try admit(2_000, from: 2_000, isPeer: true, to: &gate) == 1)
    #expect(gate.halfOpenCount == TransportLimits.halfOpenTotal)
  }

  @Test(
    "TRN-22: idle connections of some addresses keep nobody out, not even one that no peer is known by"
  )
  func displacement() throws {
    var gate = ConnectionGate()
    for number in 0..<64 { _ = try admit(number, from: number % 16, to: &gate) }
    #expect(try admit(500, from: 500, now: 1, to: &gate) == 0)
    // Whoever holds most gives way, so that the newcomer is not the next.
    for number in 100..<130 {
      let displaced = try admit(number, from: number, now: 2, to: &gate)
      #expect(displaced.map { $0 < 64 } == true)
    }
    #expect(gate.halfOpenCount == 64)
  }

  @Test("TRN-22: who would hold as many as everybody else displaces nobody")
  func noDisplacement() throws {
    var gate = ConnectionGate(total: 4)
    _ = try admit(1, from: 1, to: &gate)
    _ = try admit(2, from: 2, to: &gate)
    #expect(throws: ConnectionGate.Refusal.tooManyHalfOpen) {
      try admit(3, from: 2, to: &gate)
    }
    for number in 10..<12 { _ = try admit(number, from: number, isPeer: true, to: &gate) }
    #expect(gate.halfOpenCount == 4)
  }

  @Test("TRN-22: one address is limited, and gets its places back")
  func perSource() throws {
    var gate = ConnectionGate()
    for number in 0..<TransportLimits.halfOpenPerSource {
      _ = try admit(number, from: 1, to: &gate)
    }
    #expect(throws: ConnectionGate.Refusal.tooManyHalfOpenFromSource) {
      try admit(10, from: 1, to: &gate)
    }
    _ = try admit(11, from: 2, to: &gate)
    gate.release(0)
    gate.release(0)
    _ = try admit(12, from: 1, to: &gate)
    for number in 0..<TransportLimits.halfOpenPerPeerSource {
      _ = try admit(100 + number, from: 3, isPeer: true, to: &gate)
    }
    #expect(throws: ConnectionGate.Refusal.tooManyHalfOpenFromSource) {
      try admit(200, from: 3, isPeer: true, to: &gate)
    }
  }

  @Test("TRN-21: a handshake has five seconds")
  func expiry() throws {
    var gate = ConnectionGate()
    #expect(gate.nextDeadline == nil)
    _ = try admit(1, from: 1, now: 100, to: &gate)
    _ = try admit(2, from: 1, now: 200, to: &gate)
    #expect(gate.nextDeadline == 5_100)
    let early = gate.expired(now: 5_099)
    let onTime = gate.expired(now: 5_100)
    let late = gate.expired(now: 9_000)
    #expect(early == [] && onTime == [1] && late == [2])
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
