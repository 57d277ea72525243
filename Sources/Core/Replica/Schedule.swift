/// Work that is done when its time comes, besides the core's own.
enum Duty: CaseIterable {
  case checkpoint, token, unsaved, proofs, removal, undecided, cards, blockedCards, full, taken,
    limits, receipt
}

/// When each duty is due. One that is due already keeps its time.
struct Schedule {
  private var times: [Duty: UInt64] = [:]

  var next: UInt64? { times.values.min() }

  mutating func set(_ duty: Duty, if isWanted: Bool = true, _ time: @autoclosure () -> UInt64) {
    if isWanted, times[duty] == nil { times[duty] = time() }
  }

  /// - Returns: what is due now, in the order of `Duty`.
  mutating func take(_ now: UInt64) -> [Duty] {
    let duties = Duty.allCases.filter { times[$0].map { $0 <= now } ?? false }
    for duty in duties { times[duty] = nil }
    return duties
  }
}
