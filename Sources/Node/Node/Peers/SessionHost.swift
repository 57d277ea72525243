import Replica
import Replication

/// The replica as the sessions with peers know it.
protocol SessionHost: AnyObject {
  func step(_ input: Input)
  /// The core brings nothing for this session before it is told that there is room.
  func isHeldBack(_ session: SessionID) -> Bool
}

extension Replica: SessionHost {
  func isHeldBack(_ session: SessionID) -> Bool { core.isHeldBack(session) }
}
