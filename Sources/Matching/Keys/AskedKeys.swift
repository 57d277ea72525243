import Records

/// A key that a query looks up, and how much of its rarity counts.
public struct AskedKey: Hashable, Sendable {
  public var key: NameKey
  /// Hundredths.
  public var part: Int
}

extension Evidence {
  /// The keys of a query: those of the record that it looks for, and those that such a record would have if one of the two were misspelt or cut
  /// otherwise. Sorted by key, none twice.
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
    let sorted = keys.sorted { ($0.key, -$0.part) < ($1.key, -$1.part) }
    var unique = [AskedKey]()
    for key in sorted where unique.last?.key != key.key { unique.append(key) }
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
      for near in Misspelling.of(skeleton) {
        if entries.count == 1 { append(.skeleton(near), Asking.misspelt) }
        for year in years { append(.year(near, year), Asking.misspelt) }
        for (j, other) in chosen.enumerated() where j != i {
          if let second = other.skeletons.first { append(.pair(near, second), Asking.misspelt) }
        }
      }
      for year in years {
        append(.year(skeleton, year - 1), Asking.nearYear)
        append(.year(skeleton, year + 1), Asking.nearYear)
      }
    }
  }
}
