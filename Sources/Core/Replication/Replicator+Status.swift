public import Log

/// A peer's progress as replication sees it, for `status`.
public struct PeerProgress: Sendable {
  public var name: NodeName
  /// Logs that both sides listed.
  public var sharedLogs: Int
  /// Entries that we hold durably and the peer did not announce yet, over all shared logs.
  public var lagEntries: UInt64
  /// Entries that the peer announced and we do not hold.
  public var missingEntries: UInt64
  /// Logs of which the peer shows another history.
  public var disputedLogs: [LogID]
  /// When the session was opened, by the clock of `step`.
  public var sinceMilliseconds: UInt64
}

extension Replicator {
  /// The peers with a session that is ready, in the order of their sessions; not those by an
  /// earlier key.
  public func progressOfPeers() -> [PeerProgress] {
    sessionOrder.compactMap { id in
      let session = sessions[held: id]
      guard session.isReady, session.isWhole else { return nil }
      var progress = PeerProgress(
        name: session.opening.peer, sharedLogs: session.shared.count, lagEntries: 0,
        missingEntries: 0, disputedLogs: [], sinceMilliseconds: session.openedAt)
      for log in logOrder {
        guard let shared = session.shared[log] else { continue }
        // Nobody waits for entries that are late, or above a freeze.
        let theirs = min(shared.known, ceiling(of: log))
        let ours = min(logs[held: log].durable.size, ceiling(of: log))
        if theirs < ours { progress.lagEntries += ours - theirs }
        if theirs > ours { progress.missingEntries += theirs - ours }
        if shared.isDisputed { progress.disputedLogs.append(log) }
      }
      return progress
    }
  }

  /// Peers that announced at least `size` entries of `log`: for `publish --replicas`.
  public func peersHolding(_ log: LogID, size: UInt64) -> Set<NodeName> {
    var names: Set<NodeName> = []
    let durable = logs[log]?.durable.size ?? 0
    for id in sessionOrder {
      guard let shared = sessions[held: id].shared[log], !shared.isDisputed else { continue }
      // A peer that claims more than exists is not believed; a claim up to here was compared by its
      // hash.
      let theirs = shared.theirs?.size ?? 0
      if theirs >= size, theirs <= durable { names.insert(sessions[held: id].opening.peer) }
    }
    return names
  }

  /// The highest size of `log` that any connected peer announced.
  public func knownSize(of log: LogID) -> UInt64 {
    logs[log] == nil ? 0 : max(highestKnown(of: log), logs[held: log].durable.size)
  }

  /// Connected peers that show more entries of `log` than are durable here, by name. Nothing of it
  /// is proven before they deliver them.
  public func claims(of log: LogID) -> [(peer: NodeName, size: UInt64)] {
    guard let progress = logs[log] else { return [] }
    // Nobody waits for entries that are late.
    let reach = max(ceiling(of: log), progress.accepted.size)
    return sessionOrder.compactMap { id -> (peer: NodeName, size: UInt64)? in
      let session = sessions[held: id]
      guard let shared = session.shared[log], !shared.isDisputed, let theirs = shared.theirs,
        min(theirs.size, reach) > progress.durable.size
      else { return nil }
      return (session.opening.peer, min(theirs.size, reach))
    }.sorted { $0.peer < $1.peer }
  }

  /// The cosigners of `log`, and the size that each cosigned.
  public func cosigners(of log: LogID) -> [(name: NodeName, size: UInt64)] {
    guard let progress = logs[log] else { return [] }
    return progress.cosigning.held.sorted { $0.key < $1.key }.map { ($0.key, $0.value.size) }
  }

  /// The index from which no entry is accepted but on a settled branch; 0 for one of two logs that
  /// contest an epoch; nil: not frozen.
  public func frozenAt(_ log: LogID) -> UInt64? {
    epochs.isContestant(log) ? 0 : logs[log]?.accepted.frozenAt
  }
}

extension Replicator {
  /// True when some connected peer shows another history of `log`.
  public func isDisputed(_ log: LogID) -> Bool { isDisputedAnywhere(log) }

  /// True when entries of some log are being pulled.
  public var isCatchingUp: Bool { !turns.fetching.isEmpty }

  /// True when a peer is pulling from us.
  public var isServing: Bool { sessionOrder.contains { !sessions[held: $0].serving.pulls.isEmpty } }

  /// True when serving on this session waits for `congested(_, false)`.
  public func isHeldBack(_ session: SessionID) -> Bool { sessions[session]?.isCongested == true }
}
