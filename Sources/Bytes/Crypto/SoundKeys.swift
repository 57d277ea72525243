internal import CSodium

/// A public key that may stand in a card (Protocols/card.md, CARD-9): canonical, and not of small
/// order. With any other the secret that two sides agree on, or what a signature says, does not
/// depend on who made it.
public protocol CheckedPublicKey: FixedBytes32 {
  var isSound: Bool { get }
}

extension LogPublicKey: CheckedPublicKey {
  /// Canonical, and a point of the subgroup of prime order other than its neutral element.
  public var isSound: Bool { Ed25519.isSound(bytes) }
}

extension CosigningPublicKey: CheckedPublicKey {
  /// Canonical, and a point of the subgroup of prime order other than its neutral element.
  public var isSound: Bool { Ed25519.isSound(bytes) }
}

extension OpeningPublicKey: CheckedPublicKey {
  /// Canonical, and a point of the subgroup of prime order other than its neutral element.
  public var isSound: Bool { Ed25519.isSound(bytes) }
}

extension SealingPublicKey: CheckedPublicKey {
  /// Below 2^255 - 19, and not of small order.
  public var isSound: Bool { X25519.isSound(bytes) }
}

extension TransportPublicKey: CheckedPublicKey {
  /// Below 2^255 - 19, and not of small order.
  public var isSound: Bool { X25519.isSound(bytes) }
}

extension Ed25519 {
  /// A canonical point of the subgroup of prime order, and not its neutral element.
  static func isSound(_ key: Bytes32) -> Bool {
    Sodium.ready()
    return unsafe crypto_core_ed25519_is_valid_point(key.array) == 1
  }
}

enum X25519 {
  /// True for a key below 2^255 - 19, so that one point has one encoding, and not of small order:
  /// eight times it is not zero.
  static func isSound(_ key: Bytes32) -> Bool {
    let bytes = key.array
    let isTooLarge =
      bytes[31] == 0x7f && bytes[1...30].allSatisfy { $0 == 0xff } && bytes[0] >= 0xed
    guard bytes[31] < 0x80, !isTooLarge else { return false }
    Sodium.ready()
    // A clamped scalar is a multiple of eight; libsodium refuses a product that is all zeros.
    var product = [UInt8](repeating: 0, count: 32)
    let scalar = [UInt8](repeating: 0x48, count: 32)
    return unsafe crypto_scalarmult_curve25519(&product, scalar, bytes) == 0
  }
}
