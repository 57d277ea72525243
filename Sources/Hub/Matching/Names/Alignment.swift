/// Which words of one name stand for which of the other, each used once. Protocols/matching.md, 4.
struct Alignment {
  /// Words from `left`, `leftCount` of them, beside words of the other name.
  struct Pair {
    var left: Int
    var leftCount: Int
    var right: Int
    var rightCount: Int
    var likeness: Likeness
    /// Hundredths.
    var weight: Int
  }

  private(set) var pairs: [Pair] = []
  /// Bits of the words that no pair uses.
  private(set) var restLeft: UInt32
  private(set) var restRight: UInt32

  private struct Edge {
    var rank: Int
    var pair: Pair
  }

  /// - Parameter joins: of either name, where they were made beforehand.
  init(
    _ a: [Word], _ b: [Word], isPerson: Bool,
    joins: (WordJoins, WordJoins) = (WordJoins(), WordJoins())
  ) {
    restLeft = Alignment.all(a.count)
    restRight = Alignment.all(b.count)
    var edges = [Edge]()
    edges.reserveCapacity(a.count + b.count)
    // Spans lend their words; an array would copy each.
    let (left, right) = (a.span, b.span)
    for i in left.indices {
      for j in right.indices {
        let likeness = Likeness.of(left[i], right[j])
        guard likeness.value >= Likeness.accepted else { continue }
        Alignment.insert(Alignment.edge(left[i], right[j], likeness, i, j), into: &edges)
      }
    }
    Alignment.join(a, joins.0, b, flipped: false, isPerson, into: &edges)
    Alignment.join(b, joins.1, a, flipped: true, isPerson, into: &edges)
    pairs.reserveCapacity(min(a.count, b.count))
    for edge in edges { take(edge.pair, a, b) }
  }

  private static func all(_ count: Int) -> UInt32 { count >= 32 ? .max : (1 << UInt32(count)) - 1 }

  private static func bits(_ start: Int, _ count: Int) -> UInt32 { all(count) << UInt32(start) }

  /// The first of equally good ones stays the first.
  private static func insert(_ edge: Edge, into edges: inout [Edge]) {
    var at = edges.count
    while at > 0, edges[at - 1].rank < edge.rank { at -= 1 }
    edges.insert(edge, at: at)
  }

  private mutating func take(_ pair: Pair, _ a: [Word], _ b: [Word]) {
    let left = Alignment.bits(pair.left, pair.leftCount)
    let right = Alignment.bits(pair.right, pair.rightCount)
    guard restLeft & left == left, restRight & right == right else { return }
    restLeft &= ~left
    restRight &= ~right
    pairs.append(pair)
  }

  private static func edge(
    _ a: Word, _ b: Word, _ likeness: Likeness, _ i: Int, _ j: Int
  ) -> Edge {
    // Pairs that say more go first, then longer words, then words in the same place.
    let rank =
      likeness.value * Int(min(a.weight, b.weight)) / 100
      + 10 * min(a.spelling.count, b.spelling.count) - 20 * abs(i - j)
    let weight = Int(likeness.rule == .initial ? Word.Weight.initial : max(a.weight, b.weight))
    return Edge(
      rank: rank,
      pair: Pair(
        left: i, leftCount: 1, right: j, rightCount: 1, likeness: likeness, weight: weight))
  }

  // MARK: words written together or apart

  private static let shortestJoined = 4
  fileprivate static let joinedSpelt = 8_000
  private static let joinedOrganization = 9_300
  private static let joinedOther = 8_800
  private static let joinedPart = 9_700

  private static func join(
    _ many: [Word], _ joins: WordJoins, _ one: [Word], flipped: Bool, _ isPerson: Bool,
    into edges: inout [Edge]
  ) {
    guard many.count > 1 else { return }
    let ones = Extents(one)
    let parts = Extents(many)
    for start in 0..<(many.count - 1) {
      var extent = parts[start]
      for end in (start + 1)..<min(many.count, start + NameLimits.joined) {
        extent.append(parts[end])
        guard extent.isOneScript else { break }
        // Most words are joined for nothing: not before one of the other name may be what they are.
        var joined: Word?
        for j in one.indices where extent.mayBe(ones[j]) {
          guard isJoinable(many.span, start...end),
            one[j].kind == .name || one[j].kind == .common
          else { continue }
          let words = many[start...end]
          let whole = joined ?? joins.word(many, start, end)
          joined = whole
          guard let likeness = joinedLikeness(whole, of: words, one[j], one, isPerson) else {
            continue
          }
          insert(
            joinedEdge(
              likeness, start, words.count, j, flipped: flipped, weight: weight(words, one[j])),
            into: &edges)
        }
      }
    }
  }

  private static func joinedLikeness(
    _ joined: Word, of words: ArraySlice<Word>, _ one: Word, _ all: [Word], _ isPerson: Bool
  ) -> Likeness? {
    guard joined.spelling.count >= shortestJoined else { return nil }
    let likeness = Likeness.of(joined, one)
    let isSpelt = isLettered(joined.script) && isLettered(one.script)
    let least = !isPerson ? joinedOrganization : isSpelt ? joinedSpelt : joinedOther
    guard likeness.value >= least,
      likeness.value >= Likeness.Ceiling.sameName || !standsAlone(words, all)
    else { return nil }
    return likeness
  }

  private static func isLettered(_ script: Script) -> Bool { script.isSpelt || script == .arabic }

  private static func weight(_ words: ArraySlice<Word>, _ one: Word) -> Int {
    Int(max(words.map(\.weight).max() ?? 0, one.weight))
  }

  private static func isJoinable(_ words: Span<Word>, _ range: ClosedRange<Int>) -> Bool {
    var hasName = false
    for index in range {
      let kind = words[index].kind
      guard words[index].script == words[range.lowerBound].script, kind != .initial,
        kind != .number
      else { return false }
      if kind == .name || kind == .common { hasName = true }
    }
    return hasName
  }

  /// One of the words stands in the other name by itself: it is not half of another word there.
  private static func standsAlone(_ words: ArraySlice<Word>, _ others: [Word]) -> Bool {
    words.contains { word in
      word.kind == .name && others.contains { $0.isSame(as: word) }
    }
  }

  private static func joinedEdge(
    _ likeness: Likeness, _ start: Int, _ count: Int, _ j: Int, flipped: Bool, weight: Int
  ) -> Edge {
    let value = likeness.value * joinedPart / Likeness.whole
    let rank = likeness.value * 9 * count / 10 - 20 * abs(start - j)
    let found = Likeness(value: value, rule: .joined)
    let pair =
      flipped
      ? Pair(
        left: j, leftCount: 1, right: start, rightCount: count, likeness: found, weight: weight)
      : Pair(
        left: start, leftCount: count, right: j, rightCount: 1, likeness: found, weight: weight)
    return Edge(rank: rank, pair: pair)
  }
}

/// How long words are, which letters they have and how they sound, without touching the words.
private struct Extents {
  struct Extent {
    var count: Int32
    var letters: UInt32
    var script: Script
    /// All sounds that a word of Arabic or Hebrew may have, else its consonants.
    var sounds: UInt32
    /// As `AbjadWord.solid`.
    var solid: Int
    /// It has another spelling besides.
    var isFamilyName = false
    var boundaries = 0
    var isOneScript = true

    mutating func append(_ next: Extent) {
      count += next.count
      letters |= next.letters
      sounds |= next.sounds
      solid += next.solid
      boundaries += 1
      isOneScript = isOneScript && next.script == script
    }

    /// Lengths, letters and consonants alone rule most words out: one edit changes two letters at
    /// most, and what is joined differs by little.
    func mayBe(_ one: Extent) -> Bool {
      if script == one.script {
        return abs(count - one.count) <= 1 && (letters ^ one.letters).nonzeroBitCount <= 4
      }
      guard abs(count - one.count) <= 9 else { return false }
      guard script.isAbjad != one.script.isAbjad else { return mayBeSpelt(one) }
      let least = Alignment.joinedSpelt * Likeness.whole / Likeness.Ceiling.consonants
      if script.isAbjad {
        return AbjadSimilarity.leastCost(sounds, one.sounds)
          <= AbjadSimilarity.most(least, solid: solid)
      }
      // Where two words meet, up to three consonants may become one of another kind.
      return AbjadSimilarity.leastCost(one.sounds, sounds) - 300 * boundaries
        <= AbjadSimilarity.most(least, solid: one.solid)
    }

    /// Compares by sounds, of which few change where two words meet, or by letters.
    private func mayBeSpelt(_ one: Extent) -> Bool {
      if one.isFamilyName || Likeness.mayBe(sounds, one.sounds, apart: 3 * boundaries) {
        return true
      }
      return Likeness.mayBe(
        letters, one.letters, Int(count), Int(one.count), least: Alignment.joinedSpelt)
    }
  }

  private var extents: InlineArray<32, Extent>

  init(_ words: [Word]) {
    extents = InlineArray(
      repeating: Extent(count: 0, letters: 0, script: .other, sounds: 0, solid: 0))
    for index in words.indices {
      let letters = words[index].letters
      extents[index] = Extent(
        count: Int32(letters.spelling.count), letters: letters.spelling.letters,
        script: letters.script,
        sounds: letters.script.isAbjad ? letters.abjad.sounds : letters.sounds.consonants,
        solid: letters.abjad.solid, isFamilyName: !letters.familySpelling.isEmpty)
    }
  }

  subscript(index: Int) -> Extent { extents[index] }
}
