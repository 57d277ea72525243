/// How often each thing happened that a campaign must reach.
public struct Tally<Kind: CaseIterable & Hashable & RawRepresentable & Sendable>: Sendable
where Kind.RawValue == String {
  private var counts: [Kind: Int] = [:]

  /// Nothing happened yet.
  public init() {}

  /// 0 for what never happened.
  public subscript(_ kind: Kind) -> Int { counts[kind, default: 0] }

  mutating func add(_ other: Tally) {
    for kind in Kind.allCases { add(kind, other[kind]) }
  }

  mutating func add(_ kind: Kind, _ count: Int = 1) {
    if count > 0 { counts[kind, default: 0] += count }
  }

}

extension Tally: CampaignTotals {
  /// Counts by name, in the order of the cases.
  public var occurred: [(name: String, count: Int)] {
    Kind.allCases.map { ($0.rawValue, self[$0]) }
  }

  public var figures: [Figure] { [] }
}
