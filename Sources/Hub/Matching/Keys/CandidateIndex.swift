/// Which records may answer a query, from their keys alone, in memory. Protocols/matching.md, 9.
///
/// It is built once from stored keys; what changes afterwards stands in a delta until `merge`. One
/// thread changes it, and any number of threads may ask copies of it, which share their arrays.
public struct CandidateIndex: Sendable {
  private var base = Postings()
  private var delta: [UInt32: [UInt32]] = [:]
  private var deltaRecords = 0
  /// Records that are gone.
  private var removed = RecordSet()
  private var baseRecords = 0

  /// Records that can be found.
  public var count: Int { baseRecords + deltaRecords - removed.count }
  /// Bytes of its arrays; a delta counts 64 for each of its keys, whatever records they have.
  public var bytes: Int {
    base.bytes + removed.bytes + delta.count * 64
  }
  /// It is time to merge.
  public var isDeltaFull: Bool { deltaRecords >= KeyLimits.delta }

  /// An index in which nobody is found.
  public init() {}

  /// Sorts all keys: memory for them once more while it lasts.
  public init(_ builder: consuming Builder) {
    baseRecords = builder.records
    base = Postings(&builder.parts)
  }

  /// Takes the keys of all records, in rising order of their numbers.
  public struct Builder: Sendable {
    fileprivate var parts = PostingParts()
    /// Records added so far.
    public fileprivate(set) var records = 0

    /// - Parameter keys: a guess that saves copies; more may be added.
    public init(expecting keys: Int = 0) {
      if keys > 0 { parts.reserve(keys) }
    }

    /// - Parameter record: below 2³¹.
    public mutating func add(_ record: UInt32, _ keys: [NameKey]) {
      precondition(record < 0x8000_0000)
      for key in keys { parts.add(record, key) }
      records += 1
    }

    /// - Returns: false where the bytes are no keys: this record is filed under nothing.
    public mutating func add(_ record: UInt32, blob: [UInt8]) -> Bool {
      guard let keys = NameKey.keys(ofBlob: blob) else { return false }
      add(record, keys)
      return true
    }
  }

  /// A record that was not there when the index was built. Its number is higher than any before.
  public mutating func insert(_ record: UInt32, _ keys: [NameKey]) {
    precondition(record < 0x8000_0000)
    for key in keys { delta[key.value, default: []].append(record) }
    deltaRecords += 1
  }

  /// Takes the record out of all answers. Its number is not used again before the next merge.
  public mutating func remove(_ record: UInt32) { removed.insert(record) }

  /// The same as a new value, so that the old one answers meanwhile.
  public func merged() -> CandidateIndex {
    var index = self
    index.merge()
    return index
  }

  /// Takes the delta into the arrays, and what was removed out of them: as long as a build, and for
  /// that time its memory again.
  public mutating func merge() {
    let count = self.count
    var parts = PostingParts()
    base.forEachPair { key, record in
      if !removed.contains(record) { parts.add(record, NameKey(key)) }
    }
    base = Postings()
    // The order of the dictionary does not matter: the parts are sorted.
    for key in delta.keys.sorted() {
      for record in delta[key] ?? [] where !removed.contains(record) {
        parts.add(record, NameKey(key))
      }
    }
    delta = [:]
    base = Postings(&parts)
    removed = RecordSet()
    deltaRecords = 0
    baseRecords = count
  }
}

// MARK: asking

/// The answer of an index.
public struct Candidates: Hashable, Sendable {
  /// A record that shares a key with the query.
  public struct Candidate: Hashable, Sendable {
    /// Its number, as it was added.
    public var record: UInt32
    /// The rarity of the keys that it shares with the query.
    public var weight: Int
  }

  /// The best first; equally good ones by their numbers.
  public var found: [Candidate] = []
  /// Others that are as good as the last of them: "412 equally good, add a date". At least so many.
  public var equallyGood = 0
}

extension CandidateIndex {
  private struct Asked {
    var key: UInt32
    var list: Postings.List?
    var fresh: [UInt32]
    var count: Int
    var weight: Int
  }

  /// - Parameter among: nil: all; else others are no candidates.
  /// - Returns: at most `limit` records, by the rarity of the keys that they share with the query.
  public func candidates(
    _ keys: [AskedKey], limit: Int = 50, among: RecordSet? = nil
  ) -> Candidates {
    let asked = found(keys)
    guard !asked.isEmpty else { return Candidates() }
    var visited = 0
    var used = 0
    while used < asked.count, asked[used].count <= KeyLimits.cap,
      visited + asked[used].count <= KeyLimits.visited
    {
      visited += asked[used].count
      used += 1
    }
    // Every key is above its cap: the rarest of them is gone through, as far as the cap.
    var skipped = 0
    if used == 0 {
      visited = min(asked[0].count, KeyLimits.cap)
      skipped = asked[0].count - visited
      used = 1
    }
    var tally = CandidateTally(visited)
    for key in asked[..<used] {
      visit(key) {
        if !removed.contains($0), among?.contains($0) != false { tally.add($0, key.weight) }
      }
    }
    var best = tally.best(max(limit, KeyLimits.second))
    if used < asked.count { addSecond(asked[used...], to: &best) }
    return answer(best, tally, limit: limit, skipped: skipped)
  }

  private func answer(
    _ best: [Candidates.Candidate], _ tally: CandidateTally, limit: Int, skipped: Int
  ) -> Candidates {
    var answer = Candidates(found: Array(best.prefix(limit)))
    guard let last = answer.found.last else { return answer }
    answer.equallyGood = best.dropFirst(limit).count { $0.weight == last.weight }
    // Beyond the best that were looked at, as many may be as good.
    if answer.equallyGood > 0, answer.equallyGood == best.count - min(limit, best.count) {
      answer.equallyGood += tally.equal(beyond: best.count) + skipped
    }
    return answer
  }

  /// The keys that anybody is filed under, the rarest first.
  private func found(_ keys: [AskedKey]) -> [Asked] {
    var asked = [Asked]()
    let all = max(2, count)
    for key in keys {
      let list = base.list(key.key.value)
      let fresh = delta.isEmpty ? [] : delta[key.key.value] ?? []
      let count = (list?.count ?? 0) + fresh.count
      guard count > 0 else { continue }
      let rarity = Rarity.log2(all) - Rarity.log2(min(count, all))
      asked.append(
        Asked(
          key: key.key.value, list: list, fresh: fresh, count: count,
          weight: max(1, (rarity + Rarity.one) * key.part / 100)))
    }
    return asked.sorted { ($0.count, $0.key) < ($1.count, $1.key) }
  }

  private func visit(_ asked: Asked, _ body: (UInt32) -> Void) {
    // Takes at most the cap of both together: the tally has room for no more.
    if let list = asked.list { base.forEach(list, first: KeyLimits.cap, body) }
    let rest = max(0, KeyLimits.cap - (asked.list?.count ?? 0))
    for record in asked.fresh.prefix(rest) { body(record) }
  }

  /// Keys above their cap, as second factors of those that another key found.
  private func addSecond(_ keys: ArraySlice<Asked>, to best: inout [Candidates.Candidate]) {
    best.sort { $0.record < $1.record }
    let records = best.map(\.record)
    for key in keys {
      var isHeld = [Bool](repeating: false, count: records.count)
      if let list = key.list { base.find(records, in: list) { isHeld[$0] = true } }
      for (place, record) in records.enumerated() where !isHeld[place] {
        isHeld[place] = key.fresh.holds(record)
      }
      for place in best.indices where isHeld[place] { best[place].weight += key.weight }
    }
    best.sort(by: CandidateTally.isBetter)
  }
}

extension [UInt32] {
  /// Searches numbers in rising order: thousands of new records of one name are not walked for each
  /// candidate.
  fileprivate func holds(_ record: UInt32) -> Bool {
    var low = 0
    var high = count
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < record { low = middle + 1 } else { high = middle }
    }
    return low < count && self[low] == record
  }
}

/// Logarithms in integers, so that every machine ranks alike.
enum Rarity {
  /// One bit.
  static let one = 16

  /// - Returns: sixteenths of the logarithm to the base 2, linear between its whole numbers.
  static func log2(_ value: Int) -> Int {
    guard value > 1 else { return 0 }
    let whole = Int.bitWidth - 1 - value.leadingZeroBitCount
    let rest = value - (1 << whole)
    return whole * one + ((rest * one) >> whole)
  }
}
