/// The most that one peer may cost in a second (Protocols/sync.md, SYNC-90). The operator's limits
/// for a peer come in with the roster, and a change applies from the next message on.
public struct PeerRates: Hashable, Sendable {
  public var receivedBytes = Limits.receivedBytesPerSecond
  public var receivedMessages = Limits.receivedMessagesPerSecond
  /// Answers to its pulls.
  public var answeredBytes = Limits.answeredBytesPerSecond
  /// Microseconds that answers took beyond what their bytes are worth.
  public var answeringTime = Limits.answeringMicrosecondsPerSecond
  /// Entries that it did not ask for.
  public var pushedBytes = Limits.pushedBytesPerSecond

  public init() {}

  public subscript(rate: Rate) -> UInt64 {
    get {
      switch rate {
      case .receivedBytes: receivedBytes
      case .receivedMessages: receivedMessages
      case .answeredBytes: answeredBytes
      case .answeringTime: answeringTime
      case .pushedBytes: pushedBytes
      }
    }
    set {
      switch rate {
      case .receivedBytes: receivedBytes = newValue
      case .receivedMessages: receivedMessages = newValue
      case .answeredBytes: answeredBytes = newValue
      case .answeringTime: answeringTime = newValue
      case .pushedBytes: pushedBytes = newValue
      }
    }
  }
}

/// The classes of a peer's traffic that are measured. The raw value is the name in `status`.
public enum Rate: String, CaseIterable, Sendable {
  case receivedBytes = "received"
  case receivedMessages = "messages"
  case answeredBytes = "answers"
  case answeringTime = "answering"
  case pushedBytes = "pushes"
}

extension Rate {
  var counter: Counter {
    switch self {
    case .receivedBytes: .heldReceived
    case .receivedMessages: .heldMessages
    case .answeredBytes: .heldAnswers
    case .answeringTime: .heldAnswering
    case .pushedBytes: .heldPushes
    }
  }
}
