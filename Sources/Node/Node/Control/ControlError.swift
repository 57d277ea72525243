/// Why a call of `org.liaison.Node` was not done (Protocols/control.md, 6). Each has its own
/// varlink error; all but `notReplicated` promise that nothing was published.
public enum ControlError: Error, Hashable, Sendable {
  /// No such entry is stored here.
  case unknownEntry(String)
  /// No such node on the roster.
  case unknownNode(String)
  /// Nothing is signed in this epoch any more.
  case closedHere(reason: String)
  /// Signing waits for these peers' answers, and the time given is over.
  case waiting(peers: [String])
  /// The epoch that is to be followed is no longer as the prepared genesis cites it: prepare it
  /// again.
  case epochMoved(String)
  /// The disk is full: what is stored is served, nothing new is taken.
  case diskFull
  /// A disk error: the node stopped taking and must be restarted after the disk was looked at.
  case diskFailed(reason: String)
  /// Record number `line` (from 1, within the request) breaks a rule.
  case recordRefused(line: Int, reason: String, hint: String)
  /// The entries are durable here, but only `stored` of `wanted` peers have confirmed them.
  case notReplicated(entries: [EntryRun], stored: Int, wanted: Int)
  /// The audience is not that of the grant which was named: its attachments are sealed to another.
  case attachmentStale
  /// Too much is waiting; try again.
  case busy
  /// Anything else.
  case refused(reason: String, hint: String)
}
