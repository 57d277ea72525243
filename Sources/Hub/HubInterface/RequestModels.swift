public import Varlink

/// One node that a request for information asks (HUB-111).
public struct AskedNode: Codable, Hashable, Sendable {
  /// Its name.
  public var node: String
  /// `waiting`, `part`, `answered` or `refused`.
  public var state: String
  /// When its final part was signed, by its author's claim, in Unix milliseconds.
  public var finalAt: Int?
  /// Its final part came after the request was due, or is due and not there.
  public var late: Bool

  public init(node: String, state: String, finalAt: Int? = nil, late: Bool) {
    self.node = node
    self.state = state
    self.finalAt = finalAt
    self.late = late
  }
}

/// One part of an answer (HUB-112).
public struct AnswerPart: Codable, Hashable, Sendable {
  /// The record.
  public var found: Found
  /// Its author's count, from 1; 0: missing.
  public var number: Int
  /// Its author sends no further one.
  public var final: Bool
  /// A word of REC-61, or what stands in its place.
  public var result: String
  /// Why it was refused, or what is needed.
  public var reason: String?
  /// The records that it names.
  public var refs: [String]
  /// Its author was asked.
  public var counts: Bool

  public init(
    found: Found, number: Int, final: Bool, result: String, reason: String? = nil,
    refs: [String] = [], counts: Bool
  ) {
    self.found = found
    self.number = number
    self.final = final
    self.result = result
    self.reason = reason
    self.refs = refs
    self.counts = counts
  }
}

/// A request for information, with its answers (Protocols/hub.md, 14).
public struct InformationRequest: Codable, Hashable, Sendable {
  /// The version that is shown.
  public var found: Found
  /// `in`: to this node; `out`: of this node; `other`.
  public var direction: String
  /// `information` or `consent`.
  public var kind: String
  /// `8h`, `3d`, `7d` or `routine`; nil: not said.
  public var urgency: String?
  /// The time of its first version, in Unix milliseconds, by its author's claim.
  public var askedAt: Int
  /// From then on an answer is late, in Unix milliseconds; nil: never (REC-66).
  public var dueAt: Int?
  /// `open`, `answered` or `closed` (HUB-111).
  public var state: String
  /// It is open, was due, and somebody has not answered.
  public var overdue: Bool
  /// In the order in which it names them.
  public var asked: [AskedNode]
  /// By author and number.
  public var answers: [AnswerPart]

  public init(
    found: Found, direction: String, kind: String, urgency: String? = nil, askedAt: Int,
    dueAt: Int? = nil, state: String, overdue: Bool, asked: [AskedNode], answers: [AnswerPart]
  ) {
    self.found = found
    self.direction = direction
    self.kind = kind
    self.urgency = urgency
    self.askedAt = askedAt
    self.dueAt = dueAt
    self.state = state
    self.overdue = overdue
    self.asked = asked
    self.answers = answers
  }
}

/// Requests for information.
public struct RequestsRequest: Codable, Hashable, Sendable, CallParameters {
  /// `look` is required.
  public static let names = ["look", "ref", "direction", "all", "limit"]

  /// Recorded before the answer leaves.
  public var look: Look
  /// A request's name: it alone, whatever its state.
  public var ref: String?
  /// `in` or `out`; nil: both, and those of others.
  public var direction: String?
  /// Answered and closed ones, too; nil: false.
  public var all: Bool?
  /// 1 to 200; nil: 20.
  public var limit: Int?

  public init(
    look: Look, ref: String? = nil, direction: String? = nil, all: Bool? = nil, limit: Int? = nil
  ) {
    self.look = look
    self.ref = ref
    self.direction = direction
    self.all = all
    self.limit = limit
  }
}

/// The newest first.
public struct RequestsReply: Codable, Hashable, Sendable {
  /// At most as many as were asked for.
  public var requests: [InformationRequest]
  /// More are there than were looked at or shown.
  public var cut: Bool
  /// The look that this was.
  public var account: LookAccount

  public init(requests: [InformationRequest], cut: Bool, account: LookAccount) {
    self.requests = requests
    self.cut = cut
    self.account = account
  }
}
