public import Crypto
public import Secrets

/// Lends a node's static transport key to a handshake without copying the secret.
public protocol TransportKeyHolder: AnyObject, Sendable {
  var transportPublicKey: TransportPublicKey { get }
  func transportSecret(
    with peer: TransportPublicKey
  ) throws(KeyAgreementError) -> SharedSecret
}

extension NodeSecrets: TransportKeyHolder {
  /// As it stands in the node's card.
  public var transportPublicKey: TransportPublicKey { transport.publicKey }

  /// - Throws: for a point of low order; nothing is then agreed.
  public func transportSecret(
    with peer: TransportPublicKey
  ) throws(KeyAgreementError) -> SharedSecret {
    try transport.sharedSecret(with: peer)
  }
}

/// A transport key by itself: an ephemeral one, or an old static one that peers may still use.
public final class HeldTransportKey: TransportKeyHolder {
  private let key: TransportSecretKey

  /// Takes the only copy.
  public init(_ key: consuming TransportSecretKey) { self.key = key }

  /// As it is, or was, in a card; of an ephemeral key, in message 1.
  public var transportPublicKey: TransportPublicKey { key.publicKey }

  /// - Throws: for a point of low order; nothing is then agreed.
  public func transportSecret(
    with peer: TransportPublicKey
  ) throws(KeyAgreementError) -> SharedSecret {
    try key.sharedSecret(with: peer)
  }
}

/// The roster's word on a transport key that a handshake showed.
public enum PeerAdmission: Sendable {
  /// Not a peer: the responder stays silent.
  case unknown
  /// A peer. Without a pre-shared key, 32 zero bytes stand in for it.
  case peer(Held<PresharedKey>?)
}
