internal import HubInterface

/// The reports of the feed's thread to the loop.
enum FeedEvent: Sendable {
  /// The daemon answered: who this node is, and what it holds.
  case met(FeedStatus)
  /// The changes of a commit.
  case changed(IndexChange)
  /// A message was applied: whether nothing was left to tell at that moment.
  case applied(toldAll: Bool)
  case lost(String)
  /// The writer cannot go on: the disk is full, or failed.
  case stopped(String)
  /// The index in memory may not be that of the facts any more: both are to be opened anew.
  case replaced
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
  /// True when nothing was left to tell by the last message that was applied.
  var wasToldAll = false
  var logs: [LogProgress] = []
  /// The hub that writes, where this one reads, has all that its daemon can read.
  var isWriterComplete = true
  /// Why a shared database cannot be used.
  var trouble: String?

  /// Why what was told cannot be written, or read.
  var databaseTrouble: String? {
    if let trouble { return trouble }
    if case .stopped(let reason) = link { return reason }
    return nil
  }

  var isConnected: Bool { link == .following && trouble == nil }
  var isComplete: Bool { isConnected && wasToldAll && isWriterComplete }

  /// Why something may be missing.
  var why: String? {
    if let trouble { return trouble }
    return switch link {
    case .notMet: "the daemon has not answered yet"
    case .following:
      !wasToldAll
        ? "the daemon is still telling what it can read"
        : isWriterComplete ? nil : "the hub that writes has not all that the daemon can read"
    case .lost(let reason): "no daemon answers: \(reason)"
    case .stopped(let reason): reason
    }
  }

  /// Told with answers while something may be missing.
  var note: String? { why.map { "not complete: \($0)" } }
}
