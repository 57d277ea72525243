/// Shares of the process's descriptors, so that strangers, clients, names and store files never
/// take one another's (and never the last one). The arithmetic of `RLIMIT_NOFILE`.
public struct DescriptorBudget: Hashable, Sendable {
  /// Descriptors that the process may have.
  public let limit: Int
  /// Descriptors left beside the process's own and those that come and go.
  private let shared: Int

  /// The least limit: with fewer the node would not hold one session and the files of one log.
  public static let least = 32

  /// - Parameter limit: as `Environment.raiseDescriptorLimit` gives it; even of a low one
  ///   eight are shared.
  public init(limit: Int) {
    self.limit = limit
    shared = max(limit - Limits.descriptorsOfProcess - Limits.passingDescriptors, 8)
  }

  /// Files of the store that stay open.
  public var storeFiles: Int { min(Limits.openFiles, shared / 3) }
  private var connections: Int { shared - storeFiles }
  /// Clients of the control socket.
  public func clients(atMost most: Int) -> Int { min(most, max(connections / 4, 2)) }
  /// Connections with peers and strangers, and dials.
  public func peers(clients: Int) -> Int { connections - clients }
  /// Dials under way at once, out of the share of peers.
  public func dials(of peers: Int, atMost most: Int) -> Int { min(most, max(peers / 4, 1)) }
  /// Handshakes that are not over, out of the share of peers.
  public func halfOpen(of peers: Int) -> Int { max(peers / 2, 2) }
  /// Look-ups of names at once: a socket or two for each.
  public var lookUps: Int { min(Limits.resolverThreads, max(shared / 16, 2)) }
}
