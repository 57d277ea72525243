import Crypto
import Secrets
import Testing

@testable import Transport

@Suite struct HandshakeTests {
  private func macIsRight(_ message1: [UInt8], _ key: HeldTransportKey) -> Bool {
    Handshake.checkMac(message1.span, key.transportPublicKey)
  }

  @Test("A pair connects, however the bytes are cut", arguments: [1, 7, 113, Int.max])
  func connects(pieces: Int) throws {
    let pipe = Pipe(psk: pairKey(5))
    try pipe.connect(pieces: pieces)
    #expect(pipe.initiator.isEstablished && pipe.responder.isEstablished)
    guard case .established(let responder, let hash)? = pipe.initiatorEvents.first,
      case .established(let initiator, let sameHash)? = pipe.responderEvents.first
    else {
      Issue.record("not established")
      return
    }
    #expect(responder == pipe.responderKey.transportPublicKey)
    #expect(initiator == pipe.initiatorKey.transportPublicKey)
    #expect(hash == sameHash)
    #expect(pipe.initiatorEvents.count == 1 && pipe.responderEvents.count == 1)
  }

  @Test("TRN-2, TRN-3: the sizes of both messages")
  func sizes() throws {
    let pipe = Pipe()
    try pipe.initiator.start(into: &pipe.toResponder)
    #expect(pipe.toResponder.count == 112)
    try pipe.deliverToResponder()
    #expect(pipe.toInitiator.count == 48)
    try pipe.deliverToInitiator()
    #expect(pipe.toResponder.count == 2 + 17)
  }

  @Test("TRN-4: every flipped bit of message 1 is refused with silence")
  func flippedMessage1() throws {
    let sent = Pipe()
    try sent.initiator.start(into: &sent.toResponder)
    for bit in 0..<(112 * 8) {
      var message = sent.toResponder
      message[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(!macIsRight(message, sent.responderKey))
      guard bit % 61 == 0 else { continue }
      let pipe = Pipe()
      #expect(pipe.responderError(message) == .wrongMac)
      #expect(pipe.toInitiator.isEmpty && pipe.responderEvents.isEmpty)
    }
    #expect(
      macIsRight(sent.toResponder, sent.responderKey))
    #expect(!macIsRight(sent.toResponder, heldKey(8)))
    for count in [0, 96, 111] {
      #expect(!macIsRight(Array(sent.toResponder[..<count]), sent.responderKey))
    }
  }

  @Test("TRN-5: a flipped bit under a right mac is refused with silence")
  func flippedNoise() throws {
    let sent = Pipe()
    try sent.initiator.start(into: &sent.toResponder)
    for byte in 0..<96 {
      var noise = Array(sent.toResponder[..<96])
      noise[byte] ^= 0x10
      let mac = Handshake.mac(noise.span, responder: sent.responderKey.transportPublicKey)
      let pipe = Pipe()
      #expect(pipe.responderError(noise + mac) == .handshakeRefused)
      #expect(pipe.toInitiator.isEmpty && pipe.responderEvents.isEmpty)
    }
  }

  @Test("TRN-5: a point of low order is refused with silence")
  func lowOrder() {
    let pipe = Pipe()
    let noise = [UInt8](repeating: 0, count: 96)
    let mac = Handshake.mac(noise.span, responder: pipe.responderKey.transportPublicKey)
    #expect(pipe.responderError(noise + mac) == .handshakeRefused)
    #expect(pipe.toInitiator.isEmpty)
  }

  @Test("A truncated message 1 gets nothing, and keeps little")
  func truncatedMessage1() throws {
    let sent = Pipe()
    try sent.initiator.start(into: &sent.toResponder)
    for count in 0..<112 {
      let pipe = Pipe()
      #expect(pipe.responderError(Array(sent.toResponder[..<count])) == nil)
      #expect(pipe.toInitiator.isEmpty && pipe.responderEvents.isEmpty)
    }
  }

  @Test("TRN-4, TRN-6, TRN-7: wrong responder, no permission, unknown initiator: silence")
  func refusals() throws {
    let wrongKey = Pipe(dialled: heldKey(7).transportPublicKey)
    let notPermitted = Pipe(permits: false)
    let unknown = Pipe(admits: false)
    let cases: [(Pipe, ChannelError)] = [
      (wrongKey, .wrongMac), (notPermitted, .rateLimited), (unknown, .unknownPeer),
    ]
    for (pipe, expected) in cases {
      try pipe.initiator.start(into: &pipe.toResponder)
      #expect(pipe.responderError(pipe.toResponder) == expected)
      #expect(pipe.toInitiator.isEmpty && pipe.responderEvents.isEmpty)
      #expect(pipe.responderError([0]) == .closed)
    }
  }

  @Test("TRN-8: another pre-shared key: the initiator refuses message 2")
  func wrongPSK() throws {
    for (mine, theirs) in [(pairKey(5), pairKey(6)), (nil, pairKey(6)), (pairKey(5), nil)] {
      let pipe = Pipe(psk: mine, responderPSK: .some(theirs))
      try pipe.initiator.start(into: &pipe.toResponder)
      try pipe.deliverToResponder()
      #expect(pipe.initiatorError(pipe.toInitiator) == .handshakeRefused)
      #expect(pipe.toResponder.isEmpty && pipe.initiatorEvents.isEmpty)
    }
  }

  @Test("TRN-8: every flipped bit of message 2 is refused")
  func flippedMessage2() throws {
    for byte in 0..<48 {
      let pipe = Pipe()
      try pipe.initiator.start(into: &pipe.toResponder)
      try pipe.deliverToResponder()
      pipe.toInitiator[byte] ^= 1
      #expect(pipe.initiatorError(pipe.toInitiator) == .handshakeRefused)
      #expect(pipe.toResponder.isEmpty && pipe.initiatorEvents.isEmpty)
    }
  }

  @Test("TRN-9: a replayed message 1 and first record make no session")
  func replayedHandshake() throws {
    let pipe = Pipe()
    try pipe.initiator.start(into: &pipe.toResponder)
    let message1 = pipe.toResponder
    try pipe.deliverToResponder()
    try pipe.deliverToInitiator()
    let first = pipe.toResponder
    #expect(pipe.responderEvents.isEmpty)
    try pipe.deliverToResponder()

    var random = SeededRandom(seed: 77)
    let known = pipe.initiatorKey.transportPublicKey
    let again = SecureChannel.responder(
      key: pipe.responderKey, random: &random,
      lookup: { $0 == known ? .peer(nil) : .unknown })
    var events: [ChannelEvent] = []
    var out: [UInt8] = []
    try again.receive(message1.span, now: 0, into: &events, out: &out)
    #expect(out.count == 48 && events.isEmpty && !again.isEstablished)
    #expect(throws: SendError.notEstablished) { try again.send([], now: 0, into: &out) }
    #expect(throws: ChannelError.notConfirmed) {
      try again.receive(first.span, now: 0, into: &events, out: &out)
    }
    #expect(events.isEmpty)
  }

  @Test(
    "TRN-4, 27: message 1 says which of the responder's keys it was made for; for none of them there is silence"
  )
  func earlierKeys() throws {
    let keys = (2..<6).map { heldKey($0) }
    for (position, key) in keys.enumerated() {
      let pipe = Pipe(dialled: key.transportPublicKey)
      var random = SeededRandom(seed: 9)
      let known = pipe.initiatorKey.transportPublicKey
      let responder = SecureChannel.responder(
        key: keys[0], earlier: Array(keys[1..<3]), random: &random,
        lookup: { $0 == known ? .peer(nil) : .unknown })
      try pipe.initiator.start(into: &pipe.toResponder)
      let message1 = pipe.toResponder
      var events: [ChannelEvent] = []
      var out: [UInt8] = []
      guard position < 3 else {
        #expect(throws: ChannelError.wrongMac) {
          try responder.receive(message1.span, now: 0, into: &events, out: &out)
        }
        #expect(out.isEmpty && events.isEmpty)
        continue
      }
      try responder.receive(message1.span, now: 0, into: &events, out: &out)
      #expect(responder.localKey == key.transportPublicKey)
      pipe.toInitiator = out
      pipe.toResponder = []
      try pipe.deliverToInitiator()
      let first = pipe.toResponder
      try responder.receive(first.span, now: 0, into: &events, out: &out)
      #expect(responder.isEstablished && pipe.initiator.isEstablished)
    }
  }

  @Test("A node's secrets hold the key too")
  func nodeSecrets() throws {
    var random = SeededRandom(seed: 21)
    let secrets = NodeSecrets.generate(using: &random)
    #expect(secrets.transportPublicKey == secrets.transport.publicKey)
    let one = try secrets.transportSecret(with: heldKey(1).transportPublicKey)
    let other = try heldKey(1).transportSecret(with: secrets.transportPublicKey)
    one.withBytes { one in
      other.withBytes { other in #expect((0..<32).allSatisfy { one[$0] == other[$0] }) }
    }
  }
}
