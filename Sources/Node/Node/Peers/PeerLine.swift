internal import Runtime
internal import Transport

/// The daemon's memory of a peer between sessions; none of it is kept over a restart.
struct PeerLine {
  var state: State = .known
  var since: UInt64
  var why: String?
  var redial = Redial()
  var redialTimer: TimerID?
  var turns = DialTurns<SocketAddress>()
  /// Dials so far; the answer to an earlier one's look-up is no news.
  var lookUps: UInt64 = 0
  var isLookingUp = false
  /// When the peer fell behind, for `lagSeconds`.
  var behindSince: UInt64?
  /// When a card with another transport key was taken, by the monotonic clock.
  var keyChangedAt: UInt64?
  var bytesIn: UInt64 = 0
  var bytesOut: UInt64 = 0

  enum State: String {
    case connected, connecting, disconnected, known
  }
}
