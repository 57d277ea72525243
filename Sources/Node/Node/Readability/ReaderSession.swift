import Reading
import Varlink

/// One client of the reader socket (Protocols/readability.md, 6).
package final class ReaderSession: CallSession {
  private let service: any ReaderService
  private var feed: ReaderFeed?

  private static let kind = Kind(
    name: ReaderInterface.name, description: ReaderInterface.description,
    specification: "Protocols/readability.md", messageBytes: ReaderLimits.messageBytes,
    pipelinedBytes: ReaderLimits.pipelinedBytes)

  package init(service: any ReaderService) {
    self.service = service
    super.init(ReaderSession.kind, version: service.version)
    inputRefused = { [weak service] in service?.readerInputRefused($0) }
  }

  override func answer(_ call: Call) throws {
    switch call.head.method {
    case "org.liaison.Reader.Status":
      _ = try call.parameters(NoParameters.self)
      finish(call, service.status())
    case "org.liaison.Reader.Show": try show(call)
    case "org.liaison.Reader.Changes": try startChanges(call)
    case "org.liaison.Reader.Confirm": try confirm(call)
    default: fail(call, unknown: call.head.method)
    }
  }

  /// Pages that paused go on.
  package override func outputDrained() { feed?.advance() }

  override func ended() { endFeed() }

  private func show(_ call: Call) throws {
    service.show(
      try call.parameters(ShowRequest.self), isHeard: { [weak self] in self?.isClosed == false }
    ) { [weak self] result in
      switch result {
      case .success(let reply): self?.finish(call, reply)
      case .failure(let error): self?.fail(call, ReaderFailure(error))
      }
    }
  }

  private func confirm(_ call: Call) throws {
    let request = try call.parameters(ConfirmRequest.self)
    do throws(ReaderFailure) {
      try service.confirm(request)
      finish(call, NoParameters())
    } catch {
      fail(call, error)
    }
  }

  private func startChanges(_ call: Call) throws {
    let request = try call.parameters(ChangesRequest.self)
    if request.follow == true, !call.head.more {
      return fail(call, "org.varlink.service.ExpectedMore", NoParameters())
    }
    do throws(ReaderFailure) { if let reader = request.reader { try service.meet(reader) } } catch {
      return fail(call, error)
    }
    let feed = ReaderFeed(service: service, request: request, isMany: call.head.more)
    // Pages wait while there is too much that the client has not taken.
    feed.mayDeliver = { [weak self] in
      (self?.pendingOutputBytes() ?? .max) < ReaderLimits.outputBytes
    }
    feed.deliver = { [weak self] page, isLast in
      guard let self else { return }
      if isLast { self.endFeed() }
      self.put(
        self.isWanted(call) ? VarlinkReply.write(page, continues: !isLast) : [], isLast: isLast)
    }
    feed.failed = { [weak self] error in
      self?.endFeed()
      self?.fail(call, error)
    }
    self.feed = feed
    feed.start()
  }

  private func endFeed() {
    feed?.cancel()
    feed = nil
  }

  private func fail(_ call: Call, _ error: ReaderFailure) {
    fail(call, error.varlinkName, error.parameters)
  }
}

extension ReaderFailure {
  /// The errors that `Show` may answer.
  init(_ error: ControlError) {
    self =
      switch error {
      case .unknownEntry(let entry): .unknownEntry(entry)
      case .diskFailed(let reason): .diskFailed(reason: reason)
      case .busy: .busy
      case .refused(let reason, let hint): .refused(reason: reason, hint: hint)
      default: .refused(reason: "\(error)", hint: "see liaison status")
      }
  }
}
