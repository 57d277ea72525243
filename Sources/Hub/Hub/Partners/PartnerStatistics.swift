internal import HubInterface

/// Entries of one author that count alike, and whom they were sealed to.
struct CountedGroup: Hashable, Sendable {
  let author: String
  /// The author among them.
  let members: Set<String>
  let quarter: Quarter
  /// A type of record, or a word of `Contribution`.
  let what: String
  let isCorrection: Bool
  let count: Int
}

/// The statistics of one node and its partners (Protocols/hub.md, 17): a function of the entries
/// that both of a pair can open. Pure, and the same for both.
struct PartnerStatistics {
  /// This node.
  let own: String
  private var pairs: [Place: PairQuarter] = [:]
  private var times: [Side: [Int64]] = [:]

  private struct Place: Hashable {
    let quarter: Quarter
    let partner: String
  }

  private struct Side: Hashable {
    let place: Place
    let author: String
  }

  init(own: String) { self.own = own }

  /// - Parameter partner: another node.
  mutating func add(_ group: CountedGroup, with partner: String) {
    guard group.author == own || group.author == partner, group.members.contains(own),
      group.members.contains(partner)
    else { return }
    change(group.quarter, partner, group.author) { side in
      switch group.what {
      case Contribution.withdrawn: side.withdrawn += group.count
      case Contribution.expired: side.expired += group.count
      default:
        side.records[group.what, default: 0] += group.count
        if group.isCorrection { side.corrections += group.count }
      }
    }
  }

  /// - Parameter author: who asked.
  mutating func add(_ outcome: PairRequests.Outcome, of author: String, with partner: String) {
    change(outcome.quarter, partner, author) { side in
      side.requests.asked += 1
      switch outcome.state {
      case .inTime: side.requests.inTime += 1
      case .late: side.requests.late += 1
      case .refused: side.requests.refused += 1
      case .open: side.requests.open += 1
      case .overdue: side.requests.overdue += 1
      case .closed: side.requests.closed += 1
      }
    }
    guard let time = outcome.milliseconds else { return }
    let place = Place(quarter: outcome.quarter, partner: partner)
    times[Side(place: place, author: author), default: []].append(time)
  }

  private mutating func change(
    _ quarter: Quarter, _ partner: String, _ author: String, _ change: (inout PartnerSide) -> Void
  ) {
    let place = Place(quarter: quarter, partner: partner)
    var pair =
      pairs[place]
      ?? PairQuarter(
        quarter: quarter.text, sides: [own, partner].sorted().map { PartnerSide(author: $0) })
    for side in pair.sides.indices where pair.sides[side].author == author {
      change(&pair.sides[side])
    }
    pairs[place] = pair
  }

  /// The newest quarter first, then by the partner's name.
  var rows: [PairQuarter] {
    let places = pairs.keys.sorted {
      ($1.quarter, $0.partner) < ($0.quarter, $1.partner)
    }
    return places.compactMap { place in
      var pair = pairs[place]
      for side in (pair?.sides ?? []).indices {
        let author = pair?.sides[side].author ?? ""
        let sorted = (times[Side(place: place, author: author)] ?? []).sorted()
        pair?.sides[side].requests.medianMilliseconds =
          sorted.isEmpty ? nil : Int(sorted[(sorted.count - 1) / 2])
      }
      return pair
    }
  }
}
