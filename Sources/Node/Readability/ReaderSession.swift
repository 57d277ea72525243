import JSON
import Reading
import Varlink

/// One client of the reader socket, without the socket: bytes in through `receive`, bytes out through `send`
/// (Protocols/readability.md, 6). One call at a time. Used from the loop's thread only.
package final class ReaderSession {
  private let service: any ReaderService
  private var decoder = VarlinkDecoder(
    limitBytes: ReaderLimits.messageBytes, keptBytes: ReaderLimits.pipelinedBytes)
  private var isBusy = false
  private var feed: ReaderFeed?

  /// Takes whole messages. To be set before the first `receive`.
  package var send: ([UInt8]) -> Void = { _ in }
  /// Bytes given to `send` that the client has not taken; pages wait while there are too many.
  package var pendingOutputBytes: () -> Int = { 0 }
  /// Called when `wantsInput` or `isClosed` may have changed outside of `receive` and `outputDrained`.
  package var changed: () -> Void = {}
  /// True once the client broke the rules or is gone: the host sends what is left, then closes.
  package private(set) var isClosed = false

  package init(service: any ReaderService) { self.service = service }

  /// False while enough pipelined input waits: the host stops reading from this client.
  package var wantsInput: Bool {
    !isClosed && !(isBusy && decoder.bufferedBytes >= ReaderLimits.pipelinedBytes)
  }

  package func receive(_ bytes: Span<UInt8>) {
    guard !isClosed else { return }
    decoder.receive(bytes)
    if decoder.bufferedBytes > ReaderLimits.messageBytes + ReaderLimits.pipelinedBytes {
      return refuseInput("a message is longer than \(ReaderLimits.messageBytes) bytes")
    }
    pump()
  }

  /// The client took output: pages that paused go on.
  package func outputDrained() { feed?.advance() }

  package func disconnected() {
    isClosed = true
    endFeed()
  }

  // MARK: Calls

  private func pump() {
    while !isClosed, !isBusy {
      do throws(VarlinkError) {
        guard let message = try decoder.next() else { return }
        take(message)
      } catch {
        refuseInput("a message is longer than \(ReaderLimits.messageBytes) bytes")
      }
    }
  }

  private func take(_ message: [UInt8]) {
    let call: Call
    do { call = Call(head: try CallHead(parsing: message), message: message) } catch {
      let problem = error as? JSONProblem
      return refuseInput(problem.map { "a message \($0.reason)" } ?? "this is not a varlink call")
    }
    isBusy = true
    do { try dispatch(call) } catch {
      fail(call, InvalidParameter.varlinkName, InvalidParameter(error))
    }
  }

  private func dispatch(_ call: Call) throws {
    switch call.head.method {
    case "org.varlink.service.GetInfo":
      _ = try call.parameters(NoParameters.self)
      finish(
        call,
        ServiceInfo(
          product: "Liaison", version: service.version, interfaces: [ReaderInterface.name]))
    case "org.varlink.service.GetInterfaceDescription": try describe(call)
    case "org.liaison.Reader.Status":
      _ = try call.parameters(NoParameters.self)
      finish(call, service.status())
    case "org.liaison.Reader.Show": try show(call)
    case "org.liaison.Reader.Changes": try startChanges(call)
    default:
      let unknown = ServiceInfo.unknown(call.head.method, of: [ReaderInterface.name])
      fail(call, unknown.name, unknown.parameters)
    }
  }

  private func describe(_ call: Call) throws {
    let request = try call.parameters(InterfaceRequest.self)
    switch request.interface {
    case ReaderInterface.name:
      finish(call, InterfaceDescription(description: ReaderInterface.description))
    case ServiceInfo.interface:
      finish(call, InterfaceDescription(description: ServiceInfo.description))
    default:
      let unknown = ServiceInfo.unknownInterface(request.interface)
      fail(call, unknown.name, unknown.parameters)
    }
  }

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

  private func startChanges(_ call: Call) throws {
    let request = try call.parameters(ChangesRequest.self)
    if request.follow == true, !call.head.more {
      return fail(call, "org.varlink.service.ExpectedMore", NoParameters())
    }
    let feed = ReaderFeed(service: service, request: request, isMany: call.head.more)
    feed.mayDeliver = { [weak self] in
      (self?.pendingOutputBytes() ?? .max) < ReaderLimits.outputBytes
    }
    feed.deliver = { [weak self] page, isLast in
      guard let self else { return }
      if isLast { self.endFeed() }
      self.put(
        call, self.isWanted(call) ? VarlinkReply.encode(page, continues: !isLast) : [],
        isLast: isLast)
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

  // MARK: Answers

  private func isWanted(_ call: Call) -> Bool { !isClosed && !call.head.oneway }

  private func finish(_ call: Call, _ parameters: some Encodable) {
    put(call, isWanted(call) ? VarlinkReply.encode(parameters) : [], isLast: true)
  }

  private func fail(_ call: Call, _ error: ReaderFailure) {
    fail(call, error.varlinkName, error.parameters)
  }

  private func fail(_ call: Call, _ name: String, _ parameters: some Encodable) {
    put(call, isWanted(call) ? VarlinkReply.encode(error: name, parameters) : [], isLast: true)
  }

  /// - Parameter message: empty when nobody wants it.
  private func put(_ call: Call, _ message: [UInt8], isLast: Bool) {
    if !isClosed, !message.isEmpty { send(message + [0]) }
    guard isLast else { return }
    isBusy = false
    pump()
    changed()
  }

  private func refuseInput(_ reason: String) {
    service.readerInputRefused(reason)
    let error = ReaderFailure.refused(
      reason: reason, hint: "see Protocols/readability.md for what this socket speaks")
    send(VarlinkReply.encode(error: error.varlinkName, error.parameters) + [0])
    isClosed = true
    endFeed()
  }

  /// A call as received: its head is known, its parameters are decoded by the method.
  private struct Call {
    let head: CallHead
    let message: [UInt8]

    func parameters<Parameters: CallParameters>(_ type: Parameters.Type) throws -> Parameters {
      try Parameters.decode(from: message)
    }
  }
}

extension ReaderFailure {
  /// What `Show` may answer.
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
