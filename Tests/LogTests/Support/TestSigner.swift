import Crypto
import Secrets

/// An Ed25519 key from a name, so that every run signs the same bytes.
final class TestSigner: Sendable {
  private let secret: LogSecretKey

  init(_ name: String) {
    secret = LogSecretKey(seed: SHA256.hash(Array("liaison test key: \(name)".utf8)).array.span)
  }

  var publicKey: Bytes32 { secret.publicKey.bytes }

  func sign(_ message: Span<UInt8>) -> Signature { secret.sign(message) }
}
