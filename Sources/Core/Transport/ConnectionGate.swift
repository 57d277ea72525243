/// Where a connection comes from, as coarse as one party usually commands: an IPv4 address, or the
/// /64 of an IPv6 address.
public struct SourceAddress: Hashable, Sendable {
  private let isIPv6: Bool
  private let prefix: UInt64

  /// - Parameter address: 4 or 16 bytes in network order; an IPv4-mapped IPv6 address counts as
  ///   IPv4. Nil for any other length.
  public init?(_ address: [UInt8]) {
    let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
    switch address.count {
    case 4: self.init(false, address[...])
    case 16 where address.starts(with: mapped): self.init(false, address[12...])
    case 16: self.init(true, address[..<8])
    default: return nil
    }
  }

  private init(_ isIPv6: Bool, _ bytes: ArraySlice<UInt8>) {
    self.isIPv6 = isIPv6
    prefix = bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// Decides, before anything is kept of a connection, whether a handshake may begin; and, before
/// anything is computed, whether it may go on (Protocols/transport.md, 6). Times are milliseconds
/// of one monotonic clock. Its memory is bounded by the limits. It names connections by the numbers
/// that its caller gives them.
public struct ConnectionGate: Sendable {
  /// Why a connection is closed without a byte.
  public enum Refusal: String, Error, CaseIterable, Sendable {
    /// Everybody holds as many as the newcomer would.
    case tooManyHalfOpen
    case tooManyHalfOpenFromSource
    /// The name under which the daemon counts it (docs/operators.md, Counters).
    public var counter: String { "transport_\(rawValue)" }
  }

  private struct HalfOpen {
    let connection: UInt64
    let source: SourceAddress
    let isPeer: Bool
    let deadline: UInt64
  }

  /// Handshakes that may be half-open at once, and how many of these strangers may have.
  private let total: Int
  private let ofStrangers: Int
  /// Oldest first; at most `total`, so that a scan is cheap.
  private var halfOpen: [HalfOpen] = []
  private var windowStart: UInt64 = 0
  private var strangersInWindow = 0
  /// At most one entry for each configured address and `handshakesOfStrangers` others.
  private var handshakes: [SourceAddress: Int] = [:]

  /// - Parameter total: half-open handshakes at once, 2 and more: a process with few descriptors
  ///   has less than usual.
  public init(total: Int = TransportLimits.halfOpenTotal) {
    self.total = min(max(total, 2), TransportLimits.halfOpenTotal)
    ofStrangers =
      self.total * (TransportLimits.halfOpenTotal - TransportLimits.halfOpenKeptForPeers)
      / TransportLimits.halfOpenTotal
  }

  /// Handshakes that were admitted and neither released nor expired.
  var halfOpenCount: Int { halfOpen.count }

  /// Asked at accept. The place goes back with `release` when the handshake ends, well or badly.
  ///
  /// Where all places are taken, the address that holds most of them gives up its oldest: some
  /// addresses that hold idle connections keep nobody out.
  /// - Parameter isPeerAddress: some peer on the roster is known by this address.
  /// - Returns: the connection that gave its place up for this one, and is to be closed.
  public mutating func admit(
    _ connection: UInt64, from source: SourceAddress, isPeerAddress: Bool, now: UInt64
  ) throws(Refusal) -> UInt64? {
    let fromSource = halfOpen.count { $0.source == source }
    let most =
      isPeerAddress ? TransportLimits.halfOpenPerPeerSource : TransportLimits.halfOpenPerSource
    guard fromSource < most else { throw .tooManyHalfOpenFromSource }
    var displaced: UInt64?
    if !isPeerAddress, halfOpen.count(where: { !$0.isPeer }) >= ofStrangers {
      displaced = try displace(for: fromSource, strangersOnly: true)
    } else if halfOpen.count >= total {
      displaced = try displace(for: fromSource, strangersOnly: false)
    }
    halfOpen.append(
      HalfOpen(
        connection: connection, source: source, isPeer: isPeerAddress,
        deadline: now + TransportLimits.handshakeTimeoutMilliseconds))
    return displaced
  }

  /// Takes out the oldest of the address that holds most.
  /// - Parameter held: what the newcomer's address holds already: nobody with as few or fewer gives
  ///   way.
  private mutating func displace(
    for held: Int, strangersOnly: Bool
  ) throws(Refusal) -> UInt64 {
    var counts: [SourceAddress: Int] = [:]
    var largest = held
    for each in halfOpen where !strangersOnly || !each.isPeer {
      let count = counts[each.source, default: 0] + 1
      counts[each.source] = count
      largest = max(largest, count)
    }
    guard largest > held,
      let place = halfOpen.firstIndex(where: {
        (!strangersOnly || !$0.isPeer) && counts[$0.source] == largest
      })
    else { throw .tooManyHalfOpen }
    return halfOpen.remove(at: place).connection
  }

  /// The handshake ended: established, failed, or the connection was lost. One that has no place is
  /// ignored.
  public mutating func release(_ connection: UInt64) {
    halfOpen.removeAll { $0.connection == connection }
  }

  /// When `expired` has something to do next; nil while nothing is half-open.
  public var nextDeadline: UInt64? { halfOpen.first?.deadline }

  /// Takes out the handshakes that had their time. The caller closes their connections.
  public mutating func expired(now: UInt64) -> [UInt64] {
    let late = halfOpen.filter { $0.deadline <= now }.map(\.connection)
    halfOpen.removeAll { $0.deadline <= now }
    return late
  }

  /// Asked after the mac of message 1 was right, before any Diffie-Hellman. Counts the handshake.
  public mutating func permitHandshake(
    _ source: SourceAddress, isPeerAddress: Bool, now: UInt64
  ) -> Bool {
    if now >= windowStart + TransportLimits.handshakeWindowMilliseconds || now < windowStart {
      windowStart = now
      strangersInWindow = 0
      handshakes.removeAll(keepingCapacity: true)
    }
    let count = handshakes[source] ?? 0
    guard count < TransportLimits.handshakesPerSource else { return false }
    if !isPeerAddress {
      guard strangersInWindow < TransportLimits.handshakesOfStrangers else { return false }
      strangersInWindow += 1
    }
    handshakes[source] = count + 1
    return true
  }
}
