public import Log

/// The node as a walk asks it.
public protocol Readings {
  /// Entries of the log that are durable here; 0 of one that is not.
  func size(of log: LogID) -> UInt64

  /// Looks at entries from the first on, and tells what is to be told of them.
  /// - Parameter cause: why they are told anew; nil: for the first time, so that what is not
  ///   readable is passed over.
  /// - Returns: the index that was come to, and whether the turn's work is done. One or the other
  ///   goes on: the index is above the first unless the turn is over.
  mutating func look(
    _ log: LogID, _ entries: Range<UInt64>, _ cause: ChangeCause?
  ) throws(ReadingsFailure) -> (next: UInt64, isOver: Bool)

  /// Entries that were told and are not stored any more.
  mutating func tellGone(_ log: LogID, _ entries: Range<UInt64>)
}

/// The disk does not give what a reader is to be told.
public struct ReadingsFailure: Error, Hashable, Sendable {
  /// A clause without a full stop: `reason` of `DiskFailed`.
  public let reason: String
  /// - Parameter reason: one line.
  public init(_ reason: String) { self.reason = reason }
}

/// A reader's place, and how it goes on (Protocols/readability.md, READ-4 to 7): first what changed
/// behind it, then what is new.
public struct ReadingWalk: Sendable {
  /// Changes below it were told.
  public private(set) var number: UInt64
  /// The index that is looked at next, by log; looked up, never iterated.
  public private(set) var next: [LogID: UInt64]
  /// The logs of which `next` moved since `begin`, in the order in which they did.
  public private(set) var moved: [LogID] = []

  /// - Parameter next: by log, as the reader's cursor says; a log that is missing is told from 0.
  public init(number: UInt64, next: [LogID: UInt64] = [:]) {
    self.number = number
    self.next = next
  }

  /// True when everything was told that is on the disk.
  public func isAtEnd(of journal: ChangeJournal) -> Bool { number == journal.durableEnd }

  /// One turn's work.
  /// - Parameters:
  ///   - logs: all that the node has, and all that the reader knows.
  ///   - turn: which of them is looked at first: after one that took up a whole turn comes the
  ///     next.
  /// - Returns: whether there is more to do at once.
  /// - Precondition: the journal knows the number.
  public mutating func advance(
    _ journal: ChangeJournal, _ logs: [LogID], turn: inout Int, _ readings: inout some Readings
  ) throws(ReadingsFailure) -> Bool {
    moved = []
    if try tellChanges(journal, &readings) { return true }
    if turn >= logs.count { turn = 0 }
    for place in logs.indices {
      guard try tellNew(logs[(turn + place) % logs.count], &readings) else { continue }
      turn = (turn + place + 1) % logs.count
      return true
    }
    return false
  }

  private mutating func tellChanges(
    _ journal: ChangeJournal, _ readings: inout some Readings
  ) throws(ReadingsFailure) -> Bool {
    while let run = journal.run(at: number) {
      let start = run.first + (number - run.number)
      // Entries above are told when the reader comes there.
      let end = min(run.entries.upperBound, next[run.log] ?? 0)
      guard start < end else {
        number = run.endNumber
        continue
      }
      let (reached, isOver) = try readings.look(run.log, start..<end, run.cause)
      number = reached >= end ? run.endNumber : run.number + (reached - run.first)
      if isOver { return true }
    }
    return false
  }

  private mutating func tellNew(
    _ log: LogID, _ readings: inout some Readings
  ) throws(ReadingsFailure) -> Bool {
    let size = readings.size(of: log)
    var index = next[log] ?? 0
    guard index != size else { return false }
    moved.append(log)
    defer { next[log] = index }
    if index > size {
      readings.tellGone(log, size..<index)
      index = size
    }
    while index < size {
      let (reached, isOver) = try readings.look(log, index..<size, nil)
      index = reached
      if isOver { return true }
    }
    return false
  }
}
