import Log
import Store

/// A worker's finding in a run of entries.
struct VerifiedRun: Sendable {
  let log: LogID
  let range: Range<UInt64>
  let bad: [UInt64]
}

/// How far one log was looked at.
struct ScrubbedLog: Hashable, Sendable {
  /// The signatures of all entries below this were verified, in this run or an earlier one.
  var verified: UInt64 = 0
  /// Entries that the present pass is done with; between passes, the last one.
  var scrubbed: UInt64 = 0
  /// Entries with bad signatures, which are the author's doing.
  var defects: UInt64 = 0
}

/// The scrub: new entries first, then passes over everything that the store holds, own log first.
/// Both verify the signatures of entries on a thread of their own; the rest is the store's
/// (Protocols/store.md, 7.5).
struct Scrub {
  var logs: [LogID: ScrubbedLog] = [:]
  var cursor: ScrubCursor
  /// Unix ms; nil: no pass is under way.
  var passStartedAt: UInt64?
  /// Start and end of the last whole pass.
  var lastStartedAt: UInt64?
  var lastEndedAt: UInt64?
  /// How old the last beginning of a pass was at a time of the steady clock.
  private var begun: (steady: UInt64, age: UInt64)?
  /// The day of the expiry clock for which the last pass began.
  var day: UInt64 = 0
  /// A read found damage between two passes: the next pass begins soon.
  var foundDamage = false
  /// Logs of which the next entries cannot be read now: asked again in the next pass.
  var unreadable: Set<LogID> = []
  /// Entries whose signatures are being verified.
  var batch: EntryBatch?
  var isRunning = false
  /// The next step is one of the pass, if there is one.
  var isPassTurn = false
  /// The last step of the pass read no entries: the next may follow soon.
  var wasSmall = false
  var isSaveScheduled = false
  private var arrivals = ArrivalRate()

  /// Goes on where it was. A log that is shorter now counts as far as it reaches: entries that come
  /// again were not seen.
  /// - Parameter sizes: of the logs, durable.
  init(_ folder: NodeFolder, logs sizes: [(id: LogID, size: UInt64)], own: LogID) {
    cursor = ScrubCursor(first: own)
    let saved = ScrubProgress.load(folder)
    for (id, size) in sizes {
      var log = saved.logs[id] ?? ScrubbedLog()
      log.verified = min(log.verified, size)
      log.scrubbed = min(log.scrubbed, size)
      logs[id] = log
    }
    day = saved.day
    lastStartedAt = saved.lastStartedAt
    lastEndedAt = saved.lastEndedAt
    guard let began = saved.passStartedAt, let kept = saved.cursor, kept.first == own else {
      return
    }
    passStartedAt = began
    cursor = kept
  }

  /// - Parameter total: entries of all logs.
  /// - Returns: whether so many come that what can wait does.
  mutating func isBusy(entries total: UInt64, at now: UInt64) -> Bool {
    arrivals.note(total, at: now)
    return arrivals.perSecond > NodeLimits.entriesASecondOfBusy
  }

  var progress: ScrubProgress {
    ScrubProgress(
      logs: logs, cursor: passStartedAt == nil ? nil : cursor, passStartedAt: passStartedAt,
      lastStartedAt: lastStartedAt, lastEndedAt: lastEndedAt, day: day)
  }

  /// When a pass begins by itself, by the steady clock.
  func passDue(day now: UInt64) -> UInt64 {
    guard now <= day, let begun else { return 0 }
    let wait =
      foundDamage ? NodeLimits.scrubAfterDamageMilliseconds : NodeLimits.scrubEveryMilliseconds
    return wait > begun.age ? begun.steady + (wait - begun.age) : 0
  }

  /// Earlier runs noted the wall clock's time. A time that has not come yet is that of a clock that
  /// was wrong: as if no pass had begun.
  mutating func recall(wall: UInt64, steady: UInt64) {
    guard let last = passStartedAt ?? lastStartedAt, last <= wall else {
      begun = nil
      return
    }
    begun = (steady, wall - last)
  }

  /// - Parameters:
  ///   - milliseconds: Unix ms, for `status` and for the next run.
  ///   - steady: by the steady clock.
  mutating func beginPass(at milliseconds: UInt64, steady: UInt64, day: UInt64) {
    cursor = ScrubCursor(first: cursor.first)
    passStartedAt = milliseconds
    begun = (steady, 0)
    foundDamage = false
    self.day = day
    unreadable = []
    logs = logs.mapValues {
      var log = $0
      log.scrubbed = 0
      return log
    }
  }

  /// The next pass begins sooner now. One that is under way is enough.
  mutating func noteDamage() {
    if passStartedAt == nil { foundDamage = true }
  }

  mutating func endPass(at milliseconds: UInt64) {
    lastStartedAt = passStartedAt
    lastEndedAt = milliseconds
    passStartedAt = nil
  }

  /// Entries that this process signed itself: a later pass verifies them with all others.
  mutating func signedHere(_ range: Range<UInt64>, of log: LogID) {
    guard let known = logs[log], known.verified == range.lowerBound else { return }
    logs[log]?.verified = range.upperBound
  }

  /// - Returns: defects that were not known.
  mutating func verified(_ run: VerifiedRun) -> [UInt64] {
    var log = logs[run.log] ?? ScrubbedLog()
    let new = run.bad.filter { $0 >= log.verified }
    log.defects += UInt64(new.count)
    if run.range.lowerBound <= log.verified {
      log.verified = max(log.verified, run.range.upperBound)
    }
    logs[run.log] = log
    return new
  }
}
