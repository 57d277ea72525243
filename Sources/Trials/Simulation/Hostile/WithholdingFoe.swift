import Log
import Replication

/// Announces all that it has, and sends no entry: neither an answer to a pull nor a push.
final class WithholdingFoe: Foe {
  override func say(
    _ message: [UInt8], on session: SessionID, _ page: SessionPage, _ ways: FoeWays
  ) throws(Violation) -> [[UInt8]] {
    switch SyncType(of: message) {
    case .chunk, .end:
      ways.did(kind)
      return []
    default: return [message]
    }
  }
}
