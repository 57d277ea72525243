/// One audience epoch, as its author's grant describes it.
public struct Audience: Hashable, Sendable {
  /// The index of the grant that opened it: what names it within its log.
  public let grantIndex: UInt64
  public let metadata: GrantMetadata
  /// The index of the grant that closed it, once there is one.
  public internal(set) var closedAt: UInt64?

  /// Whether an entry at `index` may be sealed to this audience.
  public func isOpen(at index: UInt64) -> Bool {
    index > grantIndex && (closedAt.map { index < $0 } ?? true)
  }
}

/// What became of a record (Protocols/sealing.md, 3).
public enum RecordOpening: Sendable, Equatable {
  /// The record's exact bytes.
  case opened(record: [UInt8], audience: Audience)
  /// Every grant below it was read, and none gave this node the key. No error.
  case notForThisNode
  /// No known audience has the key, and these grants below it could not be read yet (at most
  /// `SealingLimits.missingGrantsNamed`; none when the log was read only up to below the record).
  case unknownYet(missingGrants: [UInt64])
  /// No known audience has the key; the grant at this index has a slot for this node that needs a
  /// pre-shared key.
  case presharedKeyMissing(grant: UInt64)
  case defect(SealingDefect)
}

/// What an author has to do to seal to some nodes.
public enum AudiencePlan: Sendable, Equatable {
  /// The audience that this grant opened has exactly these members.
  case reuse(grantIndex: UInt64)
  /// Append a grant first.
  case open(GrantDraft)
}

/// The next grant that an author needs; `AudienceBook.makeGrant` makes its body.
public struct GrantDraft: Hashable, Sendable {
  let name: AudienceName
  let version: UInt32
  let predecessor: UInt64?
  let members: [AudienceMember]

  /// For a log's first grant and the like: continues nothing.
  var metadata: GrantMetadata {
    GrantMetadata(name: name, version: version, predecessor: predecessor, members: members)
  }
}
