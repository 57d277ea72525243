internal import Crypto
internal import HubInterface
internal import JSON
internal import Records
internal import Varlink

/// The body of one entry of the consultation log: JSON, of names only what was asked, of answers
/// only entries' ids (Protocols/hub.md, 5).
struct ConsultationText: Codable {
  var user: String
  var purpose: String
  var reason: String
  var `case`: Int?
  var verb: String
  var asked: String
  /// SHA-256 of `asked`, hexadecimal: what is left to compare when the text has gone.
  var askedHash: String
  var returned: [String]
  var hidden: Int

  init(_ look: CheckedLook, verb: String, asked: String, returned: [String], hidden: Int) {
    user = look.user
    purpose = look.purpose.rawValue
    reason = look.reason
    self.case = look.caseNumber
    self.verb = verb
    self.asked = asked
    askedHash = Hex.encode(SHA256.hash(Array(asked.utf8)).array)
    self.returned = returned
    self.hidden = hidden
  }

  /// Written without Codable: one for each look.
  var body: [UInt8] {
    var writer = JSONWriter(reserving: 512)
    writer.beginObject()
    for (key, value) in [("asked", asked), ("askedHash", askedHash)] {
      writer.key(text: key)
      writer.string(value)
    }
    if let number = self.case {
      writer.key("case")
      writer.number(number)
    }
    writer.key("hidden")
    writer.number(hidden)
    for (key, value) in [("purpose", purpose), ("reason", reason)] {
      writer.key(text: key)
      writer.string(value)
    }
    writer.key("returned")
    writer.beginArray()
    for entry in returned { writer.string(entry) }
    writer.endArray()
    for (key, value) in [("user", user), ("verb", verb)] {
      writer.key(text: key)
      writer.string(value)
    }
    writer.endObject()
    return writer.bytes
  }

  /// - Returns: nil for an entry that is none.
  static func consultation(index: UInt64, time: UInt64, body: [UInt8]) -> Consultation? {
    guard let text = try? VarlinkJSON.decode(ConsultationText.self, from: body) else { return nil }
    return Consultation(
      index: Int(clamping: index), time: Int(clamping: time), user: text.user,
      purpose: text.purpose, reason: text.reason, case: text.case, verb: text.verb,
      asked: text.asked, returned: text.returned, hidden: text.hidden)
  }
}
