internal import HubInterface

/// What the feed's thread tells the loop.
enum FeedEvent: Sendable {
  /// The daemon answered: who this node is, and what it holds.
  case met(FeedStatus)
  /// What a commit changed.
  case changed(IndexChange)
  /// A message was applied: whether nothing was left to tell at that moment.
  case applied(toldAll: Bool)
  case lost(String)
  /// The writer cannot go on: the disk is full, or failed.
  case stopped(String)
}

struct FeedStatus: Sendable {
  var node: String
  var epoch: UInt32
  var progress: [LogProgress]
}

/// How far the hub is behind its daemon, for every answer and for `hub status`.
struct HubProgress: Sendable {
  enum Link: Hashable, Sendable {
    case notMet
    /// The last message was applied, and the daemon goes on telling.
    case following
    /// The daemon does not answer.
    case lost(String)
    /// The facts cannot be written.
    case stopped(String)
  }

  var node = ""
  var link = Link.notMet
  /// By the last message that was applied nothing was left to tell.
  var wasToldAll = false
  var logs: [LogProgress] = []

  var isConnected: Bool { link == .following }
  var isComplete: Bool { isConnected && wasToldAll }

  /// Why something may be missing.
  var why: String? {
    switch link {
    case .notMet: "the daemon has not answered yet"
    case .following: wasToldAll ? nil : "the daemon is still telling what it can read"
    case .lost(let reason): "no daemon answers: \(reason)"
    case .stopped(let reason): reason
    }
  }

  /// Told with answers while something may be missing.
  var note: String? { why.map { "not complete: \($0)" } }
}
