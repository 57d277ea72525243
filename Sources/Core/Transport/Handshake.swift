internal import Crypto
internal import Wire

/// This protocol's additions to Noise (Protocols/transport.md, 2).
enum Handshake {
  /// Both sides hash it, so that no other protocol's handshake is taken for this one.
  static let prologue: [UInt8] = Array("liaison-transport/v1".utf8)
  private static let macLabel: [UInt8] = Array("liaison-mac1/v1".utf8)

  /// True when message 1 (112 bytes; any other length is wrong) was made by somebody who knows
  /// `myStatic`. Two hashes, no Diffie-Hellman, constant time: the check before any work.
  static func checkMac(_ message1: Span<UInt8>, _ myStatic: TransportPublicKey) -> Bool {
    guard message1.count == TransportLimits.message1Bytes else { return false }
    let noise = message1.extracting(0..<TransportLimits.noiseMessage1Bytes)
    let expected = mac(noise, responder: myStatic)
    var difference: UInt8 = 0
    for index in expected.indices {
      difference |= expected[index] ^ message1[TransportLimits.noiseMessage1Bytes + index]
    }
    return difference == 0
  }

  /// The 16 bytes after the Noise part of message 1.
  static func mac(_ noise: Span<UInt8>, responder: TransportPublicKey) -> [UInt8] {
    let none: [UInt8] = []
    let key = BLAKE2b.hash256(key: none.span, macLabel + responder.array)
    let message = noise.array
    let full = key.withBytes { BLAKE2b.hash256(key: $0, message) }
    return full.withBytes { $0.extracting(0..<TransportLimits.macBytes).array }
  }
}
