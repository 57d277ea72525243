/// A queue of the core, and its limit.
public struct QueueFigure: Sendable {
  public let name: String
  /// How full it is; of several of one kind the fullest.
  public let count: Int
  public let limit: Int
}

extension Replicator {
  /// Whatever grows with what peers say, each with its named limit (Protocols/sync.md, 11).
  public func queues() -> [QueueFigure] {
    let sessions = sessionOrder.compactMap { self.sessions[$0] }
    let logs = logOrder.compactMap { self.logs[$0] }
    return [
      QueueFigure(
        name: "pieces of a session",
        count: sessionOrder.map { id in
          logs.reduce(0) { $0 + $1.fetch.pieces.count { $0.pull.session == id && !$0.pull.isOver } }
        }.max() ?? 0, limit: Limits.piecesOfSession),
      QueueFigure(
        name: "bytes that wait for what is below",
        count: logs.reduce(0) { $0 + $1.fetch.pieces.reduce(0) { $0 + $1.earlyBytes } },
        limit: Limits.earlyBytesAtMost),
      QueueFigure(
        name: "openings held back of a node",
        count: Dictionary(grouping: epochs.heldBack) { author(of: $0.predecessor) }.values
          .map(\.count).max() ?? 0,
        limit: Limits.openingsHeldBackOfNode),
      QueueFigure(
        name: "repairs", count: logs.count { $0.repairs.pull != nil },
        limit: Limits.repairsAtOnce + 1),
      QueueFigure(
        name: "requests of a peer", count: sessions.map(\.serving.pulls.count).max() ?? 0,
        limit: Limits.openRequestsOfPeer),
      QueueFigure(
        name: "logs of a session", count: sessions.map(\.lists.theirSaltedIDs.count).max() ?? 0,
        limit: Limits.logsOfSession),
      QueueFigure(
        name: "cosigners of a log", count: logs.map(\.cosigning.held.count).max() ?? 0,
        limit: Limits.cosignersOfLog),
      QueueFigure(
        name: "damaged pieces of a log", count: logs.map(\.repairs.pieces.count).max() ?? 0,
        limit: Limits.damagedPieces),
      QueueFigure(
        name: "probes of a session", count: sessions.map(\.evidence.probesSent).max() ?? 0,
        limit: Limits.probesOfSession),
    ]
  }
}
