internal import Crypto
internal import Secrets

/// The side that accepted, before message 1 says which of its keys the initiator knows.
final class Responder {
  /// The present one first.
  private let keys: [any TransportKeyHolder]
  private var seed: GuardedBytes?

  /// - Parameter seed: 32 random bytes, for the ephemeral key.
  init(keys: [any TransportKeyHolder], seed: consuming GuardedBytes) {
    self.keys = keys
    self.seed = consume seed
  }

  /// The key that message 1 was made for: TRN-4. Two hashes for each, no Diffie-Hellman.
  func key(of message1: Span<UInt8>) -> (any TransportKeyHolder)? {
    for key in keys where Handshake.checkMac(message1, key.transportPublicKey) { return key }
    return nil
  }

  /// - Returns: nil when it was begun before.
  func begin(with key: any TransportKeyHolder) -> ProductHandshake? {
    guard let seed = seed.take() else { return nil }
    return ProductHandshake(
      pattern: .ikpsk2, isInitiator: false, prologue: Handshake.prologue, localStatic: key,
      remoteStatic: nil, ephemeralSeed: seed)
  }
}
