/// The pace at which a session's answers come. Its pulls share one line, so that progress of one is
/// progress of all.
struct LinePace {
  /// When an answer to one of our pulls brought something last.
  private(set) var progressAt: UInt64 = 0
  /// The rate at which answers come, and the time of a question and the beginning of its answer; 0:
  /// not known yet.
  private(set) var bytesPerMillisecond = 0
  private(set) var roundTrip: UInt64 = 0
  /// When a piece was over, or the first of several was opened, and what came since.
  private(set) var pieceEndedAt: UInt64 = 0
  private var pieceBytes = 0

  /// A piece is opened while no other is open.
  mutating func begin(_ now: UInt64) {
    pieceEndedAt = now
    pieceBytes = 0
  }

  mutating func progressed(_ now: UInt64) { progressAt = now }

  mutating func received(_ bytes: Int, _ now: UInt64) {
    progressed(now)
    pieceBytes += bytes
  }

  /// The answer to a question that was alone on the line began.
  mutating func answerBegan(openedAt: UInt64, _ now: UInt64) {
    let trip = max(1, now - min(now, openedAt))
    roundTrip = roundTrip == 0 ? trip : (roundTrip + trip) / 2
  }

  mutating func pieceEnded(_ now: UInt64) {
    let took = max(1, now - min(now, pieceEndedAt))
    let rate = max(1, pieceBytes / Int(took))
    bytesPerMillisecond = bytesPerMillisecond == 0 ? rate : (bytesPerMillisecond + rate) / 2
    begin(now)
  }

  /// Bytes that may be under way: what the line brings in a second, at least a piece.
  var window: Int {
    guard bytesPerMillisecond > 0 else { return 2 * Limits.pieceBytes }
    return min(max(bytesPerMillisecond * 1_000, Limits.pieceBytes), Limits.fetchedBytesOfSession)
  }

  /// Milliseconds without progress after which a pull has stalled.
  /// - Parameter hasOther: somebody else can be asked.
  func patience(hasOther: Bool) -> UInt64 {
    guard hasOther, roundTrip > 0, bytesPerMillisecond > 0 else {
      return Limits.pullStalledMilliseconds
    }
    // A chunk counts when it is here wholly, which takes its time on a slow line.
    let chunks = UInt64(2 * Limits.chunkBytes / bytesPerMillisecond)
    let trips = max(Limits.stallRoundTrips * roundTrip, Limits.pullStalledLeastMilliseconds)
    return min(trips + chunks, Limits.pullStalledMilliseconds)
  }

  /// True when this line would have brought a piece long before, of which another has had `rate`
  /// bytes a millisecond for `elapsed` milliseconds.
  func isMuchFaster(than rate: Int, after elapsed: UInt64) -> Bool {
    guard bytesPerMillisecond > 0 else { return elapsed > Limits.pieceMilliseconds }
    let expected = UInt64(Limits.pieceBytes / bytesPerMillisecond) + roundTrip
    return elapsed > max(4 * expected, Limits.pieceLeastMilliseconds)
      && bytesPerMillisecond > 2 * rate
  }
}
