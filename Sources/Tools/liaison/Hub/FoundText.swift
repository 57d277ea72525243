import HubInterface
import Records
import Text

/// A record as a block of text: what it is called, what is to be known first, who says it and how
/// well.
struct FoundText {
  let found: Found
  let record: RecordFields?
  let marks: [String]

  init(_ found: Found) {
    self.found = found
    record = RecordFields(found.record)
    marks = Marks.all(found, record)
  }

  private static let labelCharacters = 60

  /// Its name for the next command.
  var name: String { found.ref ?? found.entry }
  /// The name that a person would give it; may be empty.
  var label: String { record?.label(type: found.type) ?? "" }

  /// Label, type and name.
  var title: String {
    guard !label.isEmpty else { return "\(found.type) \(name)" }
    return "\(label.cut(to: FoundText.labelCharacters)) (\(found.type) \(name))"
  }

  /// Grade, category, author and day.
  var source: String {
    var parts = [record?.words("grade").map { "grade \($0)" } ?? "no grade"]
    if let category = record?.words("category") { parts.append(category) }
    if let born = record?.words("birthDate") { parts.append("born \(born)") }
    parts.append("by \(found.author) on \(HubTime.day(found.time)), entry \(found.entry)")
    return parts.joined(separator: "; ")
  }

  /// Title, marks and source.
  /// - Parameter number: stands before the title, and the rest is indented by it.
  func head(indent: Int, number: String = "") -> String {
    let head = number.isEmpty ? "" : number + "  "
    return title.wrapped(behind: head, indent: indent)
      + Marks.lines(marks, indent: indent + head.count)
      + source.wrapped(indent: indent + head.count)
  }

  /// Every field that the head does not have, in the author's order; what this version does not
  /// know comes last.
  func body(indent: Int) -> String {
    guard let record else { return "Its text: \(found.record)".wrapped(indent: indent) }
    let other = Set(SharedRecord.read(Array(found.record.utf8)).other.map(\.path))
    let fields = record.fields.filter { !FoundText.inHead.contains($0.name) }
    let unknown = fields.filter { other.contains($0.name) }
    let known = fields.filter { !other.contains($0.name) }
    return known.map { FoundText.line($0, indent) }.joined()
      + (unknown.isEmpty ? "" : "other, not understood by this version:".wrapped(indent: indent))
      + unknown.map { FoundText.line($0, indent + 2) }.joined()
  }

  private static func line(_ field: RecordField, _ indent: Int) -> String {
    let label = field.label.printable.cut(to: labelColumns - 2)
    let space = String(repeating: " ", count: labelColumns - label.count)
    let values = field.value.elements.map(\.words).filter { !$0.isEmpty }
    return values.enumerated().map { number, value in
      number == 0
        ? value.wrapped(behind: label + space, indent: indent)
        : value.wrapped(indent: indent + labelColumns)
    }.joined()
  }

  private static let inHead: Set = ["type", "v", "id", "grade"]
  private static let labelColumns = 22
}
