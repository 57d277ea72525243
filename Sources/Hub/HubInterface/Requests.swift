public import Varlink

/// Names in any script, numbers, words of notes, or a reference; equally: so many candidates fit as
/// well as the last one shown.
public struct SearchRequest: Codable, Hashable, Sendable, CallParameters {
  /// `look` and `text` are required.
  public static let names = ["look", "text", "type", "from", "since", "born", "limit"]

  /// Recorded before the answer leaves, as in every request.
  public var look: Look
  /// At most 4,096 bytes, taken as HUB-50 has it.
  public var text: String
  /// Records of this type alone; nil: of all.
  public var type: String?
  /// A node's name.
  public var from: String?
  /// A date as records write it, like `born`; entries from its first moment on (REC-20).
  public var since: String?
  /// Persons who may have been born then; nil: whenever.
  public var born: String?
  /// 1 to 200 hits; nil: 20.
  public var limit: Int?

  public init(
    look: Look, text: String, type: String? = nil, from: String? = nil, since: String? = nil,
    born: String? = nil, limit: Int? = nil
  ) {
    self.look = look
    self.text = text
    self.type = type
    self.from = from
    self.since = since
    self.born = born
    self.limit = limit
  }
}

/// All that is known of one person or thing, with sources and grades.
public struct DossierRequest: Codable, Hashable, Sendable, CallParameters {
  /// All are required.
  public static let names = ["look", "ref"]

  /// Recorded before the answer leaves.
  public var look: Look
  /// `nl:x` or an entry, `nl/1/17`.
  public var ref: String

  public init(look: Look, ref: String) {
    self.look = look
    self.ref = ref
  }
}

/// Why two persons match, or do not.
public struct CompareRequest: Codable, Hashable, Sendable, CallParameters {
  /// All are required.
  public static let names = ["look", "left", "right"]

  /// Recorded before the answer leaves.
  public var look: Look
  /// `nl:x` or an entry.
  public var left: String
  /// `nl:x` or an entry.
  public var right: String

  public init(look: Look, left: String, right: String) {
    self.look = look
    self.left = left
    self.right = right
  }
}

/// Candidates for each record, in order.
public struct MatchRequest: Codable, Hashable, Sendable, CallParameters {
  /// `look` and `records` are required.
  public static let names = ["look", "records", "limit"]

  /// One for all records.
  public var look: Look
  /// At most 64 records, each in its exact text.
  public var records: [String]
  /// 1 to 200 hits of one record; nil: 20.
  public var limit: Int?

  public init(look: Look, records: [String], limit: Int? = nil) {
    self.look = look
    self.records = records
    self.limit = limit
  }
}

/// Documents with this number, or of a zone.
public struct CheckDocumentRequest: Codable, Hashable, Sendable, CallParameters {
  /// `look` is required.
  public static let names = ["look", "number", "country", "zone"]

  /// Recorded before the answer leaves.
  public var look: Look
  /// Either this or `zone`.
  public var number: String?
  /// The issuer; nil beside a zone: the zone's.
  public var country: String?
  /// The lines of the zone, with line ends between them.
  public var zone: String?

  public init(look: Look, number: String? = nil, country: String? = nil, zone: String? = nil) {
    self.look = look
    self.number = number
    self.country = country
    self.zone = zone
  }
}

/// Judgement: same, not-same, unsure, or undo for none.
public struct JudgeRequest: Codable, Hashable, Sendable, CallParameters {
  /// All are required.
  public static let names = ["look", "left", "right", "judgement"]

  /// Its reason is the judgement's.
  public var look: Look
  /// `nl:x`; the order of both means nothing.
  public var left: String
  /// `nl:x`.
  public var right: String
  /// `same`, `not-same`, `unsure` or `undo`.
  public var judgement: String

  public init(look: Look, left: String, right: String, judgement: String) {
    self.look = look
    self.left = left
    self.right = right
    self.judgement = judgement
  }
}

/// Who is linked with whom, to a depth; with to the shortest path, if there is one.
public struct LinksRequest: Codable, Hashable, Sendable, CallParameters {
  /// `look` and `ref` are required.
  public static let names = ["look", "ref", "to", "depth"]

  /// Recorded before the answer leaves.
  public var look: Look
  /// The reference that the walk begins at.
  public var ref: String
  /// Another reference: the shortest path to it is asked for.
  public var to: String?
  /// 1 to 6 steps; nil: 2, or 6 with `to`.
  public var depth: Int?

  public init(look: Look, ref: String, to: String? = nil, depth: Int? = nil) {
    self.look = look
    self.ref = ref
    self.to = to
    self.depth = depth
  }
}

/// Legs of one person's trips, or of trips without a person (routes); cut: there are more.
public struct TripsRequest: Codable, Hashable, Sendable, CallParameters {
  /// `look` is required.
  public static let names = ["look", "ref"]

  /// Recorded before the answer leaves.
  public var look: Look
  /// A person; nil: trips that name nobody.
  public var ref: String?

  public init(look: Look, ref: String? = nil) {
    self.look = look
    self.ref = ref
  }
}

/// Accounts and payments around one person.
public struct MoneyRequest: Codable, Hashable, Sendable, CallParameters {
  /// `look` and `ref` are required.
  public static let names = ["look", "ref", "since"]

  /// Recorded before the answer leaves.
  public var look: Look
  /// A person.
  public var ref: String
  /// A date as records write it (REC-20).
  public var since: String?

  public init(look: Look, ref: String, since: String? = nil) {
    self.look = look
    self.ref = ref
    self.since = since
  }
}

/// Opens a case for the user who asks.
public struct OpenCaseRequest: Codable, Hashable, Sendable, CallParameters {
  /// All are required.
  public static let names = ["purpose", "reason"]

  /// `ct`, `soc`, `finance`, `border` or `missing`; one that the user may look for.
  public var purpose: String
  /// At most 1,024 bytes; looks of the case bear it.
  public var reason: String

  public init(purpose: String, reason: String) {
    self.purpose = purpose
    self.reason = reason
  }
}

/// Closes a case for ever.
public struct CloseCaseRequest: Codable, Hashable, Sendable, CallParameters {
  /// Required.
  public static let names = ["number"]

  /// As `Case.number`.
  public var number: Int

  public init(number: Int) {
    self.number = number
  }
}

/// Who looked at what, and why: the newest first, below an index.
public struct ConsultationsRequest: Codable, Hashable, Sendable, CallParameters {
  /// `look` is required.
  public static let names = ["look", "below", "limit"]

  /// Recorded as any other.
  public var look: Look
  /// Looks before this index; nil: from the newest on.
  public var below: Int?
  /// 1 to 200; nil: 20.
  public var limit: Int?

  public init(look: Look, below: Int? = nil, limit: Int? = nil) {
    self.look = look
    self.below = below
    self.limit = limit
  }
}

/// Copies tables that are not derived (cases, judgements, alerts, consultations) into a new folder.
public struct BackupRequest: Codable, Hashable, Sendable, CallParameters {
  /// Required.
  public static let names = ["folder"]

  /// A path that is not there yet, as the hub's process sees it.
  public var folder: String

  public init(folder: String) {
    self.folder = folder
  }
}
