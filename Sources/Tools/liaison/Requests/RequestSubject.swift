import CommandLine
import JSON
import Records

/// The subject of a request, as the command line gives it.
enum RequestSubject: Hashable {
  case reference(String)
  case identifier(kind: String, value: String)
  case document(number: String, country: String?)
  case name(String)

  static let forms =
    "nl:2015-0117 for a record; phone:, imei:, imsi:, email: or handle: and the value; document:NUMBER or document:NUMBER/COUNTRY; name:TEXT"

  /// - Throws: 64 for another form.
  init(parsing text: String) throws(Failure) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let value = parts.count == 2 ? String(parts[1]) : ""
    switch parts.first.map(String.init) ?? "" {
    case "name" where !value.isEmpty: self = .name(value)
    case "document" where !value.isEmpty:
      let number = value.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
      self = .document(
        number: String(number[0]), country: number.count == 2 ? String(number[1]) : nil)
    case let kind where IdentifierKind(rawValue: kind) != nil && !value.isEmpty:
      self = .identifier(kind: kind, value: value)
    default:
      guard RecordReference(text) != nil else {
        throw Failure(
          .usage, "--subject is \"\(text)\".", hint: "Write \(RequestSubject.forms).")
      }
      self = .reference(text)
    }
  }

  func write(to writer: inout JSONWriter) {
    switch self {
    case .reference(let name): writer.string(name)
    case .identifier(let kind, let value):
      writer.beginObject()
      writer.member("kind", kind)
      writer.member("value", value)
      writer.endObject()
    case .document(let number, let country):
      writer.beginObject()
      writer.member("number", number)
      if let country { writer.member("country", country) }
      writer.endObject()
    case .name(let name):
      writer.beginObject()
      writer.member("name", name)
      writer.endObject()
    }
  }
}
