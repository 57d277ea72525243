import CSodium
import Crypto

/// An Ed25519 key from a name, so that every run signs the same bytes.
struct TestSigner: Sendable {
  let publicKey: Bytes32
  private let secret: [UInt8]

  init(_ name: String) {
    Sodium.ready()
    let seed = SHA256.hash(Array("liaison test key: \(name)".utf8)).array
    var publicKey = [UInt8](repeating: 0, count: 32)
    var secret = [UInt8](repeating: 0, count: 64)
    _ = unsafe crypto_sign_ed25519_seed_keypair(&publicKey, &secret, seed)
    self.publicKey = Bytes32(publicKey.span)
    self.secret = secret
  }

  func sign(_ message: Span<UInt8>) -> Signature {
    var signature = [UInt8](repeating: 0, count: 64)
    unsafe message.withUnsafeBufferPointer { message in
      _ = unsafe crypto_sign_ed25519_detached(
        &signature, nil, message.baseAddress, UInt64(message.count), secret)
    }
    return Signature(signature.span, at: 0)
  }
}
