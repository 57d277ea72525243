/// One field of a record or of an object in it: its key, the rule that it follows, and how its
/// value is read.
struct Field<Owner>: Sendable {
  typealias Read = @Sendable (inout Owner, inout FieldReader) -> Void

  let name: String
  let rule: Int
  let read: Read

  init(_ name: String, _ rule: Int, read: @escaping Read) {
    self.name = name
    self.rule = rule
    self.read = read
  }
}

/// The fields of one object, in the order in which authors write them.
struct FieldTable<Owner>: Sendable {
  let fields: [Field<Owner>]
  /// Their keys again: a search looks at nothing else.
  let names: [String]
  /// Places of fields that must be there, as bits, and the rules that say so.
  let required: [(place: Int, rule: Int)]

  /// - Precondition: at most 64 fields, no key twice, and what is required is among them.
  init(_ fields: [Field<Owner>], requiring required: [(String, Int)] = []) {
    precondition(fields.count <= UInt64.bitWidth && Set(fields.map(\.name)).count == fields.count)
    self.fields = fields
    names = fields.map(\.name)
    self.required = required.map { name, rule in
      guard let place = fields.firstIndex(where: { $0.name == name }) else {
        preconditionFailure("a field that is required and not in the table")
      }
      return (place, rule)
    }
  }

  /// - Parameter last: where the field before stood; the next one mostly follows it.
  func place(of key: String, after last: Int) -> Int? {
    for place in names.indices[min(last + 1, names.count)...] where names[place] == key {
      return place
    }
    for place in names.indices[..<min(last + 1, names.count)] where names[place] == key {
      return place
    }
    return nil
  }
}

/// Which fields of a table an object has, whatever became of their values: what is there and broken
/// is not missing, too.
struct SeenFields {
  private let names: [String]
  private let bits: UInt64

  init(_ names: [String], _ bits: UInt64) {
    self.names = names
    self.bits = bits
  }

  func has(_ name: String) -> Bool {
    names.firstIndex(of: name).map { bits & (1 << UInt64($0)) != 0 } ?? false
  }

  func requireOne(of wanted: [String], rule: Int, _ reader: inout FieldReader) {
    if !wanted.contains(where: has) { reader.refuse(.needs(wanted), rule: rule) }
  }
}
