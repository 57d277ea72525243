/// One place where a record breaks a rule of Protocols/records.md, or where a reader cannot use
/// what it says.
///
/// It completes a sentence that begins with its field: "name[0].full is empty." Nothing of a value
/// is in it; the field's path may hold keys from outside.
public struct RecordProblem: Error, Hashable, Sendable {
  /// The way in which a rule is broken; the table in records.md, 11 has the rule of each.
  public enum Kind: Hashable, Sendable {
    /// No JSON object by the rules of json.md.
    case notJSON
    case missing
    case wrongKind(expected: ValueKind)
    /// null, "", [] or {}: what is not known is left out.
    case empty
    case tooLong(bytes: Int)
    case tooMany(count: Int)
    /// Not of a closed list; these are its values.
    case notListed([String])
    /// Not of the form that its rule gives.
    case form(ValueForm)
    case noSuchDay
    case endsBeforeItBegins
    /// The `caveat` that H3 needs, one of several fields, the other end of a range.
    case needs([String])
    /// A value that contradicts another one.
    case doesNotFit
    case newerVersion
    /// A type that this version does not know: nothing of it is checked.
    case unknownType
    /// A field that this version does not know.
    /// - Parameter meant: one that is written nearly so.
    case unknownField(meant: String?)
    /// An identifier whose form or check does not fit: it is kept as it is written, and compared as
    /// that at most.
    case notComparable(ValueForm)
    /// A country by another word than its code.
    case writtenOtherwise(meaning: String)
  }

  /// Where: `legs[1].depart`. Empty: the record as a whole.
  public let field: String
  /// The number of the rule: 20 of REC-20.
  public let rule: Int
  /// Says no value: a problem may be logged.
  public let kind: Kind
  /// A publisher's tool refuses this. Everything else it says, and publishes.
  public let isRefusal: Bool

  /// - Parameter field: as `legs[1].depart`; empty for the whole record.
  public init(field: String, rule: Int, kind: Kind, isRefusal: Bool) {
    self.field = field
    self.rule = rule
    self.kind = kind
    self.isRefusal = isRefusal
  }

  /// The kinds of JSON value.
  public enum ValueKind: String, Hashable, Sendable {
    case text, list, object, number, bool
  }

  /// Forms of a text, each of one rule.
  public enum ValueForm: String, Hashable, Sendable, CaseIterable {
    case id, reference, date, time, grade, country, amount, currency, hash, coordinate, nodeName
    case groupVersion, members
    case number, range, phone, imei, imsi, mail, iban, wallet, plate, vin, imo, locator, zone
    case fileName, entryRange
  }
}
