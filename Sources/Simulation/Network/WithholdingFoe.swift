import Log
import Replication

/// Announces all that it has, and sends no entry: neither an answer to a pull nor a push.
final class WithholdingFoe: Shell {
  let kind = FoeKind.withholding

  private static let chunk: UInt8 = 7
  private static let end: UInt8 = 8

  func outgoing(_ message: [UInt8], to peer: NodeName, on session: SessionID, _ ways: FoeWays)
    -> [[UInt8]]
  {
    let isAnswer = message.first == WithholdingFoe.chunk || message.first == WithholdingFoe.end
    return isAnswer ? [] : [message]
  }
}
