import Log

/// Entries of a log that are damaged or absent here, and who was asked for all of them.
struct DamagedPiece {
  var range: Range<UInt64>
  var asked: Set<NodeName> = []
  /// Those, and who was asked in the rounds before.
  var everAsked: Set<NodeName> = []
  /// The time since when it is known.
  let since: UInt64
  var isReported = false

  mutating func note(_ peer: NodeName) {
    asked.insert(peer)
    everAsked.insert(peer)
  }
}

/// The parts of a log to be fetched again: Protocols/sync.md, SYNC-36.
struct RepairList {
  /// Ascending, apart from each other.
  private(set) var pieces: [DamagedPiece] = []
  /// The open request, if any: a pull below our size, whose chunks are compared with what is here.
  var pull: OpenPull?
  /// Nothing is asked before this time.
  var dueAt: UInt64 = 0
  /// There was nobody to ask: looked for again then, or when something of it changes. A look goes
  /// through all pieces and sessions.
  var lookAt: UInt64 = 0
  /// When those that had nothing are asked once more; nil: somebody was not asked yet.
  var againAt: UInt64?
  var waitMilliseconds = Limits.repairAgainMilliseconds

  var isEmpty: Bool { pieces.isEmpty }

  /// Takes the node's list: what is known of a part goes on to hold for it.
  mutating func replace(with ranges: [Range<UInt64>], _ now: UInt64) {
    var fresh: [DamagedPiece] = []
    var old = pieces[...]
    for range in ranges {
      var next = range.lowerBound
      while let piece = old.first, piece.range.lowerBound < range.upperBound {
        if piece.range.upperBound <= next {
          old.removeFirst()
          continue
        }
        if piece.range.lowerBound > next {
          fresh.append(DamagedPiece(range: next..<piece.range.lowerBound, since: now))
        }
        var part = piece
        part.range =
          max(next, piece.range.lowerBound)..<min(piece.range.upperBound, range.upperBound)
        fresh.append(part)
        next = part.range.upperBound
        if piece.range.upperBound > range.upperBound { break }
      }
      if next < range.upperBound {
        fresh.append(DamagedPiece(range: next..<range.upperBound, since: now))
      }
    }
    if fresh.map(\.range) != pieces.map(\.range) {
      lookAt = 0
      waitMilliseconds = Limits.repairAgainMilliseconds
    }
    pieces = Array(fresh.prefix(Limits.damagedPieces))
  }

  /// Notes that `peer` was asked for all of `range`.
  mutating func note(_ peer: NodeName, asked range: Range<UInt64>) {
    var result: [DamagedPiece] = []
    for piece in pieces {
      let common = piece.range.clamped(to: range)
      guard !common.isEmpty, !piece.asked.contains(peer) else {
        result.append(piece)
        continue
      }
      // Beyond the limit a piece counts as asked as a whole: a later round asks again.
      let isSplit = pieces.count + 2 <= Limits.damagedPieces
      for part in [
        piece.range.lowerBound..<common.lowerBound, common,
        common.upperBound..<piece.range.upperBound,
      ] where isSplit && !part.isEmpty {
        result.append(piece)
        result[result.count - 1].range = part
        if part == common { result[result.count - 1].note(peer) }
      }
      if !isSplit {
        result.append(piece)
        result[result.count - 1].note(peer)
      }
    }
    pieces = result
  }

  /// The entries that one source is asked for: a piece, and what else is damaged of the same block,
  /// since a block whose hashes are damaged too can be told right only as a whole.
  func request(from index: Int) -> Range<UInt64> {
    let start = pieces[index].range.lowerBound
    let block = start / Limits.entriesOfBlock
    var end = pieces[index].range.upperBound
    for piece in pieces[index...] where piece.range.lowerBound / Limits.entriesOfBlock == block {
      end = max(end, piece.range.upperBound)
    }
    return start..<min(end, start + Limits.entriesOfRepair)
  }

  mutating func askAgain() {
    for index in pieces.indices { pieces[index].asked = [] }
    againAt = nil
    lookAt = 0
  }

  mutating func askAgain(_ peer: NodeName) {
    for index in pieces.indices { pieces[index].asked.remove(peer) }
    lookAt = 0
  }

  mutating func report(_ index: Int) { pieces[index].isReported = true }
}

/// A session whose peer said, or showed by what it pushed, that it holds entries below `known`.
struct RepairHolder {
  let session: SessionID
  let peer: NodeName
  let known: UInt64
  let mayBeAsked: Bool

  /// It holds the beginning of the piece, and was not asked for it.
  func isLeft(for piece: DamagedPiece) -> Bool {
    known > piece.range.lowerBound && !piece.asked.contains(peer)
  }
}
