import Records

/// A key that a query looks up, and how much of its rarity counts.
public struct AskedKey: Hashable, Sendable {
  /// The key as records are filed.
  public var key: NameKey
  /// Hundredths.
  public var part: Int
}

extension Evidence {
  /// The same evidence, by few enough names to be asked at once: a record with thirty names is
  /// asked for all of them.
  public var parts: [Evidence] {
    guard names.count > KeyLimits.names else { return [self] }
    return stride(from: 0, to: names.count, by: KeyLimits.names).map { start in
      var part = self
      part.names = Array(names[start..<min(start + KeyLimits.names, names.count)])
      return part
    }
  }

  /// The keys of a query: those of the record that it looks for, and those that such a record would
  /// have if one of the two were misspelt or cut otherwise. Sorted by key, none twice.
  public var askedKeys: [AskedKey] {
    var asking = Asking(years: birthYears)
    for name in names.prefix(KeyLimits.names) { asking.ask(name.folded) }
    for date in birthDates.prefix(NameLimits.dates) {
      if let day = date.exactDay { asking.append(.day(day.number), Asking.whole) }
    }
    return asking.finished
  }
}

struct Asking {
  static let whole = 100
  /// The words of the query, cut otherwise.
  private static let cut = 80
  private static let misspelt = 50
  private static let nearYear = 60

  private let years: [Int]
  private var keys: [AskedKey] = []

  init(years: [Int]) { self.years = years }

  var finished: [AskedKey] {
    // The key, and behind it what of its hundredths is missing: the best of equal keys comes first.
    let sorted = keys.map { UInt64($0.key.value) << 32 | UInt64(Asking.whole - $0.part) }.sorted()
    var unique = [AskedKey]()
    unique.reserveCapacity(sorted.count)
    for packed in sorted {
      let key = NameKey(UInt32(packed >> 32))
      if unique.last?.key != key {
        unique.append(
          AskedKey(key: key, part: Asking.whole - Int(UInt32(truncatingIfNeeded: packed))))
      }
    }
    return unique
  }

  mutating func append(_ key: NameKey, _ part: Int) {
    guard keys.count < KeyLimits.asked else { return }
    keys.append(AskedKey(key: key, part: part))
  }

  mutating func ask(_ name: FoldedName) {
    let filing = NameFiling(name)
    var exact = [NameKey]()
    filing.file(years: years, into: &exact)
    for key in exact { append(key, Asking.whole) }
    joined(name, filing.entries)
    split(filing.entries)
    misspelt(filing.entries)
  }

  /// Neighbours that the record may write as one word.
  private mutating func joined(_ name: FoldedName, _ entries: [NameFiling.Entry]) {
    let words = name.words
    guard words.count > 1 else { return }
    for count in 2...min(3, words.count) {
      for start in 0...(words.count - count) {
        let part = words[start..<(start + count)]
        guard let first = part.first, part.allSatisfy({ $0.script == first.script }) else {
          continue
        }
        let whole = Word(joining: part)
        append(.word(whole.hash), Asking.cut)
        guard let skeleton = whole.skeletons.first else { continue }
        append(.skeleton(skeleton), Asking.cut)
        for year in years { append(.year(skeleton, year), Asking.cut) }
        for entry in entries {
          let isInside = part.contains { $0.start == entry.word.start && $0.hash == entry.hash }
          if !isInside, let other = entry.skeletons.first {
            append(.pair(skeleton, other), Asking.cut)
          }
        }
      }
    }
  }

  private static let shortestSplit = 6
  private static let shortestHalf = 2

  /// One word that the record may write as two.
  private mutating func split(_ entries: [NameFiling.Entry]) {
    for entry in entries.prefix(KeyLimits.misspelt) {
      let word = entry.word.spelling
      guard word.count >= Asking.shortestSplit, entry.word.own.isEmpty else { continue }
      for at in Asking.shortestHalf...(word.count - Asking.shortestHalf) {
        let first = Skeleton(Sounds(word, 0..<at))
        let second = Skeleton(Sounds(word, at..<word.count))
        if !first.isEmpty, !second.isEmpty { append(.pair(first, second), Asking.cut) }
      }
    }
  }

  private mutating func misspelt(_ entries: [NameFiling.Entry]) {
    let chosen = entries.prefix(KeyLimits.misspelt)
    for (i, entry) in chosen.enumerated() {
      guard let skeleton = entry.skeletons.first else { continue }
      let others = Asking.companions(of: i, in: chosen)
      for near in Misspelling.of(skeleton) {
        if entries.count == 1 { append(.skeleton(near), Asking.misspelt) }
        for year in years { append(.year(near, year), Asking.misspelt) }
        for other in others { append(.pair(near, other), Asking.misspelt) }
      }
      for year in years {
        append(.year(skeleton, year - 1), Asking.nearYear)
        append(.year(skeleton, year + 1), Asking.nearYear)
      }
    }
  }

  private static let companions = 2

  /// The words beside which a misspelt one is asked: those with most consonants, which are the
  /// rarest.
  private static func companions(
    of index: Int, in entries: ArraySlice<NameFiling.Entry>
  ) -> [Skeleton] {
    let others = entries.enumerated().compactMap {
      $0.offset == index ? nil : $0.element.skeletons.first
    }
    let order = others.indices.sorted {
      (-others[$0].count, $0) < (-others[$1].count, $1)
    }
    return order.prefix(companions).map { others[$0] }
  }
}
