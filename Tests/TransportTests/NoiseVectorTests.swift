import Crypto
import Foundation
import Secrets
import Testing

@testable import Transport

/// Published handshakes (`vectors/noise`). The product speaks IKpsk2 only; the other patterns, and
/// another hash, drive the same state machine.
@Suite struct NoiseVectorTests {
  struct File: Decodable { let vectors: [Vector] }

  struct Vector: Decodable {
    struct Message: Decodable { let payload, ciphertext: String }
    let protocol_name: String
    let init_prologue, init_static, init_ephemeral: String
    let init_remote_static: String?
    let resp_prologue, resp_static, resp_ephemeral: String
    let resp_remote_static: String?
    let init_psks, resp_psks: [String]?
    let handshake_hash: String
    let messages: [Message]
  }

  static let patterns: [HandshakePattern] = [
    .ikpsk2,
    HandshakePattern(
      name: "IK", responderStaticKnown: true, messages: [[.e, .es, .s, .ss], [.e, .ee, .se]]),
    HandshakePattern(
      name: "KK", initiatorStaticKnown: true, responderStaticKnown: true,
      messages: [[.e, .es, .ss], [.e, .ee, .se]]),
    HandshakePattern(name: "XX", messages: [[.e], [.e, .ee, .s, .es], [.s, .se]]),
  ]

  static func load() throws -> [Vector] {
    let file = try #require(Shared.folder)
      .appendingPathComponent("vectors/noise/cacophony-25519-chachapoly.json")
    return try JSONDecoder().decode(File.self, from: Data(contentsOf: file)).vectors
  }

  @Test("Published Noise handshakes", .enabled(if: Shared.isThere), arguments: patterns.map(\.name))
  func vector(name: String) throws {
    try run(name, NoiseSHA256.self)
  }

  @Test("A published Noise handshake with a hash of 64 bytes", .enabled(if: Shared.isThere))
  func longHash() throws {
    try run("IK", NoiseBLAKE2b.self)
  }

  private func run<Hash: NoiseHash>(_ name: String, _ hash: Hash.Type) throws {
    let pattern = try #require(Self.patterns.first { $0.name == name })
    let vector = try #require(
      try Self.load().first { $0.protocol_name == pattern.protocolName(with: hash) })
    let initiator: HandshakeState<Hash> = try side(
      pattern, true, vector.init_prologue, vector.init_static, vector.init_ephemeral,
      vector.init_remote_static, vector.init_psks)
    let responder: HandshakeState<Hash> = try side(
      pattern, false, vector.resp_prologue, vector.resp_static, vector.resp_ephemeral,
      vector.resp_remote_static, vector.resp_psks)
    let handshakeMessages = pattern.messages.count
    for (index, message) in vector.messages.prefix(handshakeMessages).enumerated() {
      let (from, to) = index % 2 == 0 ? (initiator, responder) : (responder, initiator)
      let payload = try #require(Hex.decode(message.payload))
      var sent: [UInt8] = []
      try from.write(payload: payload.span, into: &sent)
      #expect(Hex.encode(sent) == message.ciphertext)
      #expect(try to.read(sent) == payload)
    }
    #expect(initiator.isComplete && responder.isComplete)
    #expect(Hex.encode(initiator.hash) == vector.handshake_hash)
    #expect(Hex.encode(responder.hash) == vector.handshake_hash)
    let (sending, receiving) = (initiator.split(), responder.split())
    for (index, message) in vector.messages.enumerated().dropFirst(handshakeMessages) {
      let byInitiator = index % 2 == 0
      let payload = try #require(Hex.decode(message.payload))
      var sent = payload
      (byInitiator ? sending.initiator : receiving.responder).seal(&sent, from: 0)
      #expect(Hex.encode(sent) == message.ciphertext)
      let range = (byInitiator ? receiving.initiator : sending.responder)
        .open(&sent, in: 0..<sent.count)
      #expect(range.map { Array(sent[$0]) } == payload)
    }
  }

  private func side<Hash: NoiseHash>(
    _ pattern: HandshakePattern, _ isInitiator: Bool, _ prologue: String, _ localStatic: String,
    _ ephemeral: String, _ remoteStatic: String?, _ psks: [String]?
  ) throws -> HandshakeState<Hash> {
    let staticSeed = try #require(Hex.decode(localStatic))
    let ephemeralSeed = try #require(Hex.decode(ephemeral))
    let remote = remoteStatic.flatMap { Hex.decode($0) }.flatMap { TransportPublicKey($0) }
    let state = HandshakeState<Hash>(
      pattern: pattern, isInitiator: isInitiator, prologue: try #require(Hex.decode(prologue)),
      localStatic: HeldTransportKey(TransportSecretKey(seed: staticSeed.span)),
      remoteStatic: remote, ephemeralSeed: GuardedBytes(copying: ephemeralSeed.span))
    if let psk = psks?.first.flatMap({ Hex.decode($0) }) {
      state.presharedKey = Held(PresharedKey(copying: psk.span))
    }
    return state
  }

  /// Noise 11.3 by its definition: ENCRYPT(k, 2^64 - 1, empty, zeros).
  @Test("TRN-19: the next key is Noise's REKEY")
  func rekey() throws {
    var random = SeededRandom(seed: 9)
    let key = CipherKey(random.guarded(32))
    let zeros = [UInt8](repeating: 0, count: 32)
    let none: [UInt8] = []
    let expected = key.withBytes {
      ChaChaPoly.seal(
        zeros.span, key: $0, nonce: Nonce96(noiseCounter: .max), associatedData: none.span)
    }
    let next = key.rekeyed()
    next.withBytes { bytes in
      #expect((0..<32).allSatisfy { bytes[$0] == expected[$0] })
    }
  }
}
