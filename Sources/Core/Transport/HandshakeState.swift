internal import Crypto
internal import Secrets
internal import Wire

/// Why a handshake message was refused.
enum HandshakeError: Error {
  /// Shorter than its tokens, or bytes left over.
  case malformed
  /// A point of low order.
  case lowOrder
  /// A tag does not match: another key, pre-shared key or prologue, or damage.
  case notAuthentic
}

/// A Noise pattern as data (revision 34, 7). The product speaks `ikpsk2` only; that the state
/// machine is driven by data lets published vectors of other patterns check it too.
struct HandshakePattern {
  enum Token { case e, s, ee, es, se, ss, psk }

  let name: String
  var initiatorStaticKnown = false
  var responderStaticKnown = false
  let messages: [[Token]]

  func protocolName(with hash: (some NoiseHash).Type) -> String {
    "Noise_\(name)_25519_ChaChaPoly_\(hash.name)"
  }
  var usesPresharedKey: Bool { messages.contains { $0.contains(.psk) } }

  static let ikpsk2 = HandshakePattern(
    name: "IKpsk2", responderStaticKnown: true,
    messages: [[.e, .es, .s, .ss], [.e, .ee, .se, .psk]])
}

/// Noise's HandshakeState (revision 34, 5.3).
final class HandshakeState<Hash: NoiseHash> {
  private let pattern: HandshakePattern
  private let isInitiator: Bool
  private let symmetric: SymmetricState<Hash>
  private let localStatic: any TransportKeyHolder
  private let ephemeralSeed: GuardedBytes
  private var localEphemeral: HeldTransportKey?
  private(set) var remoteStatic: TransportPublicKey?
  private var remoteEphemeral: TransportPublicKey?
  private var nextMessage = 0
  /// Needed when the `psk` token is reached; nil is 32 zero bytes.
  var presharedKey: Held<PresharedKey>?

  /// - Parameter ephemeralSeed: 32 random bytes. The key is made of it only when it is needed, so
  ///   that a responder computes nothing for a stranger.
  init(
    pattern: HandshakePattern, isInitiator: Bool, prologue: [UInt8],
    localStatic: any TransportKeyHolder, remoteStatic: TransportPublicKey?,
    ephemeralSeed: consuming GuardedBytes
  ) {
    self.pattern = pattern
    self.isInitiator = isInitiator
    self.localStatic = localStatic
    self.remoteStatic = remoteStatic
    self.ephemeralSeed = ephemeralSeed
    symmetric = SymmetricState(protocolName: pattern.protocolName(with: Hash.self))
    symmetric.mixHash(prologue.span)
    let local = localStatic.transportPublicKey
    if pattern.initiatorStaticKnown { mixStatic(isInitiator ? local : remoteStatic) }
    if pattern.responderStaticKnown { mixStatic(isInitiator ? remoteStatic : local) }
  }

  private func mixStatic(_ key: TransportPublicKey?) {
    guard let key else { preconditionFailure("the pattern wants this key beforehand") }
    key.withBytes { symmetric.mixHash($0) }
  }

  var isComplete: Bool { nextMessage == pattern.messages.count }
  /// `Hash.bytes` of it.
  var hash: [UInt8] { symmetric.hash }
  func split() -> (initiator: CipherState, responder: CipherState) { symmetric.split() }

  /// Appends the next message of the pattern to `out`.
  func write(payload: Span<UInt8>, into out: inout [UInt8]) throws(HandshakeError) {
    precondition((nextMessage % 2 == 0) == isInitiator && !isComplete)
    for token in pattern.messages[nextMessage] {
      switch token {
      case .e:
        let key = ephemeralSeed.withBytes { HeldTransportKey(TransportSecretKey(seed: $0)) }
        localEphemeral = key
        key.transportPublicKey.append(to: &out)
        mixEphemeral(key.transportPublicKey)
      case .s:
        let start = out.count
        localStatic.transportPublicKey.append(to: &out)
        symmetric.encryptAndHash(&out, from: start)
      case .psk: mixPresharedKey()
      case .ee, .es, .se, .ss: try agree(token)
      }
    }
    let start = out.count
    out.append(payload)
    symmetric.encryptAndHash(&out, from: start)
    nextMessage += 1
  }

  /// Takes the peer's next message, which is exactly `message`.
  ///
  /// - Returns: its payload.
  func read(_ message: [UInt8]) throws(HandshakeError) -> [UInt8] {
    precondition((nextMessage % 2 == 0) != isInitiator && !isComplete)
    var buffer = message
    var reader = ByteReader(count: buffer.count)
    for token in pattern.messages[nextMessage] {
      switch token {
      case .e:
        let key = TransportPublicKey(buffer.span, at: try take(32, &reader).lowerBound)
        remoteEphemeral = key
        mixEphemeral(key)
      case .s:
        let sealed = try take(32 + symmetric.tagBytes, &reader)
        let range = try symmetric.decryptAndHash(&buffer, in: sealed)
        remoteStatic = TransportPublicKey(buffer.span, at: range.lowerBound)
      case .psk: mixPresharedKey()
      case .ee, .es, .se, .ss: try agree(token)
      }
    }
    let payload = try symmetric.decryptAndHash(&buffer, in: reader.takeRest())
    nextMessage += 1
    return buffer.span.extracting(payload).array
  }

  private func take(
    _ count: Int, _ reader: inout ByteReader
  ) throws(HandshakeError) -> Range<Int> {
    do { return try reader.take(count) } catch { throw .malformed }
  }

  private func mixEphemeral(_ key: TransportPublicKey) {
    key.withBytes {
      symmetric.mixHash($0)
      // Noise 9.2: with a pre-shared key the ephemeral keys randomise the cipher key as well.
      if pattern.usesPresharedKey { symmetric.mixKey($0) }
    }
  }

  private func mixPresharedKey() {
    if let presharedKey {
      presharedKey.secret.withBytes { symmetric.mixKeyAndHash($0) }
    } else {
      let zeros = [UInt8](repeating: 0, count: 32)
      symmetric.mixKeyAndHash(zeros.span)
    }
  }

  /// The first letter of a token names the initiator's key, the second the responder's.
  private func agree(_ token: HandshakePattern.Token) throws(HandshakeError) {
    let initiatorStatic = token == .se || token == .ss
    let responderStatic = token == .es || token == .ss
    let localIsStatic = isInitiator ? initiatorStatic : responderStatic
    let remoteIsStatic = isInitiator ? responderStatic : initiatorStatic
    let local: (any TransportKeyHolder)? = localIsStatic ? localStatic : localEphemeral
    let remote = remoteIsStatic ? remoteStatic : remoteEphemeral
    guard let local, let remote else { preconditionFailure("the pattern is out of order") }
    do {
      let secret = try local.transportSecret(with: remote)
      secret.withBytes { symmetric.mixKey($0) }
    } catch { throw .lowOrder }
  }
}
