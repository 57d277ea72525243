import Crypto
import Log
import Wire

/// All that a journal knows, apart from how it is written.
struct JournalState {
  let limits: ReadabilityLimits
  let identity: RandomName
  /// The number of the first run that is kept, or of the next one.
  private(set) var firstNumber: UInt64
  /// The number that the next run begins at.
  private(set) var endNumber: UInt64
  /// The runs in the order of their numbers, without gaps.
  private(set) var runs: [ChangeRun] = []
  private(set) var sessions: [(name: RandomName, start: UInt64)] = []
  var doubts: Doubts
  private(set) var standings: [LogID: Standing] = [:]
  private(set) var keys: [LogID: [KeyID]] = [:]
  private(set) var ownKeys: [KeyID] = []
  /// Logs with a standing or keys, ascending; a dictionary is only looked up.
  private var logs: [LogID] = []

  init(_ limits: ReadabilityLimits, identity: RandomName, firstNumber: UInt64 = 1) {
    self.limits = limits
    self.identity = identity
    self.firstNumber = firstNumber
    endNumber = firstNumber
    doubts = Doubts(limits)
  }

  /// - Returns: nil unless it begins as a state does.
  init?(_ limits: ReadabilityLimits, _ record: JournalRecord) {
    guard case .beginning(let identity, let number) = record else { return nil }
    self.init(limits, identity: identity, firstNumber: number)
  }

  /// - Parameter settled: runs below this number are as they were told: nothing is added to them.
  mutating func add(_ entries: Range<UInt64>, of log: LogID, _ cause: ChangeCause, settled: UInt64)
  {
    guard !entries.isEmpty else { return }
    if let last = runs.last, last.log == log, last.cause == cause, last.number >= settled {
      if last.entries.lowerBound <= entries.lowerBound,
        entries.upperBound <= last.entries.upperBound
      {
        return
      }
      if last.entries.contains(entries.lowerBound) || last.entries.upperBound == entries.lowerBound
      {
        runs[runs.count - 1].count = entries.upperBound - last.first
        endNumber = runs[runs.count - 1].endNumber
        return
      }
    }
    runs.append(
      ChangeRun(
        log: log, first: entries.lowerBound, count: entries.upperBound - entries.lowerBound,
        number: endNumber, cause: cause))
    endNumber = runs[runs.count - 1].endNumber
    if runs.count > limits.runs + limits.runsDropped { dropRuns(to: limits.runs) }
  }

  /// A number that names no entry: it only tells what was given before from what was given after.
  mutating func tick() {
    runs.append(
      ChangeRun(log: LogID(.zero), first: 0, count: 1, number: endNumber, cause: .doubt))
    endNumber += 1
    if runs.count > limits.runs + limits.runsDropped { dropRuns(to: limits.runs) }
  }

  mutating func dropRuns(to count: Int) {
    guard runs.count > count else { return }
    runs.removeFirst(runs.count - count)
    firstNumber = runs.first?.number ?? endNumber
  }

  /// The run that has the number.
  func run(at number: UInt64) -> ChangeRun? {
    var low = 0
    var high = runs.count
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].endNumber <= number { low = middle + 1 } else { high = middle }
    }
    return low < runs.count && runs[low].number <= number ? runs[low] : nil
  }

  mutating func begin(_ session: RandomName) {
    sessions.append((session, endNumber))
    if sessions.count > limits.sessions { sessions.removeFirst(sessions.count - limits.sessions) }
  }

  /// True when a cursor can be served that was given in `session` when the journal ended at `seen`.
  func knows(_ session: RandomName, _ number: UInt64, seen: UInt64) -> Bool {
    guard let place = sessions.firstIndex(where: { $0.name == session }) else { return false }
    let upper = place + 1 < sessions.count ? sessions[place + 1].start : endNumber
    return number >= firstNumber && number <= seen && seen <= upper
  }

  mutating func set(_ standing: Standing, of log: LogID) {
    standings[log] = standing == .whole ? nil : standing
    note(log)
  }

  mutating func set(_ keys: [KeyID], of log: LogID) {
    self.keys[log] = keys.isEmpty ? nil : keys
    note(log)
  }

  mutating func setOwn(_ keys: [KeyID]) { ownKeys = keys }

  private mutating func note(_ log: LogID) {
    let place = logs.place(of: log)
    if place == logs.count || logs[place] != log { logs.insert(log, at: place) }
  }

  // MARK: Bytes

  /// The payload of a state.
  func payload() -> [UInt8] {
    var bytes: [UInt8] = []
    JournalRecord.beginning(identity, firstNumber: firstNumber).append(to: &bytes)
    for session in sessions {
      JournalRecord.session(session.name, start: session.start).append(to: &bytes)
    }
    for run in runs { run.append(to: &bytes) }
    for (log, entries) in doubts.all { JournalRecord.doubt(log, entries).append(to: &bytes) }
    JournalRecord.ownKeys(ownKeys).append(to: &bytes)
    for log in logs {
      if let standing = standings[log] {
        JournalRecord.standing(log, standing).append(to: &bytes)
      }
      if let keys = keys[log] { JournalRecord.keys(log, keys).append(to: &bytes) }
    }
    return bytes
  }

  /// Takes the next record of a state or of additions.
  mutating func take(_ record: JournalRecord) throws(WireError) {
    switch record {
    case .beginning: throw .truncated
    case .session(let name, let start):
      guard start <= Layout.numbersMost, start >= sessions.last?.start ?? 0 else {
        throw .truncated
      }
      sessions.append((name, start))
    case .run(let cause, let log, let first, let count):
      guard endNumber <= Layout.numbersMost - count else { throw .truncated }
      runs.append(ChangeRun(log: log, first: first, count: count, number: endNumber, cause: cause))
      endNumber += count
    case .doubt(let log, let entries): doubts.add(entries, of: log)
    case .standing(let log, let standing): set(standing, of: log)
    case .keys(let log, let keys): set(keys, of: log)
    case .ownKeys(let keys): ownKeys = keys
    }
  }

  /// All of a payload, the beginning of a state apart.
  mutating func take(_ payload: ArraySlice<UInt8>) throws(WireError) {
    var reader = ByteReader(count: payload.count)
    while reader.remaining > 0 { try take(try JournalRecord(&reader, payload.span)) }
  }
}

extension ChangeRun {
  func append(to bytes: inout [UInt8]) {
    JournalRecord.run(cause, log, first: first, count: count).append(to: &bytes)
  }
}

extension [LogID] {
  /// The place of the first log, in ascending order, that is not below `log`.
  func place(of log: LogID) -> Int {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < log { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
