/// Names in any script, numbers, words of notes, or a reference; equally: so many candidates fit as
/// well as the last one shown.
public struct SearchReply: Codable, Hashable, Sendable {
  /// The best first, at most `limit` (HUB-50).
  public var hits: [Hit]
  /// Nil: none was left out for want of room (HUB-51).
  public var equally: Int?
  /// The look that this was.
  public var account: LookAccount

  public init(hits: [Hit], equally: Int? = nil, account: LookAccount) {
    self.hits = hits
    self.equally = equally
    self.account = account
  }
}

/// All that is known of one person or thing, with sources and grades.
public struct DossierReply: Codable, Hashable, Sendable {
  /// All that may be seen, the current one first; at most 200.
  public var versions: [Found]
  /// Other records of the same matter (HUB-31).
  public var same: [Found]
  /// At most 500.
  public var mentions: [Mention]
  /// Others who may be the same person, and whom nobody has judged.
  public var similar: [Hit]
  /// Those that name the record itself.
  public var judgements: [Judgement]
  /// The look that this was.
  public var account: LookAccount

  public init(
    versions: [Found], same: [Found], mentions: [Mention], similar: [Hit], judgements: [Judgement],
    account: LookAccount
  ) {
    self.versions = versions
    self.same = same
    self.mentions = mentions
    self.similar = similar
    self.judgements = judgements
    self.account = account
  }
}

/// Why two persons match, or do not.
public struct CompareReply: Codable, Hashable, Sendable {
  /// The current version.
  public var left: Found
  /// The current version.
  public var right: Found
  /// 0 to 1.
  public var score: Double
  /// Its contributions add up to the score.
  public var explanation: [Row]
  /// The weightiest rows in words.
  public var sentence: String
  /// Those on these two records.
  public var judgements: [Judgement]
  /// The look that this was.
  public var account: LookAccount

  public init(
    left: Found, right: Found, score: Double, explanation: [Row], sentence: String,
    judgements: [Judgement], account: LookAccount
  ) {
    self.left = left
    self.right = right
    self.score = score
    self.explanation = explanation
    self.sentence = sentence
    self.judgements = judgements
    self.account = account
  }
}

/// The candidates of one record, or why it could not be read.
public struct MatchResult: Codable, Hashable, Sendable {
  /// The best first; empty with a problem.
  public var hits: [Hit]
  /// A sentence; nil: it was read.
  public var problem: String?

  public init(hits: [Hit], problem: String? = nil) {
    self.hits = hits
    self.problem = problem
  }
}

/// Candidates for each record, in order.
public struct MatchReply: Codable, Hashable, Sendable {
  /// One for each record that was sent.
  public var matches: [MatchResult]
  /// One look for all of them.
  public var account: LookAccount

  public init(matches: [MatchResult], account: LookAccount) {
    self.matches = matches
    self.account = account
  }
}

/// Documents with this number, or of a zone.
public struct CheckDocumentReply: Codable, Hashable, Sendable {
  /// The zone as it was read; nil: a number was asked for.
  public var zone: Zone?
  /// Documents and ranges, the best first (HUB-53).
  public var hits: [Hit]
  /// The look that this was.
  public var account: LookAccount

  public init(zone: Zone? = nil, hits: [Hit], account: LookAccount) {
    self.zone = zone
    self.hits = hits
    self.account = account
  }
}

/// Judgement: same, not-same, unsure, or undo for none.
public struct JudgeReply: Codable, Hashable, Sendable {
  /// The one that holds now; nil: it was undone.
  public var judgement: Judgement?
  /// The look in which it was made.
  public var account: LookAccount

  public init(judgement: Judgement? = nil, account: LookAccount) {
    self.judgement = judgement
    self.account = account
  }
}

/// Who is linked with whom, to a depth; with to the shortest path, if there is one.
public struct LinksReply: Codable, Hashable, Sendable {
  /// At most 2,000 (HUB-54).
  public var edges: [Edge]
  /// One for each reference that an edge has.
  public var nodes: [LinkNode]
  /// From `ref` to `to`, both included; nil: not asked for, or there is none within the depth.
  public var path: [String]?
  /// More edges are there than were looked at.
  public var cut: Bool
  /// The look that this was.
  public var account: LookAccount

  public init(
    edges: [Edge], nodes: [LinkNode], path: [String]? = nil, cut: Bool, account: LookAccount
  ) {
    self.edges = edges
    self.nodes = nodes
    self.path = path
    self.cut = cut
    self.account = account
  }
}

/// Legs of one person's trips, or of trips without a person (routes); cut: there are more.
public struct TripsReply: Codable, Hashable, Sendable {
  /// By time of departure; those without one last. At most 2,000.
  public var legs: [LegReport]
  /// More legs are there than were looked at.
  public var cut: Bool
  /// The look that this was.
  public var account: LookAccount

  public init(legs: [LegReport], cut: Bool, account: LookAccount) {
    self.legs = legs
    self.cut = cut
    self.account = account
  }
}

/// Accounts and payments around one person.
public struct MoneyReply: Codable, Hashable, Sendable {
  /// Those that the person holds, by reference or number (HUB-56).
  public var accounts: [Found]
  /// Those that name the person or one of these accounts, at most 2,000.
  public var payments: [PaymentReport]
  /// More are there than were looked at.
  public var cut: Bool
  /// The look that this was.
  public var account: LookAccount

  public init(accounts: [Found], payments: [PaymentReport], cut: Bool, account: LookAccount) {
    self.accounts = accounts
    self.payments = payments
    self.cut = cut
    self.account = account
  }
}

/// The case that is open now.
public struct OpenCaseReply: Codable, Hashable, Sendable {
  /// With its number.
  public var `case`: Case

  public init(`case`: Case) {
    self.`case` = `case`
  }
}

/// The case, closed; looks that name it are refused from now on.
public struct CloseCaseReply: Codable, Hashable, Sendable {
  /// With `closedAt`.
  public var `case`: Case

  public init(`case`: Case) {
    self.`case` = `case`
  }
}

/// The cases that the user may see (HUB-40).
public struct CasesReply: Codable, Hashable, Sendable {
  /// The newest first, of the last 1,000.
  public var cases: [Case]

  public init(cases: [Case]) {
    self.cases = cases
  }
}

/// Who looked at what, and why: the newest first, below an index.
public struct ConsultationsReply: Codable, Hashable, Sendable {
  /// The newest first.
  public var consultations: [Consultation]
  /// Reading the log is a look, too.
  public var account: LookAccount

  public init(consultations: [Consultation], account: LookAccount) {
    self.consultations = consultations
    self.account = account
  }
}

/// How the hub is; no look, since it names nobody.
public struct StatusReply: Codable, Hashable, Sendable {
  /// The node's name by the daemon's word; empty until it was told.
  public var node: String
  /// The release of the hub.
  public var version: String
  /// The version of the tables.
  public var schema: Int
  /// The version of the keys of names.
  public var keys: Int
  /// The version of the matcher's rules: scores of two versions are not compared.
  public var matcher: Int
  /// The daemon is there.
  public var connected: Bool
  /// All that it can read is in the facts.
  public var complete: Bool
  /// Why it is not complete; nil: it is.
  public var why: String?
  /// One for each log.
  public var progress: [LogProgress]
  /// Readable entries (HUB-20).
  public var entries: Int
  /// Records of which this is the shown version (HUB-21).
  public var current: Int
  /// Entries that break a rule, or are disputed, late or malformed.
  public var marked: Int
  /// Records that are found by name.
  public var indexed: Int
  /// Bytes in memory.
  public var indexBytes: Int
  /// The file and its write-ahead log, or the schema.
  public var databaseBytes: Int
  /// Nil from a hub of an earlier version.
  public var database: DatabaseReport?
  /// Looks in the consultation log, its first entry left out.
  public var consultations: Int
  /// The newest, or why there is none (HUB-63).
  public var anchor: AnchorProgress?
  /// Those that are active.
  public var watches: Int
  /// Those that stand.
  public var alerts: Int
  /// Those that stand and nobody took.
  public var untaken: Int
  /// Changes of the facts that were not gone through yet.
  public var alertsBehind: Int
  /// Unix ms.
  public var startedAt: Int
  /// Sentences that an operator should read.
  public var warnings: [String]

  public init(
    node: String, version: String, schema: Int, keys: Int, matcher: Int, connected: Bool,
    complete: Bool, why: String? = nil, progress: [LogProgress], entries: Int, current: Int,
    marked: Int, indexed: Int, indexBytes: Int, databaseBytes: Int,
    database: DatabaseReport? = nil, consultations: Int,
    anchor: AnchorProgress? = nil, watches: Int = 0, alerts: Int = 0, untaken: Int = 0,
    alertsBehind: Int = 0, startedAt: Int, warnings: [String]
  ) {
    self.node = node
    self.version = version
    self.schema = schema
    self.keys = keys
    self.matcher = matcher
    self.connected = connected
    self.complete = complete
    self.why = why
    self.progress = progress
    self.entries = entries
    self.current = current
    self.marked = marked
    self.indexed = indexed
    self.indexBytes = indexBytes
    self.databaseBytes = databaseBytes
    self.database = database
    self.consultations = consultations
    self.anchor = anchor
    self.watches = watches
    self.alerts = alerts
    self.untaken = untaken
    self.alertsBehind = alertsBehind
    self.startedAt = startedAt
    self.warnings = warnings
  }
}

/// Where the hub's tables are, and who writes them.
public struct DatabaseReport: Codable, Hashable, Sendable {
  /// `sqlite` or `postgresql`.
  public var engine: String
  /// `writes` or `reads`.
  public var role: String
  /// The hub that writes, where this one reads.
  public var writer: String?
  /// Why the tables cannot be reached.
  public var trouble: String?

  /// A copy of what the hub found at its last round.
  public init(engine: String, role: String, writer: String? = nil, trouble: String? = nil) {
    self.engine = engine
    self.role = role
    self.writer = writer
    self.trouble = trouble
  }
}

/// Copies tables that are not derived (cases, judgements, alerts, consultations) into a new folder.
public struct BackupReply: Codable, Hashable, Sendable {
  /// Paths of what was written.
  public var files: [String]

  /// - Parameter files: of the new folder.
  public init(files: [String]) {
    self.files = files
  }
}

/// Records by type, author and grade, as this hub holds them.
public struct StatsReply: Codable, Hashable, Sendable {
  /// By type of records.md, 3; `other` for the rest (HUB-26).
  public var types: [String: Int]
  /// By the node's name.
  public var authors: [String: Int]
  /// As `B2`; records without a grade are not counted.
  public var grades: [String: Int]
  /// Counts by rule: `REC-52`.
  public var problems: [String: Int]

  /// Read from `tally`: nothing is counted for it.
  public init(
    types: [String: Int], authors: [String: Int], grades: [String: Int], problems: [String: Int]
  ) {
    self.types = types
    self.authors = authors
    self.grades = grades
    self.problems = problems
  }
}
