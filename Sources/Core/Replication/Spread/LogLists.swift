import Log

/// The logs that the two sides of a session listed, and so those that both have: Protocols/sync.md,
/// 2. Lists only grow. The peer's has salted ids, of which a position is found for each log that is
/// here.
struct LogLists {
  /// The logs that this side listed, at their positions.
  private(set) var ours: [LogID] = []
  private var ourPositions: [LogID: Int] = [:]
  private(set) var theirSaltedIDs: [[UInt8]] = []
  private var theirPositions: [LogID: Int] = [:]
  private var theirLogs: [Int: LogID] = [:]
  private var sent = 0
  private var seen = 0
  /// This side's first list was sent, and the peer's came.
  private(set) var isSent = false
  private(set) var isReceived = false

  /// The position of a log in this side's list.
  func position(of log: LogID) -> Int? { ourPositions[log] }
  /// The position of a log in the peer's list.
  func theirPosition(of log: LogID) -> Int? { theirPositions[log] }
  /// The log at a position of the peer's list; nil for one that is not here, or that it did not
  /// list.
  func log(at position: Int) -> LogID? { theirLogs[position] }
  func isListedByBoth(_ log: LogID) -> Bool {
    theirPositions[log] != nil && ourPositions[log] != nil
  }

  /// The logs of the peer's list that are here, in its order.
  var theirKnownLogs: [(position: Int, log: LogID)] {
    theirLogs.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// The logs that are to be listed next, as far as the peer takes more.
  func fresh(of logs: [LogID], where mayList: (LogID) -> Bool) -> [LogID] {
    Array(
      logs.filter { ourPositions[$0] == nil && mayList($0) }
        .prefix(Limits.logsOfSession - ours.count))
  }

  /// Lists more logs: an empty list is sent once, as the first.
  /// - Returns: the position of the first; nil where the peer takes no more lists.
  mutating func list(_ fresh: [LogID]) -> Int? {
    guard sent < Limits.listsOfSession else { return nil }
    sent += 1
    isSent = true
    let first = ours.count
    for log in fresh {
      ourPositions[log] = ours.count
      ours.append(log)
    }
    return first
  }

  /// Takes a list of the peer's, which begins at position `first`.
  mutating func receive(_ ids: [[UInt8]], from first: Int) throws(MalformedMessage) {
    guard first == theirSaltedIDs.count else {
      throw MalformedMessage(what: "list of logs with a gap")
    }
    // Each list costs a hash for each log we have: none without a log, but the first.
    guard !ids.isEmpty || !isReceived else { throw MalformedMessage(what: "list of no logs") }
    seen += 1
    guard seen <= Limits.listsOfSession else {
      throw MalformedMessage(what: "more than \(Limits.listsOfSession) lists of logs")
    }
    isReceived = true
    theirSaltedIDs.append(contentsOf: ids)
  }

  /// Finds which of `candidates` the peer listed.
  /// - Parameters:
  ///   - start: where in its list to look from: only what is new is searched, else thousands of
  ///     lists of one log each would cost millions of comparisons.
  ///   - salt: the id of a log on this session.
  mutating func recognise(
    _ candidates: [LogID], from start: Int, salt: (LogID) -> [UInt8]
  ) {
    var positions: [[UInt8]: Int] = [:]
    for (position, salted) in theirSaltedIDs.enumerated().dropFirst(start) {
      positions[salted] = position
    }
    for log in candidates where theirPositions[log] == nil {
      guard let position = positions[salt(log)] else { continue }
      theirPositions[log] = position
      theirLogs[position] = log
    }
  }
}
