/// Weights by record, in a table with open addressing that is made for one query.
struct CandidateTally {
  /// A record in the upper half and its weight in the lower one, so that a visit touches one place;
  /// 0 where there is none.
  private var table: [UInt64]
  private let mask: Int
  /// Places of the table that are taken.
  private var filled: [Int32] = []

  /// - Parameter most: records that are visited, at most: a quarter of the table stays free.
  init(_ most: Int) {
    var size = 64
    while size < most + most / 3 { size *= 2 }
    table = Array(repeating: 0, count: size)
    mask = size - 1
    filled.reserveCapacity(most)
  }

  /// - Parameter weight: at least 1.
  mutating func add(_ record: UInt32, _ weight: Int) {
    let weight = UInt64(truncatingIfNeeded: weight)
    var at = Int(truncatingIfNeeded: record &* 0x9e37_79b1) >> 4 & mask
    while table[at] != 0 {
      if UInt32(truncatingIfNeeded: table[at] >> 32) == record {
        table[at] &+= weight
        return
      }
      at = (at + 1) & mask
    }
    table[at] = UInt64(record) << 32 | weight
    filled.append(Int32(truncatingIfNeeded: at))
  }

  static func isBetter(_ a: Candidates.Candidate, _ b: Candidates.Candidate) -> Bool {
    a.weight != b.weight ? a.weight > b.weight : a.record < b.record
  }

  private func weight(at place: Int32) -> UInt32 {
    UInt32(truncatingIfNeeded: table[Int(place)])
  }

  /// - Returns: the best, in order.
  func best(_ limit: Int) -> [Candidates.Candidate] {
    let least = threshold(limit)
    // The weight's complement, then the record: as numbers they stand in the order of `isBetter`.
    var found = [UInt64]()
    for place in filled where weight(at: place) >= least {
      found.append(UInt64(~weight(at: place)) << 32 | table[Int(place)] >> 32)
    }
    found.sort()
    return found.prefix(limit).map {
      Candidates.Candidate(
        record: UInt32(truncatingIfNeeded: $0), weight: Int(~UInt32(truncatingIfNeeded: $0 >> 32)))
    }
  }

  /// Weights are small numbers: counted by weight, the limit is found without a sort of all.
  private func threshold(_ limit: Int) -> UInt32 {
    var counts = [Int](repeating: 0, count: 4_096)
    for place in filled { counts[min(Int(weight(at: place)), counts.count - 1)] += 1 }
    var total = 0
    for weight in counts.indices.reversed() {
      total += counts[weight]
      if total >= limit { return UInt32(weight) }
    }
    return 0
  }

  /// - Returns: how many beyond the first `limit` are as good as the last of those.
  func equal(beyond limit: Int) -> Int {
    let least = threshold(limit)
    let atLeast = filled.count { weight(at: $0) >= least }
    return max(0, atLeast - limit)
  }
}
