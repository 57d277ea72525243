import Log

/// A part of what is missing of a log, on its way: Protocols/sync.md, SYNC-34.
struct Piece {
  var pull: OpenPull
  /// Nothing else was asked on the session: the first chunk tells how long a round trip takes.
  let isAlone: Bool
  /// Chunks that came and wait for what is below, in order, and their bytes.
  private(set) var early: [ReceivedChunk] = []
  private(set) var earlyBytes = 0

  init(_ pull: OpenPull, isAlone: Bool) {
    self.pull = pull
    self.isAlone = isAlone
  }

  /// Bytes of memory that it may take yet, besides what the store has not answered for.
  var reservedBytes: Int { earlyBytes + (pull.isOver ? 0 : max(0, pull.credit - pull.received)) }

  mutating func wait(_ chunk: ReceivedChunk) {
    early.append(chunk)
    earlyBytes += chunk.message.count
  }

  mutating func takeEarly() -> ReceivedChunk {
    let chunk = early.removeFirst()
    earlyBytes -= chunk.message.count
    return chunk
  }
}

/// A chunk above our size: nothing of it is verified.
struct ReceivedChunk {
  let chunk: Chunk
  let message: [UInt8]
  /// The newest that its sender had sent.
  let checkpoint: VerifiedCheckpoint?
}

/// The pieces of one log that are under way.
struct Fetch {
  /// The pieces by their ranges, ascending; none overlap.
  private(set) var pieces: [Piece] = []
  /// Bytes of an entry as it travels; 0: not known yet.
  var entryBytes = 0
  /// A chunk that began there failed when it came compact: what begins there is asked for in full.
  var suspect: UInt64?

  var isEmpty: Bool { pieces.isEmpty }

  mutating func add(_ piece: Piece) {
    let start = piece.pull.range.lowerBound
    let place = pieces.firstIndex { $0.pull.range.lowerBound > start } ?? pieces.count
    pieces.insert(piece, at: place)
  }

  func index(of request: UInt32, _ session: SessionID) -> Int? {
    pieces.firstIndex {
      $0.pull.request == request && $0.pull.session == session && !$0.pull.isOver
    }
  }

  /// True when something of it is asked of a session, or came from it and waits.
  func isAsked(of session: SessionID) -> Bool { pieces.contains { $0.pull.session == session } }

  mutating func update(_ index: Int, _ body: (inout Piece) -> Void) { body(&pieces[index]) }
  mutating func takeEarly(at index: Int) -> ReceivedChunk { pieces[index].takeEarly() }
  mutating func remove(at index: Int) -> Piece { pieces.remove(at: index) }

  /// The first entries from `size` on, below `target`, that nobody is asked for.
  func gap(from size: UInt64, to target: UInt64) -> Range<UInt64>? {
    var next = size
    for piece in pieces where piece.pull.end > next {
      if piece.pull.range.lowerBound > next { break }
      next = piece.pull.end
    }
    guard next < target else { return nil }
    let limit = pieces.first { $0.pull.range.lowerBound > next }?.pull.range.lowerBound ?? target
    return next..<min(limit, target)
  }

  /// A power of two of entries that take about as many bytes as a piece should.
  /// - Parameter missing: entries of the log.
  func pieceEntries(missing: UInt64) -> UInt64 {
    guard entryBytes > 0 else { return Limits.entriesOfFirstPiece }
    let share = Int(clamping: missing / 16).multipliedReportingOverflow(by: entryBytes)
    let bytes = share.overflow ? Limits.pieceBytes : share.partialValue
    let entries = max(
      1, min(max(bytes, Limits.pieceLeastBytes), Limits.pieceBytes) / entryBytes)
    let power = UInt64(1) << UInt64(Int.bitWidth - 1 - entries.leadingZeroBitCount)
    return min(max(power, Limits.entriesOfLeastPiece), Limits.entriesOfLargestPiece)
  }

  /// Bytes that so many entries may take, with room for some that are longer.
  func bytes(of entries: UInt64) -> Int {
    guard entryBytes > 0 else { return Limits.pieceBytes }
    let bytes = Int(entries) * (entryBytes + entryBytes / 4) + Limits.chunkBytes
    return min(bytes, Limits.pieceCreditBytes)
  }

  /// Learns from a chunk of the log.
  mutating func note(_ count: Int, _ bytes: Int) {
    let mean = max(1, bytes / count)
    entryBytes = entryBytes == 0 ? mean : (3 * entryBytes + mean) / 4
  }
}
