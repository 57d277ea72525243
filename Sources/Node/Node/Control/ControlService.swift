/// The calls that the control socket makes to the node. The daemon implements them; tests implement
/// them with values.
///
/// Everything is called on the loop's thread. A call that must wait (`publish`) answers through its
/// closure, on the same thread, exactly once, whether or not the client is still there; the others
/// answer at once and so must be bounded in what they read.
public protocol ControlService: AnyObject {
  func status() -> StatusReport

  /// The part of the status that is cheap with any number of logs.
  func peerReports() -> [PeerReport]

  var version: String { get }

  /// Answers after the entries are durable here and, where asked, stored by `replicas` peers.
  /// The request was checked against `ControlLimits` before.
  /// - Parameter isHeard: whether the client is still there; what was not signed by the time it
  ///   left is dropped.
  func publish(
    _ request: PublishRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<PublishReply, ControlError>) -> Void)

  /// Publishes the withdrawal of own records; as `publish`.
  func withdraw(
    _ request: WithdrawRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<PublishReply, ControlError>) -> Void)

  func disk() throws(ControlError) -> DiskReply

  /// Begins a pass of the scrub now.
  func startScrub() -> ScrubReport

  /// An author may make it long: it is done in pieces, and answered then.
  /// - Parameter isHeard: whether the client is still there.
  func show(
    _ request: ShowRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<ShowReply, ControlError>) -> Void)

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

  /// Reads the roster again and applies what changed, as SIGHUP does.
  func reload() throws(ControlError) -> ReloadReply

  /// Ends the wait for peers' answers after a start.
  func releaseSigning() throws(ControlError) -> ReleaseReply

  /// Copies the node without its secrets into a new folder, on another thread.
  func backup(
    _ request: BackupRequest, reply: @escaping (Result<CopySummary, ControlError>) -> Void)

  func epochs(_ request: EpochsRequest) -> EpochsReply

  /// Signs from now on in the epoch that was prepared in the data folder.
  func adopt(
    _ request: AdoptRequest, reply: @escaping (Result<AdoptReply, ControlError>) -> Void)

  /// Takes the opening of a partner's next epoch that the operator brings as a file.
  func importOpening(_ request: ImportRequest) throws(ControlError) -> ImportReply

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
