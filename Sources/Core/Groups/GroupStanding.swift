public import Log

/// A node's leave to seal to a group, and to whom.
public enum GroupStanding: Hashable, Sendable {
  case usable(GroupUse)
  case refused(GroupRefusal)
}

/// The members of a group that this node seals to.
public struct GroupUse: Hashable, Sendable {
  /// The newest that was read: what a record names, whoever of its members it is sealed to.
  public let version: GroupVersion
  /// Without this node; ascending by name, at least one.
  public let members: [GroupMember]
  /// Members of that version that the operator did not accept yet.
  public let waiting: [GroupMember]
  /// Accepted members whose name is another node's now, or nobody's.
  public let strangers: [GroupMember]
}

/// Why nothing is sealed to a group.
public enum GroupRefusal: Hashable, Sendable {
  /// No record of it was read.
  case unknown
  /// Its newest record cannot be read.
  case unreadable(GroupProblem)
  /// The convener gave the newest number to two records.
  case twofold
  /// The newest version names another one before it than the one that was read.
  case tornOff
  /// Its operator did not accept it yet.
  case notAccepted
  /// This node left it.
  case left
  /// This node is no member of the newest version.
  case notMember
  /// The version that was accepted is newer than what can be read here.
  case older(than: UInt32)
  /// No other member that was accepted is left.
  case nobodyElse
}
