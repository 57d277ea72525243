/// Words of which public tables say that they are forms of one name: groups of Wikidata by way of
/// rigour, and short forms of English names. Looked up by 32 bits of hash; two words that share a
/// hash by accident share a group as rarely.
struct WordTable: Sendable {
  static let shared = WordTable()

  private let hashes = TableFile.section(.wordHashes, of: UInt32.self)
  private let values = TableFile.section(.wordValues, of: UInt32.self)
  private let lists = TableFile.section(.wordLists, of: UInt32.self)
  private let shortForms = TableFile.section(.shortForms, of: UInt32.self)

  /// The entry of the tables for one word.
  struct Entry: Equatable {
    fileprivate var hash: UInt32 = 0
    fileprivate var value: UInt32 = 0
    var isEmpty: Bool { value == 0 }
    fileprivate var hasShortForms: Bool { value & 0x4000_0000 != 0 }
    fileprivate var isList: Bool { value & 0x8000_0000 != 0 }
    fileprivate var number: UInt32 { value & 0x3fff_ffff }
  }

  subscript(hash: UInt32) -> Entry {
    let at = hashes.lowerBound(hash)
    guard at < hashes.count, hashes[at] == hash else { return Entry() }
    return Entry(hash: hash, value: values[at])
  }

  private func count(_ entry: Entry) -> Int {
    entry.isList ? Int(lists[Int(entry.number)]) : entry.number == 0 ? 0 : 1
  }

  private func group(_ entry: Entry, _ index: Int) -> UInt32 {
    entry.isList ? lists[Int(entry.number) + 1 + index] : entry.number
  }

  /// Both lists are sorted.
  func shareGroup(_ a: Entry, _ b: Entry) -> Bool {
    let ends = (count(a), count(b))
    var i = 0
    var j = 0
    while i < ends.0, j < ends.1 {
      let (x, y) = (group(a, i), group(b, j))
      if x == y { return true }
      if x < y { i += 1 } else { j += 1 }
    }
    return false
  }

  /// Ted is Theodore: pairs alone, never chained.
  func areShortForms(_ a: Entry, _ b: Entry) -> Bool {
    guard a.hasShortForms, b.hasShortForms else { return false }
    let wanted = a.hash < b.hash ? (a.hash, b.hash) : (b.hash, a.hash)
    var low = 0
    var high = shortForms.count / 2
    while low < high {
      let middle = (low + high) / 2
      let pair = (shortForms[middle * 2], shortForms[middle * 2 + 1])
      if pair == wanted { return true }
      if pair < wanted { low = middle + 1 } else { high = middle }
    }
    return false
  }
}
