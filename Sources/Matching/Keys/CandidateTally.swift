/// Weights by record, in a table with open addressing that is made for one query.
struct CandidateTally {
  private var records: [UInt32]
  private var weights: [Int32]
  private let mask: Int
  /// Places of the table that are taken.
  private var filled: [Int32] = []
  private static let empty = UInt32.max

  init(_ most: Int) {
    var size = 64
    while size < most * 2 { size *= 2 }
    records = Array(repeating: CandidateTally.empty, count: size)
    weights = Array(repeating: 0, count: size)
    mask = size - 1
    filled.reserveCapacity(most)
  }

  mutating func add(_ record: UInt32, _ weight: Int) {
    var at = Int(truncatingIfNeeded: record &* 0x9e37_79b1) >> 4 & mask
    while records[at] != record {
      if records[at] == CandidateTally.empty {
        records[at] = record
        filled.append(Int32(truncatingIfNeeded: at))
        break
      }
      at = (at + 1) & mask
    }
    weights[at] = weights[at] &+ Int32(clamping: weight)
  }

  static func isBetter(_ a: Candidates.Candidate, _ b: Candidates.Candidate) -> Bool {
    a.weight != b.weight ? a.weight > b.weight : a.record < b.record
  }

  /// - Returns: the best, in order.
  func best(_ limit: Int) -> [Candidates.Candidate] {
    let least = threshold(limit)
    var found = [Candidates.Candidate]()
    for place in filled where weights[Int(place)] >= least {
      found.append(
        Candidates.Candidate(record: records[Int(place)], weight: Int(weights[Int(place)])))
    }
    found.sort(by: CandidateTally.isBetter)
    return Array(found.prefix(limit))
  }

  /// Weights are small numbers: counted by weight, the limit is found without a sort of all.
  private func threshold(_ limit: Int) -> Int32 {
    var counts = [Int](repeating: 0, count: 4_096)
    for place in filled {
      counts[min(max(0, Int(weights[Int(place)])), counts.count - 1)] += 1
    }
    var total = 0
    for weight in counts.indices.reversed() {
      total += counts[weight]
      if total >= limit { return Int32(weight) }
    }
    return 0
  }

  /// - Returns: how many beyond the first `limit` are as good as the last of those.
  func equal(beyond limit: Int) -> Int {
    let least = threshold(limit)
    let atLeast = filled.count { weights[Int($0)] >= least }
    return max(0, atLeast - limit)
  }
}
