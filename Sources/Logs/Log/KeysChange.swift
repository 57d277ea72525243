internal import Text
/// The body of a keys entry: the card with new cosigning, sealing or transport keys
/// (Protocols/card.md, 5).
public struct KeysChange: Hashable, Sendable {
  /// With a higher serial than the one before, if it counts (CARD-32).
  public let card: Card

  /// - Parameter card: of the same log, with the next serial.
  public init(card: Card) { self.card = card }

  /// The card is verified; that it is this log's, and may follow the last, is not looked at.
  public static func parse(_ body: [UInt8]) throws(PublicBodyError) -> KeysChange {
    guard body.count <= LogLimits.publicBodyBytes else { throw .tooLong }
    var lines = TextLines(body)
    guard lines.next() == "liaison-keys/v1" else { throw .header }
    guard lines.next() == "" else { throw .blankLine }
    return KeysChange(card: try parseCard(lines.rest))
  }

  /// At most `LogLimits.publicBodyBytes`.
  public func encode() -> [UInt8] { Array("liaison-keys/v1\n\n".utf8) + card.note }
}

func parseCard(_ bytes: [UInt8]) throws(PublicBodyError) -> Card {
  do { return try Card.parse(bytes) } catch { throw .card(error) }
}

/// Problems of a genesis or keys body.
public enum PublicBodyError: Error, Hashable, Sendable {
  case tooLong
  case header
  /// The `follows` line is malformed, missing above epoch 1 or there in epoch 1.
  case follows
  /// The `opened-by` line is missing, or its key is unsound, in the card too, or opens the epoch
  /// after as well.
  case openingKey
  /// The last line is no signature, or not one by the opening key over everything before it.
  case openingSignature
  case blankLine
  case card(CardError)
}
