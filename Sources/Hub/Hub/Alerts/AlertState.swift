/// The state of an alert (Protocols/hub.md, 10).
enum AlertCondition: Int64, Hashable, Sendable, CaseIterable {
  case listed = 0
  case raised = 1
  case taken = 2
  case closing = 3
  case closed = 4
  case retracted = 5

  var word: String {
    switch self {
    case .listed: "listed"
    case .raised: "raised"
    case .taken: "taken"
    case .closing: "closing"
    case .closed: "closed"
    case .retracted: "retracted"
    }
  }

  /// Somebody has it before him, or should.
  var isOpen: Bool { self == .raised || self == .taken || self == .closing }
}

/// An event of an alert or a watch (HUB-78).
enum AlertNews: String, Hashable, Sendable, CaseIterable {
  case raised, changed, escalated, retracted, again, taken, released
  case handedOver = "handed-over"
  case closing, closed, reopened
  case watchEnds = "watch-ends"
}
