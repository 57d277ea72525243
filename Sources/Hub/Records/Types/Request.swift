public import Log

/// A request for information. REC-60.
public struct Request: RecordFields {
  /// One or more nodes.
  public var to: [NodeName] = []
  /// References, and identifiers: `{"kind":"phone","value":"+31…"}`.
  public var subjects: [PartyReference] = []
  /// Long text; required.
  public var question: String?
  /// Nil: not said.
  public var urgency: Term<Urgency>?
  /// As it is written; of a time its day.
  public var dueBy: DateValue?
  /// As it is written, where that is a whole day or a time of one (REC-22).
  public var dueTime: TimeValue?
  /// Why the asked may answer by law: long text, required.
  public var justification: String?
  /// Nil: information.
  public var kind: Term<RequestKind>?
  /// Nil: open.
  public var state: Term<RequestState>?

  init() {}

  static let table = FieldTable<Request>(
    [
      Field("to", 60) { request, reader in
        request.to = reader.oneOrMore(RecordLimits.values) { $0.nodeName() }
      },
      Field("subject", 17) { request, reader in
        request.subjects = reader.oneOrMore(RecordLimits.parties) { $0.party() }
      },
      Field("question", 60) { $0.question = $1.prose() },
      Field("urgency", 6) { $0.urgency = $1.term() },
      Field("dueBy", 20) { ($0.dueTime, $0.dueBy) = $1.moment() },
      Field("justification", 60) { $0.justification = $1.prose() },
      Field("kind", 6) { $0.kind = $1.term() },
      Field("state", 6) { $0.state = $1.term() },
    ], requiring: [("to", 60), ("subject", 60), ("question", 60), ("justification", 60)])

  /// The moment from which an answer is late, in Unix milliseconds (REC-66); nil: it never is.
  /// - Parameter asked: the time of the request's first version, in Unix milliseconds.
  public func due(asked: Int64) -> Int64? {
    if let last = dueTime?.time?.unixSeconds.upperBound, dueTime?.time?.seconds != nil {
      return (Int64(last) + 1) * 1_000
    }
    if let day = dueBy?.date?.days.upperBound { return (Int64(day) + 1) * 86_400_000 }
    guard let hours = urgency?.value?.hours else { return nil }
    let (due, isTooLarge) = asked.addingReportingOverflow(hours * 3_600_000)
    return isTooLarge ? nil : due
  }

  func select(_ list: inout SelectorList) {
    for party in subjects { list.party(party, field: "subject") }
  }
}

/// One part of an answer to a request. REC-61.
public struct Answer: RecordFields {
  /// The request that is answered; nil: missing, a breach.
  public var rfi: RecordReference?
  /// Parts are counted from 1.
  public var number: Int?
  /// No part follows; nil: missing, a breach.
  public var isFinal: Bool?
  /// Nil: missing, a breach.
  public var result: Term<AnswerResult>?
  /// The reason of a refusal, or what is still needed: long text.
  public var reason: String?

  init() {}

  static let table = FieldTable<Answer>(
    [
      Field("rfi", 17) { $0.rfi = $1.reference() },
      Field("number", 61) { $0.number = $1.number(RecordLimits.answerParts) },
      Field("final", 61) { $0.isFinal = $1.flag() },
      Field("result", 6) { $0.result = $1.term() },
      Field("reason", 61) { $0.reason = $1.prose() },
    ], requiring: [("rfi", 61), ("number", 61), ("final", 61), ("result", 61)])
}

/// Why something was withdrawn or corrected, to those who had it: withdrawals are public and say
/// nothing. REC-62.
public struct Notice: RecordFields {
  /// Records of the author's own that are no more, or are others now.
  public var of: [RecordReference] = []
  /// Long text; required.
  public var reason: String?

  init() {}

  static let table = FieldTable<Notice>(
    [
      Field("of", 17) { notice, reader in
        notice.of = reader.oneOrMore(RecordLimits.references) { $0.reference() }
      },
      Field("reason", 62) { $0.reason = $1.prose() },
    ], requiring: [("of", 62), ("reason", 62)])
}
