public import JSON

/// A record as its type says it, with its exact bytes: typed values, all that was not understood,
/// and what breaks the rules of Protocols/records.md. One that was received is read whatever it
/// holds; one that is to be published is checked.
public struct SharedRecord: Sendable {
  /// The bytes as they were received, or are to be published.
  public let bytes: [UInt8]
  /// The word of `type` as it is written; empty where the bytes are no record at all.
  public let type: String
  /// nil: a type that this version does not know.
  public let knownType: RecordType?
  /// nil: missing or of another form.
  public let id: RecordID?
  /// `v`; nil: missing or no positive integer.
  public let version: Int?
  /// Read from any JSON object with a type, known or not.
  public let common: CommonFields
  /// `unknown` for a type or a version that this program does not know (REC-82, REC-83).
  public let body: RecordBody
  /// Problems in the order in which they were found, at most `RecordLimits.problems`.
  public let problems: [RecordProblem]
  /// Fields that were not known, and values that could not be used, in their exact bytes.
  public let other: [OtherField]
  /// Every reference to a record.
  public let references: [FieldReference]
  /// Every text that people search for words.
  public let texts: [FieldText]

  /// Reads what was received: it never fails.
  public static func read(_ bytes: [UInt8]) -> SharedRecord {
    do throws(JSONProblem) {
      return read(try Record(checking: bytes))
    } catch {
      return SharedRecord(notJSON: bytes)
    }
  }

  /// The same of bytes that are JSON by the rules already.
  public static func read(_ record: Record) -> SharedRecord {
    SharedRecord(record, isToPublish: false)
  }

  /// Reads what is to be published.
  /// - Throws: the first breach of a rule. `problems` of what it returns are what the author should
  ///   know and may publish.
  @discardableResult
  public static func check(_ bytes: [UInt8]) throws(RecordProblem) -> SharedRecord {
    let record = readToPublish(bytes)
    if let refusal = record.problems.first(where: \.isRefusal) { throw refusal }
    return record
  }

  /// The same with all problems, and never failing.
  public static func readToPublish(_ bytes: [UInt8]) -> SharedRecord {
    do throws(JSONProblem) {
      return SharedRecord(try Record(checking: bytes), isToPublish: true)
    } catch {
      return SharedRecord(notJSON: bytes)
    }
  }

  /// The same of bytes that are JSON by the rules already.
  public static func readToPublish(_ record: Record) -> SharedRecord {
    SharedRecord(record, isToPublish: true)
  }

  // MARK: - What follows from it

  /// The exact identifiers that it names, each once.
  public var selectors: [Selector] {
    var list = SelectorList()
    body.select(&list)
    return list.all
  }

  /// Words that people search for, folded, each once. REC-65.
  public var words: [String] { WordFolding.words(texts.map(\.text)) }

  /// Fields that its author wants a reader to know before it alerts, and this program does not.
  /// REC-84.
  public var unknownMust: [String] {
    common.must.filter { name in
      !Envelope.table.names.contains(name)
        && knownType.map { !$0.fieldNames.contains(name) } ?? true
    }
  }

  // MARK: - Reading

  private init(notJSON bytes: [UInt8]) {
    self.bytes = bytes
    type = ""
    (knownType, id, version) = (nil, nil, nil)
    common = CommonFields()
    body = .unknown
    problems = [RecordProblem(field: "", rule: 3, kind: .notJSON, isRefusal: true)]
    (other, references, texts) = ([], [], [])
  }

  private init(_ record: Record, isToPublish: Bool) {
    var reader = FieldReader(JSONReader(JSONText(record)), suggests: isToPublish)
    let (type, version) = SharedRecord.typeAndVersion(reader.json)
    let known = RecordType(rawValue: type)
    var envelope = Envelope()
    // Nobody knows what the fields of another version mean.
    let isUnderstood = known != nil && (version == nil || version == SharedRecord.knownVersion)
    body =
      isUnderstood
      ? known?.read(&reader, &envelope) ?? .unknown : SharedRecord.readUnknown(&reader, &envelope)
    bytes = record.bytes
    self.type = type
    self.version = version
    knownType = known
    id = envelope.id
    common = envelope.common
    problems = isUnderstood ? reader.problems : reader.problemsOfUnknown(known)
    (other, references, texts) = (reader.other, reader.references, reader.texts)
  }

  static let knownVersion = 1

  /// Both stand first in most records, and must be known before the rest is read.
  private static func typeAndVersion(_ start: JSONReader) -> (type: String, version: Int?) {
    var json = start
    var type: String?
    var version: Int?
    var isVersionRead = false
    do throws(JSONMismatch) {
      try json.beginObject()
      while type == nil || !isVersionRead, let key = try json.nextKey() {
        if key == "type" {
          type = try json.text()
        } else if key == "v", json.kind == .number {
          isVersionRead = true
          let number = try? json.integer()
          if number == nil { json.skip() }
          version = number.flatMap { $0 < 1 ? nil : $0 }
        } else {
          json.skip()
        }
      }
    } catch {
      preconditionFailure("a record is an object with a type that is text")
    }
    return (type ?? "", version)
  }

  private static func readUnknown(
    _ reader: inout FieldReader, _ envelope: inout Envelope
  ) -> RecordBody {
    var last = -1
    var seen: UInt64 = 0
    reader.enterObject()
    while let key = reader.nextKey() {
      if key == "v" {
        reader.json.skip()
      } else if !reader.read(key, Envelope.table, &envelope, &last, &seen) {
        reader.unknownWithWords(key)
      }
    }
    return .unknown
  }
}

/// A field that was not known, or whose value could not be used.
public struct OtherField: Hashable, Sendable {
  /// `legs[1].seat`
  public let path: String
  /// The value in its exact bytes.
  public let json: [UInt8]
}

/// A reference, with the place in which it was found.
public struct FieldReference: Hashable, Sendable {
  /// Without places in lists: `trip.person` is `person`, of a leg `legs.document`.
  public let field: String
  /// The record that is named.
  public let reference: RecordReference
}

/// A text that is searched, with the place in which it was found.
public struct FieldText: Hashable, Sendable {
  /// Without places in lists, as of `FieldReference`.
  public let field: String
  /// As it is written; `words` folds it.
  public let text: String
}

extension SharedRecord {
  /// The id of a record of any type, and nothing else of it.
  public static func id(of record: Record) -> RecordID? {
    text(of: "id", in: record).flatMap { RecordID($0) }
  }

  /// Its type, where this version knows it.
  public static func knownType(of record: Record) -> RecordType? {
    text(of: "type", in: record).flatMap { RecordType(rawValue: $0) }
  }

  private static func text(of wanted: String, in record: Record) -> String? {
    var reader = JSONReader(JSONText(record))
    do throws(JSONMismatch) {
      try reader.beginObject()
      while let key = try reader.nextKey() {
        if key == wanted { return try reader.text() }
        reader.skip()
      }
    } catch {
      return nil
    }
    return nil
  }
}
