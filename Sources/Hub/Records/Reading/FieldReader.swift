internal import JSON

/// Reads one record field by field, and writes down what breaks the rules, what it does not know,
/// and what refers to others. It stops at nothing: a value that cannot be used is kept in its
/// bytes.
struct FieldReader {
  var json: JSONReader
  /// True for a publisher: a key that nobody knows gets the one that may be meant.
  let suggests: Bool
  private(set) var problems: [RecordProblem] = []
  private(set) var other: [OtherField] = []
  private(set) var references: [FieldReference] = []
  private(set) var texts: [FieldText] = []
  private var steps: [Step] = []

  private struct Step {
    let name: String
    let rule: Int
    /// Place in a list; -1: no list.
    var index = -1
  }

  init(_ json: JSONReader, suggests: Bool) {
    self.json = json
    self.suggests = suggests
    steps.reserveCapacity(4)
  }

  // MARK: - Where the reader stands

  /// `legs[1].depart`
  var path: String {
    var text = ""
    for step in steps {
      if !text.isEmpty { text += "." }
      // A key may be empty, or hold anything else.
      text += step.name.isEmpty ? "\"\"" : step.name
      if step.index >= 0 { text += "[\(step.index)]" }
    }
    return text
  }

  /// `legs.depart`
  private var fieldPath: String {
    guard steps.count > 1 else { return steps.first?.name ?? "" }
    return steps.map(\.name).joined(separator: ".")
  }

  private var rule: Int { steps.last?.rule ?? 0 }

  // MARK: - What is written down

  /// A breach of the rule of the field that is being read.
  mutating func refuse(_ kind: RecordProblem.Kind) { add(kind, rule: rule, isRefusal: true) }

  /// A value that is kept, and of no use as what it should be.
  mutating func mark(_ kind: RecordProblem.Kind) { add(kind, rule: rule, isRefusal: false) }

  private mutating func add(_ kind: RecordProblem.Kind, rule: Int, isRefusal: Bool) {
    guard problems.count < RecordLimits.problems else { return }
    problems.append(RecordProblem(field: path, rule: rule, kind: kind, isRefusal: isRefusal))
  }

  mutating func refuse(_ kind: RecordProblem.Kind, field name: String, rule: Int) {
    steps.append(Step(name: name, rule: rule))
    refuse(kind)
    steps.removeLast()
  }

  /// A breach of the record as a whole.
  mutating func refuse(_ kind: RecordProblem.Kind, rule: Int) {
    add(kind, rule: rule, isRefusal: true)
  }

  mutating func mark(_ kind: RecordProblem.Kind, field name: String, rule: Int) {
    steps.append(Step(name: name, rule: rule))
    mark(kind)
    steps.removeLast()
  }

  /// Passes over the next value and keeps its bytes.
  mutating func keepOther() { other.append(OtherField(path: path, json: json.raw())) }

  /// The same of a value that was just read.
  mutating func keepOther(from place: Int) {
    json.goBack(to: place)
    keepOther()
  }

  mutating func note(_ reference: RecordReference) {
    references.append(FieldReference(field: fieldPath, reference: reference))
  }

  mutating func note(_ text: String) { texts.append(FieldText(field: fieldPath, text: text)) }

  // MARK: - Objects and lists

  /// - Returns: nil when the next value is no object; it is kept.
  mutating func object<Owner>(_ table: FieldTable<Owner>, _ value: Owner) -> Owner? {
    guard json.kind == .object else {
      refuse(.wrongKind(expected: .object))
      keepOther()
      return nil
    }
    var value = value
    var seen: UInt64 = 0
    var last = -1
    var isEmpty = true
    enterObject()
    while let key = nextKey() {
      isEmpty = false
      if !read(key, table, &value, &last, &seen) { unknown(key, among: table.names) }
    }
    if isEmpty { refuse(.empty) } else { requireAll(of: table, seen) }
    return value
  }

  mutating func enterObject() {
    do { try json.beginObject() } catch { preconditionFailure("the caller looked at its kind") }
  }

  mutating func nextKey() -> String? {
    // A checked text has a key wherever an object does not end.
    do { return try json.nextKey() } catch { return nil }
  }

  /// - Returns: whether the table has the key; then its value was read.
  mutating func read<Owner>(
    _ key: String, _ table: FieldTable<Owner>, _ value: inout Owner, _ last: inout Int,
    _ seen: inout UInt64
  ) -> Bool {
    guard let place = table.place(of: key, after: last) else { return false }
    last = place
    seen |= 1 << UInt64(place)
    steps.append(Step(name: table.names[place], rule: table.fields[place].rule))
    table.fields[place].read(&value, &self)
    steps.removeLast()
    return true
  }

  mutating func requireAll<Owner>(of table: FieldTable<Owner>, _ seen: UInt64) {
    for (place, rule) in table.required where seen & (1 << UInt64(place)) == 0 {
      refuse(.missing, field: table.names[place], rule: rule)
    }
  }

  /// Keeps the value of a key that no table has.
  mutating func unknown(_ key: String, among names: [String], isSaid: Bool = true) {
    steps.append(Step(name: key, rule: Self.unknownFieldRule))
    if isSaid, problems.count < RecordLimits.problems {
      mark(.unknownField(meant: suggests ? Spelling.nearest(to: key, among: names) : nil))
    }
    keepOther()
    steps.removeLast()
  }

  private static let unknownFieldRule = 81

  /// - Parameter element: reads one value, or keeps it and gives nil.
  mutating func list<Value>(
    _ limit: Int, _ element: (inout FieldReader) -> Value?
  ) -> [Value] {
    guard json.kind == .array else {
      refuse(.wrongKind(expected: .list))
      return element(&self).map { [$0] } ?? []
    }
    return elements(limit, element)
  }

  /// A list, or its one value without brackets.
  mutating func oneOrMore<Value>(
    _ limit: Int, _ element: (inout FieldReader) -> Value?
  ) -> [Value] {
    guard json.kind == .array else { return element(&self).map { [$0] } ?? [] }
    return elements(limit, element)
  }

  private mutating func elements<Value>(
    _ limit: Int, _ element: (inout FieldReader) -> Value?
  ) -> [Value] {
    do { try json.beginArray() } catch { preconditionFailure("the caller looked at its kind") }
    var values: [Value] = []
    var index = 0
    let depth = steps.count - 1
    while json.nextElement() {
      steps[depth].index = index
      if index == limit { refuse(.tooMany(count: limit)) }
      if index >= limit {
        json.skip()
      } else if let value = element(&self) {
        values.append(value)
      }
      index += 1
    }
    steps[depth].index = -1
    if index == 0 { refuse(.empty) }
    return values
  }

  // MARK: - Types that are not known

  /// Keeps a field of which nothing is known; its words are searched.
  mutating func unknownWithWords(_ key: String) {
    let start = json.place
    noteTexts(field: key)
    json.goBack(to: start)
    unknown(key, among: [], isSaid: false)
  }

  /// Every text in the next value. A checked text is nested 64 deep at most.
  private mutating func noteTexts(field: String) {
    do throws(JSONMismatch) {
      switch json.kind {
      case .string:
        let text = try json.text()
        if !text.isEmpty { texts.append(FieldText(field: field, text: text)) }
      case .array:
        try json.beginArray()
        while json.nextElement() { noteTexts(field: field) }
      case .object:
        try json.beginObject()
        while try json.nextKey() != nil { noteTexts(field: field) }
      case .number, .bool, .null: json.skip()
      }
    } catch {
      preconditionFailure("each value was looked at before it was read")
    }
  }

  /// A type that nobody here knows is not refused; a later version of a known one is not to be
  /// published with this program.
  func problemsOfUnknown(_ known: RecordType?) -> [RecordProblem] {
    let about =
      known == nil
      ? RecordProblem(field: "type", rule: 82, kind: .unknownType, isRefusal: false)
      : RecordProblem(field: "v", rule: 83, kind: .newerVersion, isRefusal: true)
    return [about]
      + problems.prefix(RecordLimits.problems - 1).map {
        RecordProblem(field: $0.field, rule: $0.rule, kind: $0.kind, isRefusal: false)
      }
  }
}
