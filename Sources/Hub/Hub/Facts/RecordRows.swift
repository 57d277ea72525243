/// The rows that one current version of a record has beside its own: derived from its bytes alone,
/// so that they can be removed by deriving them again.
struct RecordRows: Sendable {
  struct Selector: Hashable, Sendable {
    var kind: Int64
    /// Folded; hashed where it is longer than an index row takes.
    var value: [UInt8]
  }

  struct Range: Hashable, Sendable {
    var series: [UInt8]
    var digits: Int
    var low: [UInt8]
    var high: [UInt8]
  }

  struct Reference: Hashable, Sendable {
    /// `nl:2015-0117`.
    var target: String
    var field: String
  }

  var selectors: [Selector] = []
  var ranges: [Range] = []
  var references: [Reference] = []
  /// `WordNumber`s.
  var words: [Int64] = []
  /// nil for what has no name.
  var name: NameRow?

  struct NameRow: Hashable, Sendable {
    /// `NameKey.blob`.
    var keys: [UInt8]
    /// `ComparedFields`.
    var fields: [UInt8]
    /// As far as its text says.
    var flags: NameFlags
  }
}

/// The facts that are kept of any version, current or not.
struct RecordSummary: Sendable {
  /// nil: it has none by the rules, and is no version of anything.
  var id: String?
  var type: String
  /// `Purpose` bits.
  var purposes: Int64
  /// Places in which it breaks a rule.
  var problems: Int
  /// The rules, each once, in order.
  var rules: [Int] = []
  /// nil: none that is a grade.
  var grade: String?
  /// It says what it changes of the version before (REC-71).
  var isCorrection = false
  /// The type where it is known, else `other`: whatever a partner writes, there are few of them.
  var typeName = RecordSummary.otherType

  static let otherType = "other"
}
