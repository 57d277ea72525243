import Log
import Runtime
import Transport

/// The node's memory of all peers between their sessions.
final class PeerLines {
  private let clock: SystemClock
  private let startedAt: UInt64
  /// Looked up, never iterated.
  private var lines: [NodeName: PeerLine] = [:]

  init(_ clock: SystemClock) {
    self.clock = clock
    startedAt = clock.wallMilliseconds
  }

  /// nil: nothing happened between this node and that one, or it was removed.
  subscript(name: NodeName) -> PeerLine? {
    get { lines[name] }
    set { lines[name] = newValue }
    _modify { yield &lines[name] }
  }

  /// The line for `status`, of a peer that was not heard of, too.
  func known(_ name: NodeName) -> PeerLine { lines[name] ?? PeerLine(since: startedAt) }

  /// - Parameter why: nil: what was known stays while it is disconnected.
  func setState(_ state: PeerLine.State, of name: NodeName, why: String?) {
    var line = lines[name] ?? PeerLine(since: clock.wallMilliseconds)
    line.isLookingUp = state == .connecting
    if line.state != state { line.since = clock.wallMilliseconds }
    line.state = state
    line.why = why ?? (state == .disconnected ? line.why : nil)
    lines[name] = line
  }

  /// A card of the peer with another transport key was taken.
  func keyChanged(of name: NodeName) { lines[name]?.keyChangedAt = clock.monotonicMilliseconds }

  /// May the peer itself still use its earlier key, in a dial that began before this node took the
  /// card?
  func mayUseEarlierKey(_ name: NodeName) -> Bool {
    guard let changed = lines[name]?.keyChangedAt else { return false }
    return clock.monotonicMilliseconds - changed < NodeLimits.earlierKeyMilliseconds
  }

  /// Seconds for which the peer was seen to lack entries, whenever somebody asked.
  func secondsBehind(_ name: NodeName, isBehind: Bool) -> UInt64 {
    let now = clock.monotonicMilliseconds
    if !isBehind { lines[name]?.behindSince = nil }
    if isBehind, lines[name] != nil, lines[name]?.behindSince == nil {
      lines[name]?.behindSince = now
    }
    return lines[name]?.behindSince.map { (now - min(now, $0)) / 1_000 } ?? 0
  }
}
