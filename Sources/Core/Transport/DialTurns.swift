/// One peer's dials: the address that is tried next, and the own key that it is tried with.
///
/// A name may stand for several addresses, of which each has its turn in a dial. A peer that was
/// away since an earlier epoch of this node answers to the key of that one alone: a dial whose
/// handshake nobody answered goes on with one of the earlier keys, the next dial with another
/// (Protocols/transport.md, TRN-27).
public struct DialTurns<Address: Hashable & Sendable>: Sendable {
  private var addresses = Alternatives<Address>()
  /// Since this dial began, an address accepted the connection and did not answer the handshake.
  private var wasUnanswered = false
  private var isWithEarlierKey = false
  /// Dials that went on with an earlier key, since the peer knew the present one last.
  private var dialsWithEarlierKey = 0

  public init() {}

  /// Nothing was ever found for the peer's name.
  public var isWithoutAddress: Bool { addresses.all.isEmpty }

  /// A dial begins.
  /// - Parameter found: the addresses of the name; nil: those from before.
  public mutating func begin(_ found: [Address]?) {
    addresses.begin(found)
    wasUnanswered = false
    isWithEarlierKey = false
  }

  /// - Parameter earlierKeys: how many keys of earlier epochs this node has.
  /// - Returns: nil when all had their turn: this dial failed.
  public mutating func next(earlierKeys: Int) -> Address? {
    if let next = addresses.next() { return next }
    guard earlierKeys > 0, wasUnanswered, !isWithEarlierKey else { return nil }
    isWithEarlierKey = true
    dialsWithEarlierKey += 1
    addresses.begin()
    return addresses.next()
  }

  /// The key of this turn.
  /// - Returns: its place among the earlier ones, the newest first; nil: the present one.
  public func earlierKey(of count: Int) -> Int? {
    guard isWithEarlierKey, count > 0 else { return nil }
    return (dialsWithEarlierKey - 1) % count
  }

  /// The connection was accepted, and closed before the handshake was over.
  public mutating func unanswered() { wasUnanswered = true }

  /// A session was made at the address of this turn: the next dial begins with it.
  public mutating func succeeded() { addresses.succeeded() }

  /// The peer knows the present key.
  public mutating func knowsPresentKey() { dialsWithEarlierKey = 0 }

  /// False once each of the earlier keys had its turn, and the peer does not know the present one
  /// yet.
  public func hasUntriedKey(of count: Int) -> Bool { dialsWithEarlierKey <= count }
}
