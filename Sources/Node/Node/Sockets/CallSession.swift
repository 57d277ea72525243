import JSON
import Varlink

/// One client of a socket that speaks one interface, without the socket: bytes in through
/// `receive`, bytes out through `send`. One call at a time; a subclass answers it. Used from the
/// loop's thread only.
package class CallSession: LocalSession {
  /// The interface that is spoken, and how long a message may be.
  struct Kind {
    /// The interface's own.
    let name: String
    let description: String
    /// Where a client's author reads on.
    let specification: String
    let messageBytes: Int
    /// Pipelined input kept while a call is being answered.
    let pipelinedBytes: Int
  }

  private let kind: Kind
  private let version: String
  private var decoder: VarlinkDecoder
  private var isBusy = false

  package var send: ([UInt8]) -> Void = { _ in }
  package var pendingOutputBytes: () -> Int = { 0 }
  package var changed: () -> Void = {}
  package private(set) var isClosed = false
  /// Told of input that no varlink client sends.
  var inputRefused: (String) -> Void = { _ in }

  init(_ kind: Kind, version: String) {
    self.kind = kind
    self.version = version
    decoder = VarlinkDecoder(limitBytes: kind.messageBytes, keptBytes: kind.pipelinedBytes)
  }

  /// Answers a call of the interface, at once or later, by `finish`, `fail` or `put`.
  func answer(_ call: Call) throws { fail(call, unknown: call.head.method) }

  /// The client took output.
  package func outputDrained() {}

  /// Nothing is sent any more.
  func ended() {}

  package var wantsInput: Bool {
    !isClosed && !(isBusy && decoder.bufferedBytes >= kind.pipelinedBytes)
  }

  package func receive(_ bytes: Span<UInt8>) {
    guard !isClosed else { return }
    decoder.receive(bytes)
    if decoder.bufferedBytes > kind.messageBytes + kind.pipelinedBytes {
      return refuseInput("a message is longer than \(kind.messageBytes) bytes")
    }
    pump()
  }

  package func disconnected() {
    isClosed = true
    ended()
  }

  // MARK: Calls

  private func pump() {
    while !isClosed, !isBusy {
      do throws(VarlinkError) {
        guard let message = try decoder.next() else { return }
        take(message)
      } catch {
        refuseInput("a message is longer than \(kind.messageBytes) bytes")
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
      finish(call, ServiceInfo(product: "Liaison", version: version, interfaces: [kind.name]))
    case "org.varlink.service.GetInterfaceDescription": try describe(call)
    default: try answer(call)
    }
  }

  private func describe(_ call: Call) throws {
    let request = try call.parameters(InterfaceRequest.self)
    switch request.interface {
    case kind.name: finish(call, InterfaceDescription(description: kind.description))
    case ServiceInfo.interface:
      finish(call, InterfaceDescription(description: ServiceInfo.description))
    default:
      let unknown = ServiceInfo.unknownInterface(request.interface)
      fail(call, unknown.name, unknown.parameters)
    }
  }

  // MARK: Answers

  func isWanted(_ call: Call) -> Bool { !isClosed && !call.head.oneway }

  func finish(_ call: Call, _ parameters: some Encodable) {
    put(isWanted(call) ? VarlinkReply.encode(parameters) : [], isLast: true)
  }

  func fail(_ call: Call, _ name: String, _ parameters: some Encodable) {
    put(isWanted(call) ? VarlinkReply.encode(error: name, parameters) : [], isLast: true)
  }

  func fail(_ call: Call, unknown method: String) {
    let unknown = ServiceInfo.unknown(method, of: [kind.name])
    fail(call, unknown.name, unknown.parameters)
  }

  /// - Parameter message: empty when nobody wants it.
  func put(_ message: [UInt8], isLast: Bool) {
    if !isClosed, !message.isEmpty { send(message + [0]) }
    guard isLast else { return }
    isBusy = false
    pump()
    changed()
  }

  private func refuseInput(_ reason: String) {
    inputRefused(reason)
    let refusal = Refusal(
      reason: reason, hint: "see \(kind.specification) for what this socket speaks")
    send(VarlinkReply.encode(error: "\(kind.name).Refused", refusal) + [0])
    isClosed = true
    ended()
  }

  private struct Refusal: Encodable {
    let reason: String
    let hint: String
  }

  /// A call as received: its head is known, its parameters are decoded by the method.
  struct Call {
    let head: CallHead
    let message: [UInt8]

    func parameters<Parameters: CallParameters>(_ type: Parameters.Type) throws -> Parameters {
      try Parameters.decode(from: message)
    }
  }
}
