public import Log

// Leaves that were accepted singly give way to those under a checkpoint: Protocols/store.md, 6.10.
extension Store {
  /// Stages other signatures for entries that are here. `takeReplaced` tells when the log has them.
  /// - Throws: `.busy` while anything else of the log is on its way to its files; `.outOfRange` for
  ///   entries under a checkpoint that agrees, or too far below the log's end; `.damaged` when the
  ///   log's hashes are.
  public func replace(_ replacement: LeafReplacement) throws(StoreError) {
    try requireRunning()
    let log = try log(replacement.identity.id)
    guard log.isQuiet else {
      pipeline.applyIsWanted = true
      throw .busy
    }
    guard replacement.end <= log.state.size,
      replacement.first >= log.notes.newest?.size ?? 0,
      log.state.size - replacement.first <= Limits.replacedReach
    else { throw .outOfRange }
    let replacing = try Replacing(replacement, in: files(of: log))
    log.replacing = replacing
    log.changing += 1
    pipeline.stage(replacing, of: log)
  }

  /// Logs whose leaves were replaced since last asked: state, head and tree are others.
  public func takeReplaced() -> [LogID] {
    defer { replaced = [] }
    return replaced
  }

  func didReplace(_ replacing: Replacing, _ log: StoredLog) {
    log.didReplace(replacing)
    replaced.append(log.id)
    // A contradiction that cannot be read now shows again with the next checkpoint.
    for checkpoint in log.notes.takePostponed() {
      guard let own = try? root(log.id, size: checkpoint.size) else { continue }
      take(log.compare(checkpoint, with: own), log)
    }
  }
}
