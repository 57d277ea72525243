import JSON

/// A value of a record, for a person to read.
indirect enum RecordValue: Equatable {
  /// The characters of a string; of a number or a truth value its JSON.
  case text(String)
  case list([RecordValue])
  case object([RecordField])

  /// One line: lists with semicolons, of an object its name first.
  var words: String {
    switch self {
    case .text(let text): return text
    case .list(let values):
      return values.map(\.words).filter { !$0.isEmpty }.joined(separator: "; ")
    case .object(let fields):
      let head = fields.first { ["full", "name"].contains($0.name) }
      var rest = fields.filter { $0 != head }.map { field in
        // `kind` says by itself what it is: "Ali (alias)".
        field.name == "kind" ? field.value.words : "\(field.label) \(field.value.words)"
      }
      guard let head else { return rest.joined(separator: ", ") }
      rest = rest.filter { !$0.isEmpty }
      return head.value.words + (rest.isEmpty ? "" : " (\(rest.joined(separator: ", ")))")
    }
  }

  /// The elements of a list, else the value itself.
  var elements: [RecordValue] {
    if case .list(let values) = self { values } else { [self] }
  }

  /// The value of an object's field.
  subscript(name: String) -> RecordValue? {
    guard case .object(let fields) = self else { return nil }
    return fields.first { $0.name == name }?.value
  }
}

struct RecordField: Equatable {
  let name: String
  let value: RecordValue

  /// `birthDate` as `birth date`.
  var label: String {
    var label = ""
    for character in name {
      if character.isASCII, character.isUppercase {
        label += (label.isEmpty ? "" : " ") + character.lowercased()
      } else {
        label.append(character)
      }
    }
    return label
  }
}

/// A record's fields in its author's order. Any JSON object does: what breaks the schema is shown,
/// too.
struct RecordFields {
  let fields: [RecordField]

  /// - Returns: nil for what is no JSON object of Protocols/json.md.
  init?(_ record: String) {
    guard let text = try? JSONText(checking: Array(record.utf8), by: .record) else { return nil }
    var reader = JSONReader(text)
    guard let value = try? RecordFields.value(&reader), case .object(let fields) = value else {
      return nil
    }
    self.fields = fields
  }

  subscript(name: String) -> RecordValue? { fields.first { $0.name == name }?.value }

  /// The words that stand in a field; nil: there are none.
  func words(_ name: String) -> String? {
    guard let words = self[name]?.words, !words.isEmpty else { return nil }
    return words
  }

  // No deeper than `JSONLimits.depth`, which the check saw to.
  private static func value(_ reader: inout JSONReader) throws(JSONMismatch) -> RecordValue {
    switch reader.kind {
    case .string: return .text(try reader.text())
    case .array:
      var values: [RecordValue] = []
      try reader.beginArray()
      while reader.nextElement() { values.append(try value(&reader)) }
      return .list(values)
    case .object:
      var fields: [RecordField] = []
      try reader.beginObject()
      while let name = try reader.nextKey() {
        fields.append(RecordField(name: name, value: try value(&reader)))
      }
      return .object(fields)
    case .number, .bool, .null:
      return .text(String(decoding: reader.raw(), as: UTF8.self))
    }
  }
}
