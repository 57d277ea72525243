/// The card of a log that counts, by its own entries: the genesis's, and then each keys entry that
/// counts (Protocols/card.md, CARD-31 to 33; log.md, LOG-38). It is fed in order of index; nothing
/// in it depends on when an entry came.
public struct CardInForce: Hashable, Sendable {
  /// The outcome for a keys entry.
  public enum Verdict: Hashable, Sendable {
    case taken
    /// It is late, or stands at a freeze or above it: it changes nothing.
    case void
    /// The card is another log's, or commits to another opening key: a defect.
    case defect
    /// The serial is not higher than that of the card before, or higher by more than
    /// `LogLimits.serialGrowth`.
    case serial
  }

  /// The newest that counts among the entries fed so far.
  public private(set) var card: Card

  /// - Parameter card: the genesis's, which counts from the start.
  public init(genesis card: Card) { self.card = card }

  /// - Parameters:
  ///   - index: of the entry, whose own signature was verified (ENT-15).
  ///   - standsBelow: up to where the log stands.
  public mutating func take(_ next: Card, at index: UInt64, standsBelow: UInt64) -> Verdict {
    guard index < standsBelow else { return .void }
    guard next.identity == card.identity, next.opening == card.opening else { return .defect }
    guard next.serial > card.serial, next.serial - card.serial <= LogLimits.serialGrowth else {
      return .serial
    }
    card = next
    return .taken
  }
}
