internal import Crypto
public import Log

/// One audience epoch, as a book keeps it: what its grant says of name and members, as hashes.
public struct Audience: Hashable, Sendable {
  /// The index of the grant that opened it: what names it within its log.
  public let grantIndex: UInt64
  /// The time that its grant claims, Unix ms.
  public let openedAt: UInt64
  /// From 1: grants of one audience follow each other.
  public let version: UInt32
  /// The group whose members it is for; nil for other audiences.
  public let group: GroupName?
  /// The index of the grant that closed it, once there is one.
  public internal(set) var closedAt: UInt64?
  let name: Bytes32
  let members: Bytes32
  let wraps: Bytes32

  init(_ metadata: GrantMetadata, at index: UInt64, time: UInt64, closedAt: UInt64?) {
    grantIndex = index
    openedAt = time
    version = metadata.version
    self.closedAt = closedAt
    group = metadata.name.group
    name = GrantMetadata.hash(metadata.name)
    members = GrantMetadata.hash(metadata.members)
    wraps = metadata.wraps
  }

  /// True when an entry at `index` may be sealed to this audience.
  public func isOpen(at index: UInt64) -> Bool {
    index > grantIndex && (closedAt.map { index < $0 } ?? true)
  }

  /// True when its author seals nothing more to it (Protocols/sealing.md, SEAL-29). A clock that
  /// was set back makes none old.
  func isPastTerm(at now: UInt64) -> Bool {
    now > openedAt && now - openedAt > SealingLimits.audienceTermMilliseconds
  }
}

/// The outcome of opening a record, or a chunk of an attachment (Protocols/sealing.md, 3).
public enum RecordOpening: Sendable, Equatable {
  /// The exact bytes of the record, or of the chunk; the audience is nil where a history entry gave
  /// the key of this one entry.
  case opened(record: [UInt8], audience: Audience?)
  /// Every grant below it was read, and none gave this node the key. No error.
  case notForThisNode
  /// No known audience has the key, and these grants below it could not be read yet (at most
  /// `SealingLimits.missingGrantsNamed`; none when the log was read only up to below the record).
  case unknownYet(missingGrants: [UInt64])
  /// The book was fed so far beyond the record that it may have forgotten its audience: one that is
  /// fed up to the record has the answer.
  case beyondReach
  /// No known audience has the key; the grant at this index has a slot for this node that needs a
  /// pre-shared key.
  case presharedKeyMissing(grant: UInt64)
  /// Its node destroyed the secrets that gave it the key (Protocols/sealing.md, SEAL-30). No book
  /// says so: whoever keeps account of what was destroyed does.
  case keyForgotten
  case defect(SealingDefect)
}

/// The author's next step to seal to some nodes, and the facts that its operator has to know.
public struct AudiencePlan: Sendable, Equatable {
  /// Sealing to the members takes one of these.
  public enum Step: Sendable, Equatable {
    /// The audience that this grant opened has exactly these members.
    case reuse(grantIndex: UInt64)
    /// Append a grant first.
    case open(GrantDraft)
  }

  /// `.open` is to be appended and fed back before anything is sealed.
  public let step: Step
  /// Nobody can seal to their keys; the rest of `all` is reached (SEAL-10).
  public let leftOut: [NodeName]
  /// Members without a pre-shared key while others have one: the audience is protected as they are.
  public let withoutPresharedKey: [NodeName]
}

/// The next grant that an author needs; `AudienceBook.makeGrant` makes its body.
public struct GrantDraft: Hashable, Sendable {
  let isClosing: Bool
  let name: AudienceName
  let version: UInt32
  let predecessor: UInt64?
  let members: [AudienceMember]

  init(
    isClosing: Bool = false, name: AudienceName, version: UInt32, predecessor: UInt64?,
    members: [AudienceMember]
  ) {
    self.isClosing = isClosing
    self.name = name
    self.version = version
    self.predecessor = predecessor
    self.members = members
  }

  /// True when the author must close an audience before this one, if it has as many as it may.
  public var isOneMore: Bool { predecessor == nil }
}
