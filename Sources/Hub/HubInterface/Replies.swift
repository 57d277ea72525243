/// Names in any script, numbers, words of notes, or a reference; equally: so many candidates fit as
/// well as the last one shown.
public struct SearchReply: Codable, Hashable, Sendable {
  public var hits: [Hit]
  public var equally: Int?
  public var account: LookAccount

  public init(hits: [Hit], equally: Int? = nil, account: LookAccount) {
    self.hits = hits
    self.equally = equally
    self.account = account
  }
}

/// All that is known of one person or thing, with sources and grades.
public struct DossierReply: Codable, Hashable, Sendable {
  public var versions: [Found]
  public var same: [Found]
  public var mentions: [Mention]
  public var similar: [Hit]
  public var judgements: [Judgement]
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
  public var left: Found
  public var right: Found
  /// 0 to 1.
  public var score: Double
  public var explanation: [Row]
  public var sentence: String
  public var judgements: [Judgement]
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
  public var matches: [MatchResult]
  public var account: LookAccount

  public init(matches: [MatchResult], account: LookAccount) {
    self.matches = matches
    self.account = account
  }
}

/// Documents with this number, or of a zone.
public struct CheckDocumentReply: Codable, Hashable, Sendable {
  public var zone: Zone?
  public var hits: [Hit]
  public var account: LookAccount

  public init(zone: Zone? = nil, hits: [Hit], account: LookAccount) {
    self.zone = zone
    self.hits = hits
    self.account = account
  }
}

/// Judgement: same, not-same, unsure, or undo for none.
public struct JudgeReply: Codable, Hashable, Sendable {
  public var judgement: Judgement?
  public var account: LookAccount

  public init(judgement: Judgement? = nil, account: LookAccount) {
    self.judgement = judgement
    self.account = account
  }
}

/// Who is linked with whom, to a depth; with to the shortest path, if there is one.
public struct LinksReply: Codable, Hashable, Sendable {
  public var edges: [Edge]
  public var nodes: [LinkNode]
  public var path: [String]?
  public var cut: Bool
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
  public var legs: [LegReport]
  public var cut: Bool
  public var account: LookAccount

  public init(legs: [LegReport], cut: Bool, account: LookAccount) {
    self.legs = legs
    self.cut = cut
    self.account = account
  }
}

/// Accounts and payments around one person.
public struct MoneyReply: Codable, Hashable, Sendable {
  public var accounts: [Found]
  public var payments: [PaymentReport]
  public var cut: Bool
  public var account: LookAccount

  public init(accounts: [Found], payments: [PaymentReport], cut: Bool, account: LookAccount) {
    self.accounts = accounts
    self.payments = payments
    self.cut = cut
    self.account = account
  }
}

public struct OpenCaseReply: Codable, Hashable, Sendable {
  public var `case`: Case

  public init(`case`: Case) {
    self.`case` = `case`
  }
}

public struct CloseCaseReply: Codable, Hashable, Sendable {
  public var `case`: Case

  public init(`case`: Case) {
    self.`case` = `case`
  }
}

public struct CasesReply: Codable, Hashable, Sendable {
  public var cases: [Case]

  public init(cases: [Case]) {
    self.cases = cases
  }
}

/// Who looked at what, and why: the newest first, below an index.
public struct ConsultationsReply: Codable, Hashable, Sendable {
  public var consultations: [Consultation]
  public var account: LookAccount

  public init(consultations: [Consultation], account: LookAccount) {
    self.consultations = consultations
    self.account = account
  }
}

public struct StatusReply: Codable, Hashable, Sendable {
  public var node: String
  public var version: String
  /// The version of the tables.
  public var schema: Int
  /// The version of the keys of names.
  public var keys: Int
  public var matcher: Int
  public var connected: Bool
  public var complete: Bool
  public var why: String?
  public var progress: [LogProgress]
  public var entries: Int
  public var current: Int
  public var marked: Int
  /// Records that are found by name.
  public var indexed: Int
  /// Bytes in memory.
  public var indexBytes: Int
  public var databaseBytes: Int
  public var database: DatabaseReport?
  /// Looks in the consultation log, its first entry left out.
  public var consultations: Int
  public var anchor: AnchorProgress?
  public var watches: Int
  public var alerts: Int
  public var untaken: Int
  /// Changes of the facts that were not gone through yet.
  public var alertsBehind: Int
  /// Unix ms.
  public var startedAt: Int
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

  public init(engine: String, role: String, writer: String? = nil, trouble: String? = nil) {
    self.engine = engine
    self.role = role
    self.writer = writer
    self.trouble = trouble
  }
}

/// Copies tables that are not derived (cases, judgements, alerts, consultations) into a new folder.
public struct BackupReply: Codable, Hashable, Sendable {
  public var files: [String]

  public init(files: [String]) {
    self.files = files
  }
}

/// Records by type, author and grade, as this hub holds them.
public struct StatsReply: Codable, Hashable, Sendable {
  public var types: [String: Int]
  public var authors: [String: Int]
  public var grades: [String: Int]
  /// Counts by rule: `REC-52`.
  public var problems: [String: Int]

  public init(
    types: [String: Int], authors: [String: Int], grades: [String: Int], problems: [String: Int]
  ) {
    self.types = types
    self.authors = authors
    self.grades = grades
    self.problems = problems
  }
}
