package import Log
import Replication
package import Store

/// The reason why a node does not sign now.
package enum SigningObstacle: Equatable {
  /// Its log is closed for ever, in this epoch.
  case closed(String)
  case diskFull
  case diskFailed(DiskError)
  /// The token cannot be written.
  case paused(String)
  /// Peers whose answers are not here yet.
  case waiting([NodeName])

  /// The word for it in `status` (Protocols/control.md).
  package var word: String {
    switch self {
    case .closed: "closed"
    case .diskFull: "full"
    case .diskFailed: "failed"
    case .paused: "paused"
    case .waiting: "waiting"
    }
  }
}

extension Replica {
  /// The gravest; nil: it signs.
  package var signingObstacle: SigningObstacle? {
    if case .closed(let reason) = core.signing { return .closed(reason) }
    switch store.condition {
    case .running: break
    case .full: return .diskFull
    case .failed(let error): return .diskFailed(error)
    }
    if let pause { return .paused(pause) }
    if case .waiting(let peers) = core.signing { return .waiting(peers) }
    return nil
  }
}
