import Log

/// The purpose of a pull: it says what becomes of the answer.
enum PullPurpose {
  /// Entries above what is here.
  case gap
  /// Entries that are damaged or absent here.
  case repair
  /// Leaves alone, for the signatures that a checkpoint stands for.
  case leaves
}

/// A request as its session remembers it, until its answer is over or left.
struct AskedPull {
  let log: LogID
  let purpose: PullPurpose
}

/// A part of a log that one session is asked for, and what came of it: SYNC-33.
struct OpenPull {
  let session: SessionID
  let request: UInt32
  let range: Range<UInt64>
  let form: PullForm
  let openedAt: UInt64
  /// Where the next chunk of the answer begins.
  private(set) var next: UInt64
  private(set) var progressAt: UInt64
  /// Bytes that the source may send in all, and that came.
  private(set) var credit: Int
  private(set) var received = 0
  /// Nothing more comes.
  private(set) var isOver = false

  init(
    session: SessionID, request: UInt32, range: Range<UInt64>, form: PullForm, credit: Int,
    _ now: UInt64
  ) {
    self.session = session
    self.request = request
    self.range = range
    self.form = form
    self.credit = credit
    openedAt = now
    next = range.lowerBound
    progressAt = now
  }

  /// Without credit it is our store that is slow, and not the source.
  var hasCredit: Bool { credit > received }

  /// Entries from here on are not under way.
  var end: UInt64 { isOver ? next : range.upperBound }

  /// Entries that came, without a gap.
  var came: Range<UInt64> { range.lowerBound..<next }

  /// True when a chunk goes on where the last one ended, within what was asked and lent.
  func isContinued(by chunk: Chunk) -> Bool {
    chunk.first == next && chunk.end <= range.upperBound && hasCredit
  }

  /// - Precondition: `isContinued` by the chunk.
  mutating func receive(_ chunk: Chunk, _ bytes: Int, _ now: UInt64) {
    next = chunk.end
    received += bytes
    progressAt = now
  }

  mutating func lend(_ bytes: Int) { credit += bytes }

  /// Lends anew what came: as much as `window` may be under way again.
  /// - Returns: the bytes that are lent.
  mutating func lendAgain(window: Int) -> Int {
    let bytes = received + window - credit
    lend(bytes)
    return bytes
  }

  mutating func finish() { isOver = true }
}
