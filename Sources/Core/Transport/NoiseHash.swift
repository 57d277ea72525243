internal import Crypto
internal import Secrets

/// A hash as Noise wants it (revision 34, 4.3). The product has SHA-256 only; that the state
/// machine is generic over it lets published vectors with another hash check it too.
protocol NoiseHash {
  /// The name as it stands in a protocol's name.
  static var name: String { get }
  /// HASHLEN: 32 or 64.
  static var bytes: Int { get }

  /// The hash of `first` ‖ `second`.
  static func hash(_ first: Span<UInt8>, _ second: Span<UInt8>) -> [UInt8]

  /// Noise's HKDF: fills `outputs` with two or three outputs of `bytes` each, one after the other.
  static func derive(
    chainingKey: Span<UInt8>, input: Span<UInt8>, into outputs: inout MutableSpan<UInt8>)
}

enum NoiseSHA256: NoiseHash {
  static let name = "SHA256"
  static let bytes = 32

  static func hash(_ first: Span<UInt8>, _ second: Span<UInt8>) -> [UInt8] {
    var hasher = SHA256()
    hasher.update(first)
    hasher.update(second)
    return hasher.finalize().array
  }

  static func derive(
    chainingKey: Span<UInt8>, input: Span<UInt8>, into outputs: inout MutableSpan<UInt8>
  ) {
    HKDF.noise(chainingKey: chainingKey, input: input, into: &outputs)
  }
}

/// The product's handshake.
typealias ProductHandshake = HandshakeState<NoiseSHA256>

extension HandshakeState where Hash == NoiseSHA256 {
  var digest: Digest { Digest(hash.span, at: 0) }
}
