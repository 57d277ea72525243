/// A search for mistakes that is drawn from one seed, in pieces that have numbers and can be done
/// alone. A campaign is a value; `run` carries out any of them.
public protocol Campaign: Sendable {
  associatedtype Totals: CampaignTotals

  /// With fewer pieces some things do not occur, and none is asked for.
  static var coveredFrom: Int { get }
  /// The mistakes that can be planted, by name: the campaign must find each.
  static var bugs: [String] { get }

  var seed: UInt64 { get }
  var pieces: Pieces { get set }

  func begin(_ chronicle: Chronicle) throws(Violation) -> any CampaignStage<Totals>
  /// The campaign of one of its pieces.
  func alone(_ number: Int) -> Self
  /// The same campaign with a mistake; with nil as it was, but sound.
  func planting(_ bug: String?) -> Self
}

extension Campaign {
  public static var bugs: [String] { [] }

  public func alone(_ number: Int) -> Self {
    var copy = self
    copy.pieces = .only(number)
    return copy
  }

  public func planting(_ bug: String?) -> Self { self }
}

/// The pieces of a campaign that are done.
public enum Pieces: Hashable, Sendable {
  /// At least so many, from the first on.
  case first(Int)
  /// One, by its number.
  case only(Int)

  /// The number of the first.
  var start: Int {
    switch self {
    case .first: 0
    case .only(let number): number
    }
  }

  func isOver(_ done: Int) -> Bool {
    switch self {
    case .first(let count): done >= count
    case .only: true
    }
  }
}

/// The sum of what pieces of a campaign did.
public protocol CampaignTotals: Sendable {
  init()
  /// Everything that a campaign must reach, and how often it did.
  var occurred: [(name: String, count: Int)] { get }
  /// The other figures of a report.
  var figures: [Figure] { get }
}

extension CampaignTotals {
  /// Everything that was never reached.
  public var missing: [String] { occurred.filter { $0.count == 0 }.map(\.name) }
}

/// A campaign under way: what its pieces share, and what became of those that were done.
public protocol CampaignStage<Totals>: AnyObject {
  associatedtype Totals: CampaignTotals

  var totals: Totals { get }
  /// Pieces that were done, one that found something among them.
  var done: Int { get }
  /// The number of the piece that was done last.
  var current: Int { get }

  /// Does the next piece, or the next few.
  func advance() throws(Violation)
}
