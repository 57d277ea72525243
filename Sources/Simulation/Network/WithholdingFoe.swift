import Log
import Replication

/// Announces all that it has, and sends no entry: neither an answer to a pull nor a push.
final class WithholdingFoe: Shell {
  func outgoing(_ message: [UInt8], to peer: NodeName, on session: SessionID, _ ways: FoeWays)
    -> [[UInt8]]
  {
    let isAnswer = message.first == SyncWords.chunk || message.first == SyncWords.end
    return isAnswer ? [] : [message]
  }
}
