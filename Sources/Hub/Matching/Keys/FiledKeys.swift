import Records

extension Evidence {
  /// The keys that a record is filed under, in order, none twice.
  public var filedKeys: [NameKey] {
    var keys = [NameKey]()
    let years = birthYears
    for name in names.prefix(NameLimits.names) {
      NameFiling(name.folded).file(years: years, into: &keys)
    }
    for date in birthDates { if let day = date.exactDay { keys.append(.day(day.number)) } }
    keys.sort()
    var unique = [NameKey]()
    unique.reserveCapacity(keys.count)
    for key in keys where unique.last != key { unique.append(key) }
    return Array(unique.prefix(KeyLimits.filed))
  }

  /// Years of birth; a date that may be in more than a few is not filed by its year.
  var birthYears: [Int] {
    var years = [Int]()
    for date in birthDates.prefix(NameLimits.dates) where date.years.count <= KeyLimits.years {
      for year in date.years where !years.contains(year) { years.append(year) }
    }
    return years
  }
}

/// The words of one name that are filed.
struct NameFiling {
  struct Entry {
    var hash: UInt64
    var skeletons: Skeletons
    var word: Word
  }

  let entries: [Entry]

  init(_ name: FoldedName) {
    var chosen = name.words.filter { $0.kind == .name || $0.kind == .common || $0.kind == .number }
    if chosen.isEmpty { chosen = name.words }
    entries = chosen.prefix(KeyLimits.words).map(NameFiling.entry)
  }

  static func entry(_ word: Word) -> Entry {
    Entry(hash: word.hash, skeletons: word.skeletons, word: word)
  }

  func file(years: [Int], into keys: inout [NameKey]) {
    for entry in entries {
      keys.append(.word(entry.hash))
      for index in 0..<entry.skeletons.count {
        keys.append(.skeleton(entry.skeletons[index]))
        for year in years { keys.append(.year(entry.skeletons[index], year)) }
      }
    }
    for (i, a) in entries.enumerated() {
      for b in entries.dropFirst(i + 1) { NameFiling.pairs(a.skeletons, b.skeletons, into: &keys) }
    }
    let firsts = entries.compactMap(\.skeletons.first)
    if !firsts.isEmpty { keys.append(.whole(firsts)) }
  }

  private static let readingsInPairs = 2

  private static func pairs(_ a: Skeletons, _ b: Skeletons, into keys: inout [NameKey]) {
    for i in 0..<min(readingsInPairs, a.count) {
      for j in 0..<min(readingsInPairs, b.count) { keys.append(.pair(a[i], b[j])) }
    }
  }
}
