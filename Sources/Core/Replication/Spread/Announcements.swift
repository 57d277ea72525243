import Log

/// The logs whose heads a session is told at the end of the step, or later: SYNC-43.
struct Announcements {
  private var due: Set<LogID> = []
  /// Logs that are told later, in the order in which that became due; one that was told meanwhile
  /// has no time any more.
  private var late: [LogID] = []
  private var times: [LogID: (at: UInt64, since: UInt64)] = [:]
  /// When the first of them is told.
  private(set) var lateDueAt: UInt64 = .max

  var isEmpty: Bool { due.isEmpty }

  mutating func tell(_ log: LogID) { due.insert(log) }

  mutating func tell(_ log: LogID, at time: UInt64, _ now: UInt64) {
    if let waiting = times[log] {
      guard time < waiting.at else { return }
      times[log] = (time, waiting.since)
    } else {
      times[log] = (time, now)
      late.append(log)
    }
    lateDueAt = min(lateDueAt, time)
  }

  /// - Returns: what is due; it is due no longer.
  mutating func take() -> Set<LogID> {
    defer { due = [] }
    return due
  }

  /// A head was sent: it waits no longer.
  mutating func told(_ log: LogID) { times[log] = nil }

  /// How much the peer needs to hear of a head.
  enum Need {
    case none
    /// It has all of it, by its own word: it can wait until its time is over.
    case acknowledgement
    case news
  }

  /// Moves late heads whose time has come to those of this step.
  mutating func collect(_ now: UInt64, need: (LogID) -> Need) {
    guard lateDueAt <= now else { return }
    let waiting = late
    late = []
    lateDueAt = .max
    for log in waiting {
      guard let time = times[log] else { continue }
      times[log] = nil
      let need = need(log)
      guard need != .none else { continue }
      let isKnown = need == .acknowledgement
      let last = time.since + Limits.announceMilliseconds
      if time.at > now + Limits.announceJoinMilliseconds || isKnown && last > now {
        let at = isKnown ? max(time.at, last) : time.at
        times[log] = (at, time.since)
        late.append(log)
        lateDueAt = min(lateDueAt, at)
      } else {
        due.insert(log)
      }
    }
  }
}
