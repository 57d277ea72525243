/// Weights by record, in a table with open addressing that is made for one query.
struct CandidateTally {
  private var records: [UInt32]
  private var weights: [Int32]
  private let mask: Int
  private static let empty = UInt32.max

  init(_ most: Int) {
    var size = 64
    while size < most * 2 { size *= 2 }
    records = Array(repeating: CandidateTally.empty, count: size)
    weights = Array(repeating: 0, count: size)
    mask = size - 1
  }

  mutating func add(_ record: UInt32, _ weight: Int) {
    var at = Int(truncatingIfNeeded: record &* 0x9e37_79b1) >> 4 & mask
    while records[at] != record {
      if records[at] == CandidateTally.empty {
        records[at] = record
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
    for at in records.indices where records[at] != CandidateTally.empty && weights[at] >= least {
      found.append(Candidates.Candidate(record: records[at], weight: Int(weights[at])))
    }
    found.sort(by: CandidateTally.isBetter)
    return Array(found.prefix(limit))
  }

  /// Weights are small numbers: counted by weight, the limit is found without a sort of all.
  private func threshold(_ limit: Int) -> Int32 {
    var counts = [Int](repeating: 0, count: 4_096)
    for at in records.indices where records[at] != CandidateTally.empty {
      counts[min(max(0, Int(weights[at])), counts.count - 1)] += 1
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
    var atLeast = 0
    for at in records.indices where records[at] != CandidateTally.empty && weights[at] >= least {
      atLeast += 1
    }
    return max(0, atLeast - limit)
  }
}
