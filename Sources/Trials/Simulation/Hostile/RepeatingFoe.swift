import Log
import Replication

/// Says again what it said on the same session: old checkpoints, cosignatures, heads, entries,
/// chunks and all else, when it was true and is news to nobody.
final class RepeatingFoe: Foe {
  private static let mostKept = 64
  private static let mostRepeated = 2_000
  private var said: [SessionID: [[UInt8]]] = [:]
  private var left = RepeatingFoe.mostRepeated

  override func closed(_ session: SessionID) {
    super.closed(session)
    said[session] = nil
  }

  override func say(
    _ message: [UInt8], on session: SessionID, _ page: SessionPage, _ ways: FoeWays
  ) throws(Violation) -> [[UInt8]] {
    if page.isReady, said[session]?.count ?? 0 < RepeatingFoe.mostKept, ways.random.oneIn(2) {
      said[session, default: []].append(message)
    }
    return [message]
  }

  override func act(_ process: NodeProcess, _ ways: FoeWays) throws(Violation) {
    guard left > 0, ways.random.oneIn(4), let session = drawn(readySessions(ways), ways),
      let message = drawn(said[session.id] ?? [], ways)
    else { return }
    let times = 1 + ways.random.below(32)
    left -= times
    try ways.send([[UInt8]](repeating: message, count: times), on: session.id)
    ways.did(kind, times)
  }
}
