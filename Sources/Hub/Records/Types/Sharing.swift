public import Log

/// An entry of any log, by what nobody can give another one: its log's id, its place, its leaf.
/// Protocols/records.md, REC-75.
public struct EntryCitation: Hashable, Sendable {
  /// As people name it, `nl/1/17`; nothing is decided by it.
  public var entry: String?
  /// The log's id, 64 hexadecimal digits in small letters.
  public var log: String?
  /// From 0.
  public var index: Int?
  /// The leaf's hash, 64 hexadecimal digits in small letters.
  public var leaf: String?

  /// Hashes are 64 hexadecimal digits in small letters.
  public init(
    entry: String? = nil, log: String? = nil, index: Int? = nil, leaf: String? = nil
  ) {
    self.entry = entry
    self.log = log
    self.index = index
    self.leaf = leaf
  }

  static let table = FieldTable<EntryCitation>(
    [
      Field("entry", 75) { $0.entry = $1.text(RecordLimits.codeBytes) },
      Field("log", 75) { $0.log = $1.hash() },
      Field("index", 75) { $0.index = $1.number(RecordLimits.entryIndices) },
      Field("leaf", 75) { $0.leaf = $1.hash() },
    ], requiring: [("log", 75), ("index", 75), ("leaf", 75)])

  /// True when both name one entry, whatever people call it.
  public func names(_ other: EntryCitation) -> Bool {
    guard let log, let index, let leaf else { return false }
    return other.log == log && other.index == index && other.leaf == leaf
  }
}

/// A node, and the log by which it is known: a name alone may be given to another key.
/// Protocols/records.md, REC-76.
public struct NodeCitation: Hashable, Sendable {
  /// Its name.
  public var node: NodeName?
  /// The id of its log, 64 hexadecimal digits in small letters.
  public var log: String?

  /// The log is 64 hexadecimal digits in small letters.
  public init(node: NodeName? = nil, log: String? = nil) {
    self.node = node
    self.log = log
  }

  static let table = FieldTable<NodeCitation>(
    [
      Field("node", 76) { $0.node = $1.nodeName() },
      Field("log", 76) { $0.log = $1.hash() },
    ], requiring: [("node", 76), ("log", 76)])
}

/// An author's leave to pass one entry on, or to use it in court. REC-76.
public struct Consent: RecordFields {
  /// The entry that may be used so.
  public var of: EntryCitation?
  /// `pass-on`, or `court`.
  public var use: Term<ConsentUse>?
  /// Who may do it.
  public var asker: NodeCitation?
  /// Who may be given it; nil for the use in court.
  public var receiver: NodeCitation?
  /// The last day of its term (REC-20).
  public var until: DateValue?

  init() {}

  static let table = FieldTable<Consent>(
    [
      Field("of", 75) { $0.of = $1.object(EntryCitation.table, EntryCitation()) },
      Field("use", 6) { $0.use = $1.term() },
      Field("asker", 76) { $0.asker = $1.object(NodeCitation.table, NodeCitation()) },
      Field("receiver", 76) { $0.receiver = $1.object(NodeCitation.table, NodeCitation()) },
      Field("until", 20) { $0.until = $1.date() },
    ], requiring: [("of", 76), ("use", 76), ("asker", 76), ("until", 76)])

  func check(_ reader: inout FieldReader, _ seen: SeenFields) {
    if use?.value == .passOn, !seen.has("receiver") {
      reader.refuse(.needs(["receiver"]), field: "use", rule: 76)
    }
  }

  /// The moment at which it ends, in Unix milliseconds (REC-77).
  /// - Parameter given: the time of its entry, in Unix milliseconds.
  public func ends(given: Int64) -> Int64 {
    let term = Int64(RecordLimits.consentDays) * 86_400_000
    let (latest, isTooLarge) = given.addingReportingOverflow(term)
    let said = until?.date.map { (Int64($0.days.upperBound) + 1) * 86_400_000 }
    return min(isTooLarge ? .max : latest, said ?? given)
  }
}

/// The key of somebody's entry, passed on: the receiver opens with it the body that it carries
/// anyway. REC-78.
public struct Reshare: RecordFields {
  /// The entry that it opens.
  public var of: EntryCitation?
  /// The entry's key (Protocols/sealing.md, 6), 64 hexadecimal digits in small letters.
  public var key: String?
  /// By which leave it is passed on; a word that is not there is none.
  public var by: Term<ReshareRule>?
  /// The entry of the author's consent, where that is the leave.
  public var consent: EntryCitation?

  init() {}

  static let table = FieldTable<Reshare>(
    [
      Field("of", 75) { $0.of = $1.object(EntryCitation.table, EntryCitation()) },
      Field("key", 78) { $0.key = $1.hash() },
      Field("by", 6) { $0.by = $1.term() },
      Field("consent", 75) { $0.consent = $1.object(EntryCitation.table, EntryCitation()) },
    ], requiring: [("of", 78), ("key", 78), ("by", 78)])

  func check(_ reader: inout FieldReader, _ seen: SeenFields) {
    if by?.value == .consent, !seen.has("consent") {
      reader.refuse(.needs(["consent"]), field: "by", rule: 78)
    }
  }
}
