public import JSON
internal import Log

/// `org.liaison.Node.Publish`: what to publish, and to whom.
public struct PublishRequest: Hashable, Sendable {
  /// Node names, or exactly `["all"]`.
  public var to: [String]
  /// At most `ControlLimits.recordsPerPublish`.
  public var records: [Record]
  /// Answer only after this many peers stored the entries.
  public var replicas: Int?
  /// Seconds after which it is given up while signing waits for peers' answers; without it, it
  /// waits.
  public var timeout: Int?
  /// Days since 1970-01-01: from its 00:00 UTC on nobody needs to keep the bodies.
  public var expiryDay: Int?
  /// They are sealed under this grant, as their attachments are, or refused.
  public var grant: UInt64?

  /// Checks nothing: the daemon refuses what the limits forbid.
  public init(
    to: [String], records: [Record], replicas: Int? = nil, timeout: Int? = nil,
    expiryDay: Int? = nil, grant: UInt64? = nil
  ) {
    self.to = to
    self.records = records
    self.replicas = replicas
    self.timeout = timeout
    self.expiryDay = expiryDay
    self.grant = grant
  }
}

/// `count` entries of log `origin` from index `first`.
public struct EntryRun: Codable, Hashable, Sendable {
  /// `nl/1`
  public var origin: String
  /// The index of its first entry.
  public var first: UInt64
  /// 1 or more; `indices` bounds it, since a daemon says it.
  public var count: UInt64

  /// A run that was signed together.
  public init(origin: String, first: UInt64, count: UInt64) {
    self.origin = origin
    self.first = first
    self.count = count
  }

  /// The published indices, bounded by the most that one call can have published, whatever a daemon
  /// says.
  public var indices: Range<UInt64> {
    let (end, overflow) = first.addingReportingOverflow(
      min(count, UInt64(ControlLimits.recordsPerPublish)))
    return first..<(overflow ? .max : end)
  }
}

/// The entries that the records of a `PublishRequest` became, in the same order; a grant between
/// them is not listed.
public struct PublishReply: Hashable, Sendable {
  /// Runs in order; more than one where grants stand between the records.
  public var entries: [EntryRun]
  /// The index of the grant under which they are sealed; of a withdrawal there is none.
  public var grant: UInt64?
  /// Nodes of `all` that it was not sealed to: nobody can seal to their keys.
  public var leftOut: [String]?
  /// Nodes of `all` that it was not sealed to: their epoch is contested, or its card waits to be
  /// compared.
  public var contested: [String]?
  /// Members of an audience that was opened for it which have no pre-shared key while others have
  /// one.
  public var withoutPresharedKey: [String]?

  /// - Parameter entries: in the order of the records.
  public init(
    entries: [EntryRun], grant: UInt64? = nil, leftOut: [String]? = nil,
    contested: [String]? = nil, withoutPresharedKey: [String]? = nil
  ) {
    self.entries = entries
    self.grant = grant
    self.leftOut = leftOut
    self.contested = contested
    self.withoutPresharedKey = withoutPresharedKey
  }
}

extension ShowReply {
  /// True for a chunk of an attachment, readable or not.
  public var isChunk: Bool {
    kindNumber == EntryKind.record.rawValue && suite == EntrySuite.sealedChunk.rawValue
  }
}

extension PublishReply {
  /// True when the operator has to know something about the audience.
  public var hasNotes: Bool {
    leftOut != nil || contested != nil || withoutPresharedKey != nil
  }
}

/// `org.liaison.Node.Show`: one entry, `nl/1/17`.
public struct ShowRequest: Codable, Hashable, Sendable {
  /// `nl/1/17`
  public var entry: String
  /// Opens it with this key, 64 hexadecimal digits, in place of the node's own; nil: with those.
  public var key: String?
  /// - Parameter entry: `nl/1/17`.
  public init(entry: String, key: String? = nil) {
    self.entry = entry
    self.key = key
  }
}

/// The outcome of opening an entry's body here.
public enum EntryOpening: String, Codable, Hashable, Sendable {
  /// `record` holds the record.
  case opened
  /// The body is public: `text` shows it, where it is text.
  case isPublic = "public"
  /// Sealed to an audience this node is no member of.
  case notForThisNode
  /// Grants below it are still missing, so whether it is for this node is not known yet.
  case grantsMissing
  /// A slot for this node is there, but needs a pre-shared key that is not.
  case presharedKeyMissing
  /// It was readable here until its operator had the secrets for it destroyed.
  case keyForgotten
  /// Withdrawn by its author; `why` names the withdrawal. Its bytes are still here, and handed out
  /// to nobody.
  case hidden
  /// Withdrawn, and erased; `why` names the withdrawal: `by nl/1/9`.
  case purged
  /// The body was deleted here.
  case purgedHere
  /// Its expiry day has begun; `why` names the day.
  case expired
  /// The body is not here.
  case absent
  /// The body is here; a withdrawal that may name it could not be read yet.
  case undecided
  /// The author's, but not what a record must be; `why` says what is wrong.
  case defect
  /// A kind or suite this version does not know.
  case unknown
}

/// One entry's header, and its record where this node may read it.
public struct ShowReply: Codable, Hashable, Sendable {
  /// `nl/1/17`
  public var entry: String
  /// Log id, hexadecimal.
  public var log: String
  /// Unix ms, the author's claim.
  public var time: UInt64
  /// `record`, `grant`, …, or `unknown`.
  public var kind: String
  /// The kind as it is signed, known or not.
  public var kindNumber: UInt8
  /// The suite as it is signed, known or not.
  public var suite: UInt8
  /// Days since 1970-01-01, 0 for none.
  public var expiryDay: UInt16
  /// The body as stored, by the word of the leaf.
  public var bodyBytes: UInt32
  /// Hexadecimal; so are the hashes below, which are SHA-256.
  public var audienceTag: String
  /// The header before; zeros at index 0.
  public var previous: String
  /// SHA-256 of the body as stored.
  public var bodyHash: String
  /// The leaf: header and signature.
  public var leafHash: String
  /// `verified`, `checkpoint` (stands under a signed root) or `defect`.
  public var signature: String
  /// True at or above a proven fork.
  public var disputed: Bool
  /// True at or above the size at which the next epoch says that this one ended.
  public var late: Bool
  /// Members of the roster that cosigned a disputed entry before the dispute was proven, by name;
  /// and the size of the roster.
  public var witnesses: [String]?
  /// Absent as `witnesses` is.
  public var rosterSize: Int?
  /// It says which of the fields below are there.
  public var opening: EntryOpening
  /// Names of all nodes that a record which this node opened was sealed to, by its grant.
  public var audience: [String]?
  /// The index of that grant.
  public var grant: UInt64?
  /// The record's exact text, when `opening` is `opened`.
  public var record: String?
  /// A public body, where it is text, or what an attachment's chunk is; control characters are the
  /// printer's to mind.
  public var text: String?
  /// Completes `opening`: a withdrawal, a day, a defect.
  public var why: String?

  /// `witnesses`, `audience` and `grant` are added where they are known.
  public init(
    entry: String, log: String, time: UInt64, kind: String, kindNumber: UInt8, suite: UInt8,
    expiryDay: UInt16, bodyBytes: UInt32, audienceTag: String, previous: String, bodyHash: String,
    leafHash: String, signature: String, disputed: Bool = false, late: Bool = false,
    opening: EntryOpening,
    record: String? = nil, text: String? = nil, why: String? = nil
  ) {
    self.entry = entry
    self.log = log
    self.time = time
    self.kind = kind
    self.kindNumber = kindNumber
    self.suite = suite
    self.expiryDay = expiryDay
    self.bodyBytes = bodyBytes
    self.audienceTag = audienceTag
    self.previous = previous
    self.bodyHash = bodyHash
    self.leafHash = leafHash
    self.signature = signature
    self.disputed = disputed
    self.late = late
    self.opening = opening
    self.record = record
    self.text = text
    self.why = why
  }
}

/// The next index to look at in each log, by origin; a log that is not named is read from 0.
public struct TailPosition: Codable, Hashable, Sendable {
  /// The origin is not checked: a log that is not here is passed over.
  public var next: [String: UInt64]
  /// - Parameter next: empty for the beginning of every log.
  public init(next: [String: UInt64] = [:]) { self.next = next }
}

/// `org.liaison.Node.Tail`.
public struct TailRequest: Codable, Hashable, Sendable {
  /// Where to go on; from the beginning of every log without it.
  public var position: TailPosition?
  /// Begin after everything stored now. Not together with `position`.
  public var fresh: Bool?
  /// Only this log's records.
  public var origin: String?
  /// Go on as records arrive (needs `more`).
  public var follow: Bool?

  /// Without any of them: one page from the beginning of every log.
  public init(
    position: TailPosition? = nil, fresh: Bool? = nil, origin: String? = nil, follow: Bool? = nil
  ) {
    self.position = position
    self.fresh = fresh
    self.origin = origin
    self.follow = follow
  }
}

/// One record that this node can open, or what an author sealed to it that is none.
public struct TailEvent: Hashable, Sendable {
  /// `nl/1/17`
  public var entry: String
  /// Unix ms, the author's claim.
  public var time: UInt64
  /// nil when what the author sealed breaks a rule of records: then `malformed` says which, and
  /// none of its bytes is given.
  public var record: Record?
  /// Completes a sentence that begins with "It".
  public var malformed: String?
  /// True at or above a proven fork; absent: false.
  public var disputed: Bool?
  /// True above the end that the next epoch gave this one; absent: false.
  public var late: Bool?

  /// One of `record` and `malformed` is there.
  public init(
    entry: String, time: UInt64, record: Record?, malformed: String? = nil, disputed: Bool? = nil,
    late: Bool? = nil
  ) {
    self.entry = entry
    self.time = time
    self.record = record
    self.malformed = malformed
    self.disputed = disputed
    self.late = late
  }
}

extension TailEvent {
  /// The opened body of its author's entry. A body that breaks a rule of records would break the
  /// line that it is printed on: it is reported as malformed, and not given.
  init(entry: String, time: UInt64, opened bytes: [UInt8], disputed: Bool?, late: Bool?) {
    self.init(entry: entry, time: time, record: nil, disputed: disputed, late: late)
    do throws(JSONProblem) {
      record = try Record(checking: bytes)
    } catch {
      malformed = error.reason
    }
  }
}

/// A page of a tail (`TailRequest`).
public struct TailPage: Hashable, Sendable {
  /// In order of index within each log; may be none while there is more.
  public var events: [TailEvent]
  /// Where the next page begins.
  public var position: TailPosition
  /// There is more stored after this page.
  public var more: Bool

  /// - Parameter position: behind the last entry that was looked at.
  public init(events: [TailEvent], position: TailPosition, more: Bool) {
    self.events = events
    self.position = position
    self.more = more
  }
}

/// Changes that a reload of the roster made, by node name.
public struct ReloadReply: Codable, Hashable, Sendable {
  /// Names that were not on the roster before.
  public var added: [String]
  /// Names that are not on it any more.
  public var removed: [String]
  /// Names whose card, settings or pre-shared key are others.
  public var changed: [String]
  /// Files that could not be used, each with why; the rest was applied.
  public var problems: [String]

  /// Nothing: the roster is as it was.
  public init(
    added: [String] = [], removed: [String] = [], changed: [String] = [], problems: [String] = []
  ) {
    self.added = added
    self.removed = removed
    self.changed = changed
    self.problems = problems
  }
}

/// The part of the status that is about peers.
public struct PeersReply: Codable, Hashable, Sendable {
  /// By name.
  public var peers: [PeerReport]
  /// - Parameter peers: as in a `StatusReport`.
  public init(peers: [PeerReport]) { self.peers = peers }
}
