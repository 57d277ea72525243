import Reading
import Runtime

// The services of the local sockets: each call goes to the part that it is for.
extension Node: ControlService, ReaderService {
  var version: String { Daemon.version }

  var statusWriter: StatusWriter {
    StatusWriter(
      replica: replica, files: files, peers: peers, signing: signing, scrubber: scrubber,
      anchorage: anchorage, rotation: rotation, notices: notices, now: now)
  }

  func status() -> StatusReport { statusWriter.report() }

  func publish(
    _ request: PublishRequest, isHeard: @escaping () -> Bool,
    reply: @escaping (Result<PublishReply, ControlError>) -> Void
  ) {
    publishing.publish(request, isHeard: isHeard, reply: reply)
  }

  func page(of reader: ReaderPlace) throws(ReaderFailure) -> ReadingPage? {
    try changes.page(of: reader)
  }

  func meet(_ reader: String) throws(ReaderFailure) {
    do throws(ReaderNameFailure) { try receipts.names.meet(reader) } catch {
      throw ReaderFailure(error)
    }
  }

  func confirm(_ request: ConfirmRequest) throws(ReaderFailure) {
    let confirmed = try changes.confirmed(request)
    do throws(ReaderNameFailure) { try receipts.names.confirm(request.reader, confirmed) } catch {
      throw ReaderFailure(error)
    }
  }

  func observeArrivals(_ wake: @escaping () -> Void) -> ArrivalToken {
    sockets.arrivals.observe(wake)
  }

  func cancel(_ token: ArrivalToken) { sockets.arrivals.cancel(token) }

  func soon(_ work: @escaping () -> Void) { turns.soon(work) }

  func controlInputRefused(_ reason: String) {
    notices.count("control.refused")
    notices.logger.warning("control socket: \(reason)")
  }

  func readerInputRefused(_ reason: String) {
    notices.count("reader.refused")
    notices.logger.warning("reader socket: \(reason)")
  }

  // MARK: Clients

  func acceptControl(_ connection: Connection) {
    sockets.control.accept(connection) { ControlSession(service: self) }
  }

  func acceptReader(_ connection: Connection) {
    sockets.reader.accept(connection) { ReaderSession(service: self) }
  }

  func acceptAnchor(_ connection: Connection) {
    sockets.anchor.accept(connection) { AnchorSession(service: anchorage) }
  }
}
