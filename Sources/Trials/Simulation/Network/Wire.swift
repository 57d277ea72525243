import Replication

/// One connection: two streams of bytes, and what each end knows of the other.
final class Wire {
  let number: Int
  /// The sites; the first dialled.
  let sites: (Int, Int)
  /// The session at each end; nil: nobody is there any more, or was ever.
  var ends: [SessionID?]
  /// The bytes that each end sends.
  var streams = [Stream(), Stream()]
  let cut: ReadCut
  let openedAt: UInt64
  /// Bytes that somebody recorded are played on it: it must not be believed.
  let isReplay: Bool

  init(
    _ number: Int, _ sites: (Int, Int), _ ends: [SessionID?], cut: ReadCut, at now: UInt64,
    isReplay: Bool = false
  ) {
    self.number = number
    self.sites = sites
    self.ends = ends
    self.cut = cut
    openedAt = now
    self.isReplay = isReplay
  }

  func site(_ end: Int) -> Int { end == 0 ? sites.0 : sites.1 }
}

/// One direction of a connection.
struct Stream {
  /// Bytes on their way, or arrived and not read: then the sender's side waits.
  static let window = 48 << 10

  /// Bytes that are still at the sender.
  var unsent: [UInt8] = []
  /// On their way, and arrived but not read.
  var inFlight = 0
  /// Arrived at a process that does not read.
  var unread: [[UInt8]] = []
  var lastArrival: UInt64 = 0
  /// The sender has closed; what it sent before still arrives.
  var isFinished = false
  /// The connection is lost: so many more bytes arrive, and then its end, or nothing.
  var breaksAfter: Int?
  /// Nothing arrives any more, and nobody is told.
  var isDead = false
  /// When a blocked way is tried again.
  var pumpsAt: UInt64 = 0
  /// A bit of what arrives next flips.
  var flips = false
  /// The beginning of what was sent, for one who plays it again.
  var recording: [UInt8] = []
}
