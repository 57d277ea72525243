import Crypto
import Secrets
import Testing

@testable import Transport

@Suite struct RecordTests {
  static let sizes = [
    0, 1, 65_513, 65_514, 65_515, 65_518, 65_519, 131_036, 200_000, TransportLimits.maxMessageBytes,
  ]

  @Test("Messages of every size arrive whole, both ways", arguments: sizes)
  func roundTrip(size: Int) throws {
    let pipe = Pipe()
    try pipe.connect()
    let message = pattern(size)
    try pipe.initiator.send(message.span, now: pipe.now, into: &pipe.toResponder)
    try pipe.deliverToResponder(pieces: 10_007)
    #expect(pipe.received == [message])
    try pipe.responder.send(message.span, now: pipe.now, into: &pipe.toInitiator)
    try pipe.deliverToInitiator()
    #expect(pipe.initiatorEvents.last == .message(message))
  }

  @Test("One byte at a time")
  func byteByByte() throws {
    let pipe = Pipe()
    try pipe.connect(pieces: 1)
    for size in [0, 1, 5, 70_000] {
      pipe.toResponder += try pipe.sealed(pattern(size))
      try pipe.deliverToResponder(pieces: 1)
      #expect(pipe.received.last == pattern(size))
    }
  }

  @Test("TRN-15: messages share records and span them")
  func batch() throws {
    let pipe = Pipe()
    try pipe.connect()
    let messages = [0, 3, 65_500, 9, 0, 140_000, 1].map(pattern)
    try pipe.initiator.send(messages, now: pipe.now, into: &pipe.toResponder)
    let data = messages.reduce(0) { $0 + $1.count + 4 }
    let records = data / TransportLimits.maxRecordDataBytes + 1
    #expect(pipe.toResponder.count == data + records * 19)
    try pipe.deliverToResponder(pieces: 4_096)
    #expect(pipe.received == messages)
    let before = pipe.toResponder
    try pipe.initiator.send([[UInt8]](), now: pipe.now, into: &pipe.toResponder)
    #expect(pipe.toResponder == before)
  }

  @Test("TRN-13: a flipped bit anywhere in a record ends the channel")
  func flippedBits() throws {
    let probe = Pipe()
    try probe.connect()
    let length = try probe.sealed(pattern(20)).count
    for byte in 2..<length {
      let pipe = Pipe()
      try pipe.connect()
      var record = try pipe.sealed(pattern(20))
      record[byte] ^= 0x80
      #expect(pipe.responderError(record) == .recordNotAuthentic)
      #expect(pipe.received.isEmpty)
      #expect(pipe.responderError(record) == .closed)
      #expect(!pipe.responder.isEstablished)
    }
  }

  @Test("TRN-12: too short a record is refused at its header", arguments: 0..<17)
  func tooShort(length: Int) throws {
    let pipe = Pipe()
    try pipe.connect()
    #expect(pipe.responderError([0, UInt8(length)]) == .recordTooShort)
  }

  @Test("TRN-13: another length does not authenticate")
  func otherLength() throws {
    let pipe = Pipe()
    try pipe.connect()
    var record = try pipe.sealed(pattern(40))
    record[1] -= 1
    #expect(pipe.responderError(record) == .recordNotAuthentic)
  }

  @Test("TRN-13: replayed, reordered and missing records do not authenticate")
  func replay() throws {
    let replayed = Pipe()
    try replayed.connect()
    let record = try replayed.sealed([1])
    #expect(replayed.responderError(record) == nil)
    #expect(replayed.responderError(record) == .recordNotAuthentic)
    #expect(replayed.received == [[1]])

    let reordered = Pipe()
    try reordered.connect()
    _ = try reordered.sealed([1])
    #expect(reordered.responderError(try reordered.sealed([2])) == .recordNotAuthentic)

    // A record of the other direction is none of this one.
    let reflected = Pipe()
    try reflected.connect()
    #expect(reflected.initiatorError(try reflected.sealed([1])) == .recordNotAuthentic)
  }

  @Test("A truncated record waits, and nothing of it is seen")
  func truncated() throws {
    let pipe = Pipe()
    try pipe.connect()
    let record = try pipe.sealed(pattern(1_000))
    #expect(pipe.responderError(Array(record.dropLast())) == nil)
    #expect(pipe.received.isEmpty)
    #expect(pipe.responderError([record[record.count - 1]]) == nil)
    #expect(pipe.received == [pattern(1_000)])
  }

  @Test("What came before a bad record stands")
  func goodThenBad() throws {
    let pipe = Pipe()
    try pipe.connect()
    var bytes = try pipe.sealed([1]) + pipe.sealed([2])
    bytes[bytes.count - 1] ^= 1
    #expect(pipe.responderError(bytes) == .recordNotAuthentic)
    #expect(pipe.received == [[1]])
  }

  @Test("TRN-14: unknown flags", arguments: [UInt8(2), 0x80, 0xff])
  func unknownFlags(flags: UInt8) throws {
    let raw = try RawPair()
    #expect(raw.error(of: [flags]) == .unknownFlags)
  }

  @Test("TRN-17: too long a message is refused at its header, and the sender does not make one")
  func messageTooLong() throws {
    let raw = try RawPair()
    #expect(raw.error(of: [0, 0x00, 0x11, 0x00, 0x00]) == nil)
    let other = try RawPair()
    #expect(other.error(of: [0, 0x00, 0x11, 0x00, 0x01]) == .messageTooLong)

    let pipe = Pipe()
    try pipe.connect()
    let message = [UInt8](repeating: 0, count: TransportLimits.maxMessageBytes + 1)
    #expect(throws: SendError.messageTooLong) {
      try pipe.initiator.send(message.span, now: 0, into: &pipe.toResponder)
    }
    #expect(throws: SendError.messageTooLong) {
      try pipe.initiator.send([[1], message], now: 0, into: &pipe.toResponder)
    }
    #expect(pipe.toResponder.isEmpty)
    #expect(pipe.responderError(try pipe.sealed([1])) == nil)
  }

  @Test("Nothing is sent before the session is there, or after it")
  func notEstablished() throws {
    let pipe = Pipe()
    #expect(throws: SendError.notEstablished) { try pipe.sealed([1]) }
    try pipe.connect()
    pipe.initiator.close()
    #expect(throws: SendError.notEstablished) { try pipe.sealed([1]) }
  }

  @Test("Counters have names of their own")
  func counters() {
    let names =
      ChannelError.allCases.map(\.counter) + ConnectionGate.Refusal.allCases.map(\.counter)
    #expect(Set(names).count == names.count)
  }
}

/// A responder and a hand-made initiator, which can seal what a channel never would.
final class RawPair {
  let responder: SecureChannel
  let cipher: CipherState
  private var events: [ChannelEvent] = []
  private var out: [UInt8] = []

  init() throws {
    var random = SeededRandom(seed: 11)
    let responderKey = heldKey(2)
    responder = SecureChannel.responder(
      key: responderKey, random: &random, lookup: { _ in .peer(nil) })
    let handshake = ProductHandshake(
      pattern: .ikpsk2, isInitiator: true, prologue: Handshake.prologue, localStatic: heldKey(1),
      remoteStatic: responderKey.transportPublicKey, ephemeralSeed: random.guarded(32))
    var message: [UInt8] = []
    try handshake.write(payload: [UInt8]().span, into: &message)
    message += Handshake.mac(message.span, responder: responderKey.transportPublicKey)
    try responder.receive(message.span, now: 0, into: &events, out: &out)
    _ = try handshake.read(out)
    cipher = handshake.split().initiator
  }

  /// The responder's error on a record with this plaintext.
  func error(of plaintext: [UInt8]) -> ChannelError? {
    let count = plaintext.count + 16
    var record = [UInt8(count >> 8), UInt8(count & 255)] + plaintext
    cipher.seal(&record, from: 2)
    do {
      try responder.receive(record.span, now: 0, into: &events, out: &out)
      return nil
    } catch { return error }
  }
}
