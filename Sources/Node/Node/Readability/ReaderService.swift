package import Reading

/// The calls that the reader socket makes to the node, on the loop's thread. None of them changes
/// an entry, or what anybody is told.
package protocol ReaderService: AnyObject {
  var version: String { get }

  func status() -> StatusReport

  /// As `ControlService.show`.
  func show(
    _ request: ShowRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<ShowReply, ControlError>) -> Void)

  /// A reader that keeps what it is told names itself: durable when it returns.
  func meet(_ reader: String) throws(ReaderFailure)

  /// A reader's word that what it was told unreadable is off its disks.
  func confirm(_ request: ConfirmRequest) throws(ReaderFailure)

  /// The next page of a reader's.
  /// - Returns: nil: it waits for the disk, or for something to come; `observeArrivals` tells when
  ///   to ask again.
  func page(of reader: ReaderPlace) throws(ReaderFailure) -> ReadingPage?

  /// Calls `wake` (never from within this call) whenever there may be something new, until
  /// cancelled.
  func observeArrivals(_ wake: @escaping () -> Void) -> ArrivalToken
  func cancel(_ token: ArrivalToken)

  /// Counts input on the reader socket that no varlink client sends, and logs why.
  func readerInputRefused(_ reason: String)

  /// Runs `work` in a later turn of the loop.
  func soon(_ work: @escaping () -> Void)
}
