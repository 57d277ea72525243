public import Log

extension Replicator {
  /// Connected peers that showed anything of `log`: from whom it can come.
  public func carriers(of log: LogID) -> Set<NodeName> {
    var names: Set<NodeName> = []
    for id in sessionOrder where sessions[held: id].isReady {
      guard let shared = sessions[held: id].shared[log], shared.known > 0 else { continue }
      names.insert(sessions[held: id].opening.peer)
    }
    return names
  }
}
