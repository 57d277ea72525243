/// The node as the control socket sees it. The daemon implements it; tests do with values.
///
/// Everything is called on the loop's thread. Publishes, of which several may be under way, and
/// tails, which give many answers, are calls of their own here; all else is a method of the table.
public protocol ControlService: AnyObject {
  /// Every method that gives one answer, but `Publish`.
  func methods() -> [ControlMethod]

  var version: String { get }

  /// Answers after the entries are durable here and, where asked, stored by `replicas` peers.
  /// The request was checked against `ControlLimits` before.
  /// - Parameter isHeard: whether the client is still there; what was not signed by the time it
  ///   left is dropped.
  func publish(
    _ request: PublishRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<PublishReply, ControlError>) -> Void)

  /// The next records this node can open, at or after `position`, in order of index within each
  /// log. Looks at no more than a bounded number of entries, so a page may be empty and still have
  /// `more`.
  /// - Parameter origin: look at this log only, at all of them without it.
  func tail(
    _ position: TailPosition, origin: String?, limits: TailLimits
  ) throws(ControlError) -> TailPage

  /// The position after everything that is stored now: where a tail of new records begins.
  func tailEnd() -> TailPosition

  /// Calls `wake` (never from within this call) whenever entries became durable, until cancelled.
  func observeArrivals(_ wake: @escaping () -> Void) -> ArrivalToken
  func cancel(_ token: ArrivalToken)

  /// Counts input on the control socket that no varlink client sends, and logs why.
  func controlInputRefused(_ reason: String)

  /// Runs `work` in a later turn of the loop, so that a long tail does not hold up the rest.
  func soon(_ work: @escaping () -> Void)
}

/// Names one observer of `ControlService.observeArrivals`.
public struct ArrivalToken: Hashable, Sendable {
  /// Never given twice by one node.
  public let number: UInt64
  /// - Parameter number: of the node's own counting.
  public init(number: UInt64) { self.number = number }
}

/// How much one page of a tail may hold.
public struct TailLimits: Hashable, Sendable {
  /// At most so many events.
  public var events: Int
  /// Bytes of record text; one event is always allowed.
  public var textBytes: Int

  /// A page that ends at whichever is reached first.
  public init(events: Int, textBytes: Int) {
    self.events = events
    self.textBytes = textBytes
  }
}
