internal import CSodium

/// Ed25519 verification under the one rule of `Protocols/entry.md`: S < L, A and R canonical and
/// not of small order, cofactorless. It is libsodium's rule; `vectors/cctv` shows it.
public enum Ed25519 {
  static func verify(_ signature: Signature, _ message: Span<UInt8>, _ key: Bytes32) -> Bool {
    Sodium.ready()
    let raw = signature.array
    return key.withBytes { key in
      unsafe message.withUnsafeBufferPointer { message in
        unsafe key.withUnsafeBufferPointer { key in
          unsafe crypto_sign_ed25519_verify_detached(
            raw, message.baseAddress, UInt64(message.count), key.baseAddress!) == 0
        }
      }
    }
  }
}

extension LogPublicKey {
  /// True when the log's owner signed exactly these bytes.
  public func verify(_ signature: Signature, over message: Span<UInt8>) -> Bool {
    Ed25519.verify(signature, message, bytes)
  }
}

extension CosigningPublicKey {
  /// True when the cosigner signed exactly these bytes.
  public func verify(_ signature: Signature, over message: Span<UInt8>) -> Bool {
    Ed25519.verify(signature, message, bytes)
  }
}

extension OpeningPublicKey {
  /// True when the holder of the recovery file signed exactly these bytes.
  public func verify(_ signature: Signature, over message: Span<UInt8>) -> Bool {
    Ed25519.verify(signature, message, bytes)
  }
}

/// libsodium wants one initialisation before anything else.
public enum Sodium {
  private static let initialised: Bool = {
    guard sodium_init() >= 0 else { fatalError("libsodium could not be initialised") }
    return true
  }()

  /// Initialises libsodium once, from any thread; ends the process when it cannot be.
  @inline(__always)
  public static func ready() { _ = initialised }
}
