import Crypto
import Foundation
import Secrets
import Testing

@testable import Transport

/// `Protocols/vectors/transport.json`: known answers, and for each rule bytes that break it.
/// `LIAISON_WRITE_VECTORS=1` writes the file anew; the difference is to be reviewed.
@Suite struct ProtocolVectorTests {
  struct File: Codable, Equatable {
    var comment: String
    var initiatorStatic, responderStatic, initiatorEphemeral, responderEphemeral: String
    var presharedKey: String
    var message1, message2, handshakeHash: String
    var toResponder, toInitiator: [Record]
    var refusedByResponder: [Refusal]
  }

  /// Records in order; a record with flags 1 is the last of its key.
  struct Record: Codable, Equatable { var flags: UInt8, data, record: String }

  /// `stream` is all that the initiator sends; `written` is what the responder wrote before it
  /// ends.
  struct Refusal: Codable, Equatable { var rule, error, stream, written: String }

  struct Fixed: RandomSource {
    let value: [UInt8]
    mutating func fill(_ bytes: inout MutableSpan<UInt8>) {
      for index in bytes.indices { bytes[index] = value[index] }
    }
  }

  static let url = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Protocols/vectors/transport.json")

  private let initiatorSeed = [UInt8](repeating: 0x11, count: 32)
  private let responderSeed = [UInt8](repeating: 0x22, count: 32)
  private let initiatorEphemeral = [UInt8](repeating: 0x33, count: 32)
  private let responderEphemeral = [UInt8](repeating: 0x44, count: 32)
  private let psk = [UInt8](repeating: 0x55, count: 32)

  private var responderKey: HeldTransportKey {
    HeldTransportKey(TransportSecretKey(seed: responderSeed.span))
  }
  private var initiatorKey: HeldTransportKey {
    HeldTransportKey(TransportSecretKey(seed: initiatorSeed.span))
  }
  private var pair: Held<PresharedKey> { Held(PresharedKey(copying: psk.span)) }

  private func responder() -> SecureChannel {
    var random = Fixed(value: responderEphemeral)
    let (known, pair) = (initiatorKey.transportPublicKey, pair)
    return SecureChannel.responder(
      key: responderKey, random: &random, lookup: { $0 == known ? .peer(pair) : .unknown })
  }

  private func handshake(_ key: HeldTransportKey, _ psk: Held<PresharedKey>?) -> ProductHandshake {
    let state = ProductHandshake(
      pattern: .ikpsk2, isInitiator: true, prologue: Handshake.prologue, localStatic: key,
      remoteStatic: responderKey.transportPublicKey,
      ephemeralSeed: GuardedBytes(copying: initiatorEphemeral.span))
    state.presharedKey = psk
    return state
  }

  private func message1(_ state: ProductHandshake) throws -> [UInt8] {
    var message: [UInt8] = []
    try state.write(payload: [UInt8]().span, into: &message)
    return message + Handshake.mac(message.span, responder: responderKey.transportPublicKey)
  }

  private func record(_ plaintext: [UInt8], _ cipher: CipherState) -> [UInt8] {
    let count = plaintext.count + 16
    var record = [UInt8(count >> 8), UInt8(count & 255)] + plaintext
    cipher.seal(&record, from: 2)
    return record
  }

  private func run(_ stream: [UInt8]) -> (error: ChannelError?, written: [UInt8], [ChannelEvent]) {
    var (events, out): ([ChannelEvent], [UInt8]) = ([], [])
    do {
      try responder().receive(stream.span, now: 0, into: &events, out: &out)
      return (nil, out, events)
    } catch { return (error, out, events) }
  }

  private func make() throws -> File {
    let state = handshake(initiatorKey, pair)
    let first = try message1(state)
    let second = run(first).written
    _ = try state.read(second)
    let ciphers = state.split()
    let plaintexts: [[UInt8]] = [
      [0], [0, 0, 0, 0, 3, 97, 98, 99], [1, 0, 0, 0, 0, 0, 0, 0, 2, 104],
      [0, 105, 0, 0, 0, 1, 33],
    ]
    func records(_ cipher: CipherState) -> [Record] {
      plaintexts.map { plaintext in
        let bytes = record(plaintext, cipher)
        if plaintext[0] == 1 { cipher.rekey() }
        return Record(
          flags: plaintext[0], data: Hex.encode(Array(plaintext.dropFirst())),
          record: Hex.encode(bytes))
      }
    }
    return File(
      comment: "All hexadecimal. Secret keys are 32-byte X25519 scalars. See transport.md, 8.",
      initiatorStatic: Hex.encode(initiatorSeed), responderStatic: Hex.encode(responderSeed),
      initiatorEphemeral: Hex.encode(initiatorEphemeral),
      responderEphemeral: Hex.encode(responderEphemeral), presharedKey: Hex.encode(psk),
      message1: Hex.encode(first), message2: Hex.encode(second),
      handshakeHash: Hex.encode(state.hash), toResponder: records(ciphers.initiator),
      toInitiator: records(ciphers.responder), refusedByResponder: try refusals(first))
  }

  private func refusals(_ first: [UInt8]) throws -> [Refusal] {
    func flipped(_ bytes: [UInt8], _ index: Int) -> [UInt8] {
      var bytes = bytes
      bytes[index] ^= 1
      return bytes
    }
    /// Message 1, then records by whoever went through the handshake.
    func session(_ plaintexts: [[UInt8]], psk: Held<PresharedKey>?) throws -> [UInt8] {
      let state = handshake(initiatorKey, pair)
      let message = try message1(state)
      state.presharedKey = psk
      // With another pre-shared key the initiator would stop at message 2; its keys differ anyway.
      do { _ = try state.read(run(message).written) } catch {}
      let cipher = state.split().initiator
      return message + plaintexts.flatMap { record($0, cipher) }
    }
    let noise = flipped(Array(first[..<96]), 60)
    let lowOrder = [UInt8](repeating: 0, count: 96)
    let stranger = HeldTransportKey(TransportSecretKey(seed: [UInt8](repeating: 7, count: 32).span))
    let responder = responderKey.transportPublicKey
    let good = try session([[0]], psk: pair)
    let streams: [(String, ChannelError, [UInt8])] = [
      ("TRN-4", .wrongMac, flipped(first, 111)),
      ("TRN-5", .handshakeRefused, noise + Handshake.mac(noise.span, responder: responder)),
      ("TRN-5", .handshakeRefused, lowOrder + Handshake.mac(lowOrder.span, responder: responder)),
      ("TRN-7", .unknownPeer, try message1(handshake(stranger, pair))),
      ("TRN-9", .notConfirmed, try session([[0]], psk: nil)),
      ("TRN-9", .notConfirmed, flipped(good, good.count - 1)),
      ("TRN-12", .recordTooShort, good + [0, 16]),
      ("TRN-13", .recordNotAuthentic, good + good.suffix(19)),
      ("TRN-13", .recordNotAuthentic, flipped(try session([[0], [0]], psk: pair), 112 + 19 + 2)),
      ("TRN-14", .unknownFlags, try session([[0], [2]], psk: pair)),
      ("TRN-17", .messageTooLong, try session([[0], [0, 0, 0x11, 0, 1]], psk: pair)),
      ("TRN-19", .recordNotAuthentic, try session([[1], [0]], psk: pair)),
    ]
    return streams.map { rule, error, stream in
      Refusal(
        rule: rule, error: error.rawValue, stream: Hex.encode(stream),
        written: Hex.encode(run(stream).written))
    }
  }

  @Test("Protocols/vectors/transport.json holds what this code makes")
  func unchanged() throws {
    let made = try make()
    if ProcessInfo.processInfo.environment["LIAISON_WRITE_VECTORS"] != nil {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
      try (encoder.encode(made) + Data("\n".utf8)).write(to: Self.url)
    }
    #expect(try JSONDecoder().decode(File.self, from: Data(contentsOf: Self.url)) == made)
  }

  @Test("Each refused stream gives its error, and message 2 only to who made message 1")
  func refused() throws {
    let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: Self.url))
    #expect(file.refusedByResponder.count == 12)
    for refusal in file.refusedByResponder {
      let (error, written, _) = run(try #require(Hex.decode(refusal.stream)))
      #expect(error?.rawValue == refusal.error, "\(refusal.rule)")
      #expect(Hex.encode(written) == refusal.written)
      let silent = ["TRN-4", "TRN-5", "TRN-7"].contains(refusal.rule)
      #expect(refusal.written == (silent ? "" : file.message2))
    }
  }

  @Test("The known records give their messages")
  func records() throws {
    let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: Self.url))
    let records = file.toResponder.map(\.record).joined()
    let (error, written, events) = run(try #require(Hex.decode(file.message1 + records)))
    #expect(error == nil)
    #expect(Hex.encode(written) == file.message2)
    let hash = try #require(Hex.decode(file.handshakeHash).flatMap { Digest($0) })
    #expect(
      events == [
        .established(peer: initiatorKey.transportPublicKey, handshakeHash: hash),
        .message([97, 98, 99]), .message([]), .message([104, 105]), .message([33]),
      ])
  }
}
