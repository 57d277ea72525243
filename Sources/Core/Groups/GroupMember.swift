public import Log

/// A node that a group names: by its name, and by the log that it had then. Another node that takes
/// the name later is no member; the node's own next log, which its opening authorises, is.
public struct GroupMember: Hashable, Sendable, Comparable {
  /// Its name on the convener's roster.
  public let name: NodeName
  /// Its log when the convener named it.
  public let log: LogID

  /// Checks nothing: whether the log is that node's decides who knows the roster.
  public init(name: NodeName, log: LogID) {
    self.name = name
    self.log = log
  }

  /// By name.
  public static func < (a: GroupMember, b: GroupMember) -> Bool { a.name < b.name }
}
