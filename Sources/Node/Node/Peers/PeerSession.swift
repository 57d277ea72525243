import Crypto
import Log
import Replication
import Runtime
import Transport

/// One transport session: a connection, its secure channel, and what waits to be sent on it.
final class PeerSession {
  let id: SessionID
  let connection: Connection
  let channel: SecureChannel
  let isInitiator: Bool
  let openedAt: UInt64
  /// Known from the start when we dialled, else when the handshake is done.
  var peer: NodeName?
  var isEstablished = false
  /// The peer used the key of an earlier epoch: an old copy of it, or who stole that key. It stands
  /// for no connection with the peer.
  var isOfEarlierKey = false
  /// Messages of this round.
  var outbox: Outbox
  /// Nothing is read before that time: the peer is over one of its rates.
  var heldUntil: UInt64 = 0
  /// Until the handshake is over it has one of the places of dials.
  var holdsDial = false
  /// The initiator's ephemeral key, which no other connection has; kept until the handshake is
  /// over.
  var firstBytes: [UInt8] = []

  static let markBytes = 32

  init(
    id: SessionID, connection: Connection, channel: SecureChannel, isInitiator: Bool, now: UInt64
  ) {
    self.id = id
    self.connection = connection
    self.channel = channel
    self.isInitiator = isInitiator
    openedAt = now
    outbox = Outbox(
      Outbox.Bounds(
        congested: NodeLimits.sessionOutputBytes, relieved: connection.outputLowWaterBytes))
  }

  /// Keeps the first bytes that came, while the handshake is not over.
  func noteFirst(_ bytes: Span<UInt8>) {
    guard !isInitiator, !isEstablished else { return }
    for index in bytes.indices where firstBytes.count < PeerSession.markBytes {
      firstBytes.append(bytes[index])
    }
  }
}
