public import Crypto
public import Log

/// The name of an audience: the names of its members without the author, sorted and joined by
/// commas; `all` for the whole roster at one moment; `@` and the name of a group for its members at
/// one moment; the author's own name for the author alone (Protocols/sealing.md, SEAL-14). It is a
/// label for people: the grant's slots decide who can read.
public struct AudienceName: Hashable, Sendable, CustomStringConvertible {
  /// As it stands in the grant, which only members can read.
  public let text: String

  /// The whole roster at one moment: who joins later is not in it.
  public static let all = AudienceName(unchecked: "all")

  private init(unchecked text: String) { self.text = text }

  /// The name of the audience of exactly these nodes.
  public init(author: NodeName, members: some Sequence<NodeName>) {
    let others = Set(members).subtracting([author]).sorted()
    text = others.isEmpty ? author.text : others.map(\.text).joined(separator: ",")
  }

  /// The name of the audience of the members that a group has at one moment.
  public init(group: GroupName) { text = "@\(group)" }

  /// The group that it is the audience of.
  public var group: GroupName? { text.hasPrefix("@") ? GroupName(text.dropFirst()) : nil }

  /// The name that a grant claims; nil unless it is `all`, a group's, or follows from its members.
  init?(_ text: String, author: NodeName, members: [NodeName]) {
    self.text = text
    guard self == .all || group != nil || self == AudienceName(author: author, members: members)
    else { return nil }
  }

  /// As `text`.
  public var description: String { text }
}

/// The way in which an author names those whom it seals to. Each has audiences of its own, also
/// where the same nodes are meant.
public enum AudienceScope: Hashable, Sendable {
  /// Exactly these nodes.
  case nodes
  /// `all`: the roster at this moment.
  case everybody
  /// The members of a group at this moment.
  case group(GroupName)
}

/// A node that an audience includes.
public struct AudienceMember: Hashable, Sendable {
  /// Its name on the author's roster.
  public let name: NodeName
  /// By the card that the author held when it made the grant.
  public let key: SealingPublicKey

  /// Checks nothing: rosters hold cards that were verified.
  public init(name: NodeName, key: SealingPublicKey) {
    self.name = name
    self.key = key
  }
}
