public import Crypto

/// A group of nodes, by the node that convenes it and that node's name for it: `nl:ctf-balkans`
/// (Protocols/records.md, 3). Who is in it a version of it says.
public struct GroupName: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The node whose records say who is in the group.
  public let convener: NodeName
  /// 1 to `LogLimits.groupNameBytes` of `a-z 0-9 . _ -`.
  public let id: String

  /// - Returns: nil for an id of another grammar.
  public init?(convener: NodeName, id: String) {
    guard (1...LogLimits.groupNameBytes).contains(id.utf8.count), id.utf8.allSatisfy(Self.allows)
    else { return nil }
    self.convener = convener
    self.id = id
  }

  /// - Returns: nil unless `text` is `<node name>:<id>`.
  public init?(_ text: some StringProtocol) {
    guard let colon = text.utf8.firstIndex(of: 0x3a),
      let convener = try? NodeName(String(text[..<colon]))
    else { return nil }
    self.init(convener: convener, id: String(text[text.utf8.index(after: colon)...]))
  }

  /// `nl:ctf-balkans`
  public var text: String { "\(convener):\(id)" }
  /// As `text`.
  public var description: String { text }

  /// By convener, then by id.
  public static func < (a: GroupName, b: GroupName) -> Bool {
    (a.convener, a.id) < (b.convener, b.id)
  }

  private static func allows(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x61...0x7a, 0x30...0x39, 0x2d, 0x2e, 0x5f: true
    default: false
    }
  }
}

/// One version of a group: its number, and the SHA-256 of the exact bytes of the record that says
/// it. A convener that signs two records of one number made two versions.
public struct GroupVersion: Hashable, Sendable {
  /// The group that this is a version of.
  public let group: GroupName
  /// From 1.
  public let number: UInt32
  /// SHA-256 of the record.
  public let hash: Digest

  /// - Precondition: `number` is not 0.
  public init(group: GroupName, number: UInt32, hash: Digest) {
    precondition(number > 0, "versions count from 1")
    self.group = group
    self.number = number
    self.hash = hash
  }

  /// - Parameter text: `nl:ctf-balkans@3`.
  /// - Returns: nil for another spelling.
  public init?(_ text: some StringProtocol, hash: Digest) {
    guard let at = text.utf8.firstIndex(of: 0x40), let group = GroupName(text[..<at]),
      let number = Decimal.parse(text[text.utf8.index(after: at)...]),
      let version = UInt32(exactly: number), version > 0
    else { return nil }
    self.init(group: group, number: version, hash: hash)
  }

  /// `nl:ctf-balkans@3`: without the hash.
  public var text: String { "\(group)@\(number)" }
}
