public import Varlink

/// One group, as this node knows it.
public struct GroupReport: Codable, Hashable, Sendable {
  /// `nl:ctf-balkans`
  public var group: String
  /// The newest version that was read; nil if none could be.
  public var version: UInt32?
  /// SHA-256 of its record, hexadecimal.
  public var hash: String?
  /// The name by which people call it.
  public var title: String?
  /// Words of the list of purposes.
  public var purpose: [String]
  /// All of that version, by name.
  public var members: [String]
  /// Those of them that this node seals to.
  public var sealedTo: [String]
  /// Members that the operator did not accept yet.
  public var waiting: [String]
  /// Members whose name is another node's now, or nobody's on the roster.
  public var strangers: [String]
  /// `ask`, `auto`, `left`; nil: not accepted.
  public var mode: String?
  /// The version that was accepted.
  public var accepted: UInt32?
  /// Numbers that the convener gave to two records.
  public var contradictions: [UInt32]
  /// Why nothing is sealed to it; nil where something is.
  public var why: String?
  /// The operator's next step.
  public var help: String?

  /// - Parameter group: nothing else is known of it.
  init(group: String) {
    self.group = group
    purpose = []
    members = []
    sealedTo = []
    waiting = []
    strangers = []
    contradictions = []
  }
}

/// `org.liaison.Node.Groups`.
public struct GroupsRequest: Codable, Hashable, Sendable, CallParameters {
  /// Not required.
  public static let names = ["group"]
  /// Only this one.
  public var group: String?

  /// - Parameter group: nil: all.
  public init(group: String? = nil) { self.group = group }
}

/// The groups that this node was told of, by name.
public struct GroupsReply: Codable, Hashable, Sendable {
  /// By name.
  public var groups: [GroupReport]
}

/// `org.liaison.Node.AcceptGroup`.
public struct AcceptGroupRequest: Codable, Hashable, Sendable, CallParameters {
  /// All are required.
  public static let names = ["group", "version", "mode"]
  /// `nl:ctf-balkans`
  public var group: String
  /// The version that the operator saw.
  public var version: Int
  /// `ask`, `auto` or `left`.
  public var mode: String

  /// Checks nothing: the daemon does.
  public init(group: String, version: Int, mode: String) {
    self.group = group
    self.version = version
    self.mode = mode
  }
}

/// `org.liaison.Node.Convene`: the next version of an own group.
public struct ConveneRequest: Codable, Hashable, Sendable, CallParameters {
  /// `title`, `replicas` and `timeout` are not required.
  public static let names = [
    "group", "after", "title", "purpose", "members", "replicas", "timeout",
  ]
  /// `nl:ctf-balkans`
  public var group: String
  /// The version before, 0 for the first: refused if another one is the newest.
  public var after: Int
  /// The name by which people call it.
  public var title: String?
  /// At least one word of the list of purposes.
  public var purpose: [String]
  /// Names on the roster; this node is always a member.
  public var members: [String]
  /// As of `PublishRequest`.
  public var replicas: Int?
  /// As of `PublishRequest`.
  public var timeout: Int?

  /// Checks nothing: the daemon does.
  public init(
    group: String, after: Int, title: String?, purpose: [String], members: [String],
    replicas: Int? = nil, timeout: Int? = nil
  ) {
    self.group = group
    self.after = after
    self.title = title
    self.purpose = purpose
    self.members = members
    self.replicas = replicas
    self.timeout = timeout
  }
}

/// `org.liaison.Node.GiveHistory`.
public struct GiveHistoryRequest: Codable, Hashable, Sendable, CallParameters {
  /// `since` and `force` are not required.
  public static let names = ["to", "group", "since", "force"]
  /// Members of the group.
  public var to: [String]
  /// Whose older records of this node are given.
  public var group: String
  /// Unix ms: records from this time on; without it all of them.
  public var since: UInt64?
  /// Also to who has no pre-shared key.
  public var force: Bool?

  /// Checks nothing: the daemon does.
  public init(to: [String], group: String, since: UInt64? = nil, force: Bool? = nil) {
    self.to = to
    self.group = group
    self.since = since
    self.force = force
  }
}

/// The keys that were given, durable here.
public struct GiveHistoryReply: Codable, Hashable, Sendable {
  /// The history entries.
  public var entries: [EntryRun]
  /// Audiences whose keys were given.
  public var audiences: Int
  /// Single records whose keys were given.
  public var records: Int
}

extension ConveneRequest {
  /// The rules of Protocols/control.md, CTL-25.
  func check() throws(ControlError) {
    guard after >= 0, after < Int(UInt32.max) else {
      throw .refused(reason: "after is \(after)", hint: "name the version before, 0 for none")
    }
    guard !purpose.isEmpty, purpose.count <= ControlLimits.groupPurposes else {
      throw .refused(
        reason: "\(purpose.count) purposes", hint: "name what the group is for, for example ct")
    }
    guard members.count <= ControlLimits.audienceMembers else {
      throw .refused(
        reason: "\(members.count) members",
        hint: "name at most \(ControlLimits.audienceMembers)")
    }
    try ControlLimits.check(timeout: timeout)
  }
}

extension GiveHistoryRequest {
  /// The rules of Protocols/control.md, CTL-26.
  func check() throws(ControlError) {
    guard to.count <= ControlLimits.audienceMembers else {
      throw .refused(
        reason: "\(to.count) nodes named in \"to\"",
        hint: "name at most \(ControlLimits.audienceMembers)")
    }
  }
}
