import Log

/// Entries that read as they do for a reason which may end without a trace
/// (Protocols/readability.md, READ-11).
///
/// Two views: what is in doubt now, which may name more than it must and never less; and what the
/// present generation of the file says is in doubt, which may leave something out and never names
/// more.
struct Doubts {
  private let limits: ReadabilityLimits
  private var present: [LogID: IndexRanges] = [:]
  private var written: [LogID: IndexRanges] = [:]
  /// Staged, and not settled: they stay in doubt, whatever else happens to them.
  private var staged: [LogID: IndexRanges] = [:]
  /// The keys of `present`, ascending: a dictionary's order differs from run to run.
  private var logs: [LogID] = []
  private var count = 0
  /// Added, and not in the file.
  private(set) var unwritten: [(log: LogID, entries: Range<UInt64>)] = []
  /// How many of them are on their way.
  private var outgoing = 0

  init(_ limits: ReadabilityLimits) { self.limits = limits }

  /// Everything in doubt, by log and index.
  var all: [(log: LogID, entries: Range<UInt64>)] {
    logs.flatMap { log in (present[log]?.ranges ?? []).map { (log, $0) } }
  }

  mutating func add(_ entries: Range<UInt64>, of log: LogID) {
    guard !entries.isEmpty else { return }
    change(log) { $0.insert(entries) }
    if count > limits.doubts { change(log) { $0.joinAll() } }
    if written[log]?.contains(entries) == true { return }
    // Entries are passed over one after the other.
    if unwritten.count > outgoing, let last = unwritten.last, last.log == log,
      last.entries.upperBound == entries.lowerBound
    {
      unwritten[unwritten.count - 1].entries = last.entries.lowerBound..<entries.upperBound
    } else {
      unwritten.append((log, entries))
    }
  }

  mutating func remove(_ entries: Range<UInt64>, of log: LogID) {
    guard present[log] != nil else { return }
    let kept = staged[log]?.overlaps(with: entries) ?? []
    change(log) { ranges in
      ranges.remove(entries)
      for range in kept { ranges.insert(range) }
    }
  }

  mutating func stage(_ entries: Range<UInt64>, of log: LogID) {
    add(entries, of: log)
    staged[log, default: IndexRanges(.joining(limits.doubtsOfLog))].insert(entries)
  }

  mutating func settle(_ entries: Range<UInt64>, of log: LogID) {
    staged[log]?.remove(entries)
    if staged[log]?.isEmpty == true { staged[log] = nil }
    remove(entries, of: log)
  }

  mutating func removeAll() {
    present = [:]
    logs = []
    count = 0
  }

  private mutating func change(_ log: LogID, _ body: (inout IndexRanges) -> Void) {
    if present[log] == nil { logs.insert(log, at: logs.place(of: log)) }
    // Taken out, so that the change copies nothing.
    var ranges = present.removeValue(forKey: log) ?? IndexRanges(.joining(limits.doubtsOfLog))
    let before = ranges.ranges.count
    body(&ranges)
    count += ranges.ranges.count - before
    if ranges.isEmpty { logs.remove(at: logs.place(of: log)) } else { present[log] = ranges }
  }

  // MARK: The file

  /// A write that begins now takes along all that is unwritten.
  mutating func beginWrite() { outgoing = unwritten.count }

  /// - Parameter isState: whether what is in doubt now was written whole: nothing else is in the
  ///   file then.
  mutating func didWrite(isState: Bool, _ state: [(log: LogID, entries: Range<UInt64>)]) {
    let added = isState ? state : Array(unwritten[..<outgoing])
    if isState { written = [:] }
    for (log, entries) in added {
      written[log, default: IndexRanges(.leavingOut(4 * limits.doubtsOfLog))].insert(entries)
    }
    unwritten.removeFirst(outgoing)
    outgoing = 0
  }

  mutating func writeFailed() { outgoing = 0 }
}
