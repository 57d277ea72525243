import Crypto
import Wire

/// The name under which a cursor is given (Protocols/readability.md, READ-13): 80 hexadecimal
/// digits.
public struct JournalName: Hashable, Sendable {
  /// The file's: another one means that a cursor is of a journal that is gone.
  public let identity: RandomName
  /// The start at which the cursor was given.
  public let session: RandomName
  /// The number at which the journal ended when the page was made: what the page says is as of
  /// then.
  public let seen: UInt64

  /// - Parameter seen: the journal's `end` as the page is made.
  public init(identity: RandomName, session: RandomName, seen: UInt64) {
    self.identity = identity
    self.session = session
    self.seen = seen
  }

  /// - Returns: nil for what `text` never gives.
  public init?(text: String) {
    guard let bytes = Hex.decode(text), bytes.count == 2 * Layout.identityBytes + 8 else {
      return nil
    }
    identity = RandomName(Array(bytes[..<Layout.identityBytes]))
    session = RandomName(Array(bytes[Layout.identityBytes..<(2 * Layout.identityBytes)]))
    seen = bytes.span.bigEndian(at: 2 * Layout.identityBytes)
  }

  /// 80 lower-case digits: identity, session and, big-endian, the number.
  public var text: String {
    var bytes = identity.bytes + session.bytes
    bytes.append(bigEndian: seen)
    return Hex.encode(bytes)
  }
}
