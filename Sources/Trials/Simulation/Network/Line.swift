import Log
import Replication
import Transport

/// A process's end of a connection, as `PeerSession` is the daemon's: the channel, and what waits
/// to be sent.
final class Line {
  let id: SessionID
  let wire: Wire
  /// Which end of the wire this is.
  let end: Int
  let site: Site
  let channel: SecureChannel
  /// Known from the start to who dialled, else when the handshake is done.
  var peer: NodeName?
  var isEstablished = false
  var scope = SessionScope.everything
  /// The peer did not use its present key: it is not that peer for anything but what it lost.
  var isOfEarlierKey = false
  /// Messages of this round.
  var outbox: Outbox
  /// The core does not want to hear more before.
  var heldUntil: UInt64 = 0

  init(
    _ id: SessionID, _ wire: Wire, end: Int, _ site: Site, _ channel: SecureChannel,
    bounds: Outbox.Bounds
  ) {
    self.id = id
    self.wire = wire
    self.end = end
    self.site = site
    self.channel = channel
    outbox = Outbox(bounds)
  }

  /// When its process reads from it.
  var readsFrom: UInt64 { max(heldUntil, site.pausedUntil) }
  var weDialled: Bool { end == 0 }
  var unsentBytes: Int { wire.streams[end].unsent.count }
}

/// The network state of a process, over all its lines; gone when it ends.
struct Port {
  var gate = ConnectionGate()
  var gateIsScheduled = false
  /// Oldest first.
  var lines: [SessionID] = []
}

/// A site dials another, again and again, as the daemon does.
struct Route {
  let from: Int
  let to: Int
  var isUp = false
  var isDialling = false
  /// A dial that is older than the newest is forgotten.
  var generation = 0
  var redial = Redial()
  /// The own key of this dial.
  var turns = DialTurns<Int>()
}
