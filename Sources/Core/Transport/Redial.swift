/// When a peer is dialled again: ever later, until a session with it has lasted. A peer that ends
/// each session at once does not want us, or cannot hold it. Times are milliseconds.
public struct Redial: Hashable, Sendable {
  /// The pause before the next dial, but for the part that is drawn.
  public private(set) var pause = TransportLimits.redialLeastMilliseconds
  /// Sessions in a row that ended at once.
  private var shortSessions = 0

  public init() {}

  /// Something is new with the peer, or on the way to it: the next dial is soon.
  public mutating func begin() { pause = TransportLimits.redialLeastMilliseconds }

  /// A session is over.
  /// - Returns: true when it is the one by which it shows that the peer ends each of them at once.
  public mutating func ended(after lasted: UInt64) -> Bool {
    guard lasted < TransportLimits.steadySessionMilliseconds else {
      begin()
      shortSessions = 0
      return false
    }
    shortSessions += 1
    return shortSessions == TransportLimits.shortSessionsToReport
  }

  /// How long the next dial is to wait.
  /// - Parameter draw: gives a number below its argument, each as likely. A quarter of the pause is
  ///   drawn: nodes that lost a peer together do not come back together.
  public mutating func next(_ draw: (UInt64) -> UInt64) -> UInt64 {
    let wait = pause + draw(pause / 4 + 1)
    pause = min(2 * pause, TransportLimits.redialMostMilliseconds)
    return wait
  }
}
