internal import HubInterface

/// What the feed's thread tells the loop.
enum FeedEvent: Sendable {
  /// The daemon answered: who this node is, and what it holds.
  case met(FeedStatus)
  /// What a commit changed.
  case changed(IndexChange)
  /// All that the daemon could read was in at this moment, or was not.
  case complete(Bool)
  case lost(String)
  /// The writer cannot go on: the disk is full, or failed.
  case stopped(String)
}

struct FeedStatus: Sendable {
  var node: String
  var epoch: UInt32
  var version: String
  var progress: [LogProgress]
}

/// How far the hub is behind its daemon, for every answer and for `hub status`.
struct HubProgress: Sendable {
  var node = ""
  var isConnected = false
  var isComplete = false
  /// Why it is not connected, or not complete.
  var why: String? = "the daemon has not answered yet"
  var logs: [LogProgress] = []

  /// Told with answers while something may be missing.
  var note: String? {
    isComplete && isConnected ? nil : why.map { "not complete: \($0)" } ?? "not complete"
  }
}
