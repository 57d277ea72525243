/// A node's short name: 1 to 32 of `a-z 0-9 . -`, the first a letter or a digit, not beginning with
/// `liaison-` (Protocols/card.md, 1). So it is no option, no hidden file and no folder wherever it
/// is used.
public struct NodeName: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// ASCII, 1 to 32 bytes.
  public let text: String

  /// - Throws: the first rule that `text` breaks.
  public init(_ text: String) throws(NodeNameError) {
    let bytes = text.utf8
    guard !bytes.isEmpty, bytes.count <= LogLimits.nodeNameBytes else { throw .length }
    guard bytes.allSatisfy(NodeName.allows) else { throw .character }
    guard let first = bytes.first, first != 0x2d, first != 0x2e else { throw .firstCharacter }
    guard !text.hasPrefix("liaison-") else { throw .reserved }
    self.text = text
  }

  /// The bare name: it holds nothing that a terminal would take.
  public var description: String { text }

  /// By bytes: the order of members in grants.
  public static func < (a: NodeName, b: NodeName) -> Bool {
    a.text.utf8.lexicographicallyPrecedes(b.text.utf8)
  }

  private static func allows(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x61...0x7a, 0x30...0x39, 0x2d, 0x2e: true
    default: false
    }
  }
}

/// The first rule that a name breaks (Protocols/card.md, 1).
public enum NodeNameError: Error, Hashable, Sendable {
  /// Empty or longer than 32 bytes.
  case length
  /// A character other than `a-z 0-9 . -`.
  case character
  /// Begins with `.` or `-`.
  case firstCharacter
  /// Begins with `liaison-`.
  case reserved
}

/// The name of one log: `<node name>/<epoch>`, for example `nl/1` (Protocols/card.md, 1).
public struct Origin: Hashable, Sendable, CustomStringConvertible {
  /// The node that the log is of.
  public let name: NodeName
  /// The incarnation of the node's log, from 1.
  public let epoch: UInt32

  /// - Precondition: `epoch` is not 0.
  public init(name: NodeName, epoch: UInt32) {
    precondition(epoch > 0, "epochs count from 1")
    self.name = name
    self.epoch = epoch
  }

  /// - Throws: unless `text` is `<node name>/<epoch>` in its one spelling.
  public init(_ text: String) throws(OriginError) {
    let parts = text.utf8.split(separator: 0x2f, omittingEmptySubsequences: false)
    guard parts.count == 2 else { throw .shape }
    guard let number = Decimal.parse(String(decoding: parts[1], as: UTF8.self)),
      let epoch = UInt32(exactly: number), epoch > 0
    else { throw .epoch }
    do {
      name = try NodeName(String(decoding: parts[0], as: UTF8.self))
    } catch {
      throw .name(error)
    }
    self.epoch = epoch
  }

  /// The one spelling, at most `LogLimits.originBytes`.
  public var text: String { "\(name.text)/\(epoch)" }
  /// As `text`.
  public var description: String { text }
}

/// Why a text is no origin.
public enum OriginError: Error, Hashable, Sendable {
  /// Not exactly one slash.
  case shape
  case name(NodeNameError)
  /// Not a number from 1 to 2^32-1 without leading zeros.
  case epoch
}
