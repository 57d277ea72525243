import Log

/// Leaves that are asked of a session for the signatures that a checkpoint stands for: SYNC-89.
struct TwinSearch {
  let session: SessionID
  /// The open request; nil while the store has what came.
  var pull: OpenPull?
  var next: UInt64
  let to: UInt64
  /// The end of the leaves that came, while the store has them.
  var withStore: UInt64?
  /// When it is asked once more, or given up.
  var dueAt: UInt64
  var retries = 0
}
