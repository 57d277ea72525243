/// The time by which records expire (Protocols/entry.md, 6): what at least three nodes said, so
/// that a wrong clock of one or two moves nothing.
public struct ExpiryClock: Hashable, Sendable {
  /// Seconds since 1970; 0 while fewer than `witnesses` nodes have cosigned anything.
  public let seconds: UInt64

  /// Nodes that must agree that a time has come.
  public static let witnesses = 3

  /// - Parameters:
  ///   - cosignatures: of any logs, in any order.
  ///   - names: the roster, and the node itself; others do not count.
  public init(cosignatures: some Sequence<Cosignature>, of names: Set<NodeName>) {
    var newest: [NodeName: UInt64] = [:]
    for cosignature in cosignatures where names.contains(cosignature.name) {
      newest[cosignature.name] = max(newest[cosignature.name] ?? 0, cosignature.time)
    }
    let times = newest.values.sorted(by: >)
    seconds = times.count < ExpiryClock.witnesses ? 0 : times[ExpiryClock.witnesses - 1]
  }

  /// The day that it is, counted from 1970-01-01; 0: nothing has expired.
  public var day: UInt64 { seconds / 86_400 }

  /// True when an entry's expiry day has begun. 0 is no day.
  public func hasBegun(_ expiryDay: UInt16) -> Bool {
    expiryDay != 0 && UInt64(expiryDay) <= day
  }
}
