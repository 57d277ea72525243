import Crypto
import Secrets
import Testing

@testable import Transport

@Suite struct RekeyTests {
  @Test("TRN-19: the key changes after 120 s, in each direction by itself, over and over")
  func byTime() throws {
    let pipe = Pipe()
    try pipe.connect()
    var expected: [[UInt8]] = []
    for step in 0..<20 {
      pipe.now += 50_000
      let message = pattern(step * 7_000)
      expected.append(message)
      pipe.toResponder += try pipe.sealed(message)
      try pipe.deliverToResponder(pieces: 3_001)
      if step % 3 == 0 {
        try pipe.responder.send(message.span, now: pipe.now, into: &pipe.toInitiator)
        try pipe.deliverToInitiator()
        #expect(pipe.initiatorEvents.last == .message(message))
      }
    }
    #expect(pipe.received == expected)
  }

  @Test("TRN-19: the change is announced in the last record of the old key, once")
  func flags() throws {
    var random = SeededRandom(seed: 4)
    let key = random.guarded(32)
    let sender = key.withBytes { RecordSender(CipherState(CipherKey(copying: $0)), now: 10) }
    let receiver = key.withBytes { CipherState(CipherKey(copying: $0)) }
    let due = 10 + TransportLimits.rekeyMilliseconds
    for (now, flags) in [(10, 0), (due - 1, 0), (due, 1), (due, 0), (5, 0), (due + 120_000, 1)] {
      var record: [UInt8] = []
      sender.send([UInt8]().span, framed: false, now: now, into: &record)
      let plaintext = try #require(receiver.open(&record, in: 2..<record.count))
      #expect(Int(record[plaintext.lowerBound]) == flags)
      if flags == 1 { receiver.rekey() }
    }
  }

  @Test("TRN-19: the key changes before 1 GiB")
  func byBytes() throws {
    var random = SeededRandom(seed: 4)
    let key = random.guarded(32)
    let cipher = key.withBytes { CipherState(CipherKey(copying: $0)) }
    let receiver = key.withBytes { CipherState(CipherKey(copying: $0)) }
    let sender = RecordSender(cipher, now: 0)
    cipher.keyBytes = TransportLimits.rekeyBytes - 2 * 17
    for flags in [UInt8(0), 1, 0] {
      var record: [UInt8] = []
      sender.send([UInt8]().span, framed: false, now: 0, into: &record)
      let plaintext = try #require(receiver.open(&record, in: 2..<record.count))
      #expect(record[plaintext.lowerBound] == flags)
      if flags == 1 { receiver.rekey() }
    }
    #expect(cipher.keyBytes == 17)
  }

  @Test("TRN-20: a receiver does not go along with a key that is never changed")
  func overused() throws {
    let raw = try RawPair()
    let receiving = try #require(raw.responder.receiving)
    receiving.keyBytes = TransportLimits.maxKeyBytes - 1
    #expect(raw.error(of: [0]) == nil)
    #expect(raw.error(of: [0]) == .keyOverused)
  }

  @Test("TRN-19: without the announced change the next record does not decrypt")
  func missingRekey() throws {
    let raw = try RawPair()
    #expect(raw.error(of: [1]) == nil)
    #expect(raw.error(of: [0]) == .recordNotAuthentic)
  }
}
