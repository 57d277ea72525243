import JSON

/// The fields that a request and an answer have in common with all records.
struct CommonDraft {
  var id: String
  var basis: String
  var grade: String
  var handling: [String]
  var caveat: String?
  var purpose: [String]
  var refs: [String] = []

  func write(_ type: String, to writer: inout JSONWriter) {
    writer.member("type", type)
    writer.member("v", 1)
    writer.member("id", id)
    writer.member("basis", basis)
    writer.member("grade", grade)
    writer.member("handling", handling)
    if let caveat { writer.member("caveat", caveat) }
    writer.member("purpose", purpose)
    if !refs.isEmpty { writer.member("refs", refs) }
  }
}

/// A request for information as its author writes it (Protocols/records.md, REC-60).
struct RequestDraft {
  var common: CommonDraft
  var to: [String]
  var subjects: [RequestSubject]
  var question: String
  var justification: String
  var urgency: String?
  var dueBy: String?
  /// Nil: information.
  var kind: String?

  /// One line of JSON.
  var record: [UInt8] {
    JSONWriter.object { writer in
      common.write("rfi", to: &writer)
      writer.member("to", to)
      writer.key("subject")
      writer.beginArray()
      for subject in subjects { subject.write(to: &writer) }
      writer.endArray()
      writer.member("question", question)
      writer.member("justification", justification)
      if let urgency { writer.member("urgency", urgency) }
      if let dueBy { writer.member("dueBy", dueBy) }
      if let kind { writer.member("kind", kind) }
    }
  }
}

/// One part of an answer as its author writes it (REC-61).
struct AnswerDraft {
  var common: CommonDraft
  /// The request's name.
  var rfi: String
  var number: Int
  var isFinal: Bool
  var result: String
  var reason: String?

  /// One line of JSON.
  var record: [UInt8] {
    JSONWriter.object { writer in
      common.write("answer", to: &writer)
      writer.member("rfi", rfi)
      writer.member("number", number)
      writer.member("final", isFinal)
      writer.member("result", result)
      if let reason { writer.member("reason", reason) }
    }
  }
}
