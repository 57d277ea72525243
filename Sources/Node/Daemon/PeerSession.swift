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
  var gateToken: ConnectionGate.Token?
  var isEstablished = false
  /// The peer used the key of an earlier epoch: an old copy of it, or who stole that key. It stands for no connection with
  /// the peer.
  var isOfEarlierKey = false
  /// Messages of this round; they leave together and share records.
  var outbox: [[UInt8]] = []
  var outboxBytes = 0
  var isCongested = false
  /// Nothing is read before that time: the peer is over one of its rates.
  var heldUntil: UInt64 = 0
  /// Until the handshake is over it has one of the places of dials.
  var holdsDial = false
  /// Of the initiator, until the handshake is over: its ephemeral key, which no other connection has.
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
  }

  /// Keeps the first bytes that came, while the handshake is not over.
  func noteFirst(_ bytes: Span<UInt8>) {
    guard !isInitiator, !isEstablished else { return }
    for index in bytes.indices where firstBytes.count < PeerSession.markBytes {
      firstBytes.append(bytes[index])
    }
  }

  var waitingBytes: Int { outboxBytes + connection.bufferedOutputBytes }
}

/// What the daemon keeps of a peer between sessions.
struct PeerLine {
  var state: State = .known
  var since: UInt64
  var why: String?
  var backoffMilliseconds = NodeLimits.redialMinimumMilliseconds
  var redial: TimerID?
  /// The addresses of its name.
  var addresses = Alternatives<SocketAddress>()
  /// Dials so far; the answer to an earlier one's look-up is no news.
  var lookUps: UInt64 = 0
  var isLookingUp = false
  /// Since this dial began, an address accepted the connection and did not answer the handshake: the peer may know this node
  /// by an earlier key alone.
  var wasUnanswered = false
  /// Dials with an earlier key so far: each takes the next one in turn. And whether this one does.
  var earlierDials = 0
  var dialsWithEarlier = false
  /// Sessions in a row that ended at once.
  var shortSessions = 0
  /// When the peer fell behind, for `lagSeconds`.
  var behindSince: UInt64?
  var bytesIn: UInt64 = 0
  var bytesOut: UInt64 = 0

  enum State: String {
    case connected, connecting, disconnected, known
  }
}
