/// One scalar of a normalized name, and where in the name as written it came from.
struct Piece {
  var scalar: UInt32
  var record: ScalarRecord
  /// UTF-8 offset of the scalar that it was read from, in bytes, and of the end of that scalar.
  var start: Int32
  var end: Int32
}

/// NFKC (Unicode Standard Annex 15) from own tables, for at most `NameLimits.characters` scalars,
/// and no more than `NameLimits.marks` marks on one letter.
struct Normalization {
  private let table = ScalarTable.shared
  private(set) var pieces: [Piece] = []
  /// There was more than is read.
  private(set) var isCut = false

  init(_ text: String) {
    pieces.reserveCapacity(min(text.utf8.count, NameLimits.characters) + 1)
    var needsComposition = false
    var offset: Int32 = 0
    var read = 0
    for scalar in text.unicodeScalars {
      guard read < NameLimits.characters, pieces.count < NameLimits.characters else {
        isCut = true
        break
      }
      read += 1
      let bytes = Int32(UTF8.width(scalar))
      let record = table[scalar.value]
      let count = record.decompositionCount
      if count > 0 {
        needsComposition = true
        for index in 0..<count {
          append(table.decomposition(record, at: index), offset, offset + bytes)
        }
      } else {
        if record.combiningClass != 0 || isConjoining(scalar.value) { needsComposition = true }
        append(scalar.value, offset, offset + bytes)
      }
      offset += bytes
    }
    if needsComposition { compose() }
  }

  /// Vowels and trails of Hangul.
  private func isConjoining(_ scalar: UInt32) -> Bool { scalar >= 0x1161 && scalar < 0x11c3 }

  /// Marks are put in the order of their classes as they come.
  private mutating func append(_ scalar: UInt32, _ start: Int32, _ end: Int32) {
    let piece = Piece(scalar: scalar, record: table[scalar], start: start, end: end)
    let order = piece.record.combiningClass
    var at = pieces.count
    if order != 0 {
      var marks = 0
      while marks < NameLimits.marks, marks < pieces.count,
        pieces[pieces.count - 1 - marks].record.combiningClass != 0
      {
        marks += 1
      }
      guard marks < NameLimits.marks else { return }
      while at > 0, pieces[at - 1].record.combiningClass > order { at -= 1 }
    }
    pieces.insert(piece, at: at)
  }

  private mutating func compose() {
    var composed = [Piece]()
    composed.reserveCapacity(pieces.count)
    var starter: Int?
    var lastClass: UInt8 = 0
    for piece in pieces {
      let order = piece.record.combiningClass
      if let at = starter {
        let isNext = at == composed.count - 1
        let isFree = isNext || (lastClass < order && lastClass != 0)
        if isFree, let whole = composition(composed[at].scalar, piece.scalar) {
          composed[at].scalar = whole
          composed[at].record = table[whole]
          composed[at].end = max(composed[at].end, piece.end)
          continue
        }
      }
      if order == 0 { starter = composed.count }
      lastClass = order
      composed.append(piece)
    }
    pieces = composed
  }

  private func composition(_ first: UInt32, _ second: UInt32) -> UInt32? {
    Hangul.composition(first, second) ?? table.composition(first, second)
  }
}
