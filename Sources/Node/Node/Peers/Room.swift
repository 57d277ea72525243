import Runtime
import Transport

/// How many connections of each kind the process's descriptors allow.
struct Room: Hashable {
  /// Clients of the control socket: an operator reaches the node, whoever else wants to.
  let clients: Int
  /// Clients of the reader socket, which take no operator's place.
  let readers: Int
  /// Sessions, handshakes and dials together.
  let peers: Int
  let halfOpen: Int
  let dials: Int

  init(_ budget: DescriptorBudget) {
    clients = budget.clients(atMost: ControlLimits.sessions)
    readers = max(1, min(ReaderLimits.sessions, clients / 4))
    peers = budget.peers(clients: clients + readers + AnchorLimits.sessions)
    halfOpen = min(TransportLimits.halfOpenTotal, budget.halfOpen(of: peers))
    dials = budget.dials(of: peers, atMost: NodeLimits.dialsAtOnce)
  }
}
