internal import HubInterface
internal import JSON
internal import Varlink

/// One client of the hub's socket, without the socket: bytes in through `receive`, bytes out
/// through `send`. Calls are answered in their order, one at a time.
final class HubSession {
  /// The user at the other end, as the kernel says.
  let user: String
  /// The hub's own user, or root: who may rebuild it and copy what is not derived.
  let isOperator: Bool
  private let answer: (Call) -> Void
  private var decoder = VarlinkDecoder(
    limitBytes: HubLimits.messageBytes, keptBytes: HubLimits.pipelinedBytes)
  private var isBusy = false
  private var isPumping = false
  private(set) var isClosed = false

  var send: ([UInt8]) -> Void = { _ in }
  /// `wantsInput` or `isClosed` may have changed.
  var changed: () -> Void = {}

  /// A call under way.
  struct Call {
    let session: HubSession
    let method: String
    let message: [UInt8]
    /// Stands before the parameters.
    let head: JSONReader?
    let isOneway: Bool

    var user: String { session.user }
    /// True while somebody still waits for the answer.
    var isHeard: Bool { !session.isClosed }

    func parameters<Parameters: CallParameters>(_ type: Parameters.Type) throws -> Parameters {
      try Parameters.decode(from: message)
    }

    /// As the other `parameters`, for calls that come by the thousand.
    func parameters<Parameters: CallParameters & VarlinkReadable>(
      _ type: Parameters.Type
    ) throws -> Parameters {
      if var reader = head, let read = try? Parameters(reading: &reader) { return read }
      // The other way says what is wrong with them.
      return try Parameters.decode(from: message)
    }

    func finish(_ parameters: some Encodable) {
      guard !isOneway else { return session.put([]) }
      let message =
        (parameters as? any VarlinkWritable).map { VarlinkReply.write($0) }
        ?? VarlinkReply.encode(parameters)
      guard message.count < HubLimits.outputBytes else {
        return fail(
          HubError.refused(
            reason: "the answer is longer than \(HubLimits.outputBytes) bytes",
            hint: "ask more narrowly"))
      }
      session.put(message)
    }

    func fail(_ error: any Error) {
      if let error = error as? HubError {
        fail(error.varlinkName, error.parameters)
      } else {
        fail(InvalidParameter.varlinkName, InvalidParameter(error))
      }
    }

    func fail(_ name: String, _ parameters: some Encodable) {
      session.put(isOneway ? [] : VarlinkReply.encode(error: name, parameters))
    }
  }

  init(user: String, isOperator: Bool = false, answer: @escaping (Call) -> Void) {
    self.user = user
    self.isOperator = isOperator
    self.answer = answer
  }

  var wantsInput: Bool {
    !isClosed && !(isBusy && decoder.bufferedBytes >= HubLimits.pipelinedBytes)
  }

  func receive(_ bytes: Span<UInt8>) {
    guard !isClosed else { return }
    decoder.receive(bytes)
    guard decoder.bufferedBytes <= HubLimits.messageBytes + HubLimits.pipelinedBytes else {
      return refuse("a message is longer than \(HubLimits.messageBytes) bytes")
    }
    pump()
  }

  func disconnected() { isClosed = true }

  private func pump() {
    guard !isPumping else { return }
    isPumping = true
    defer { isPumping = false }
    while !isClosed, !isBusy {
      do {
        guard let message = try decoder.next() else { return }
        let head = try CallHead(parsing: message)
        isBusy = true
        answer(
          Call(
            session: self, method: head.method, message: message, head: head.parameters,
            isOneway: head.oneway))
      } catch {
        let problem = error as? JSONProblem
        refuse(problem.map { "a message \($0.reason)" } ?? "this is not a varlink call")
      }
    }
  }

  fileprivate func put(_ message: [UInt8]) {
    isBusy = false
    if !isClosed, !message.isEmpty { send(message + [0]) }
    pump()
    changed()
  }

  private func refuse(_ reason: String) {
    let error = HubError.refused(
      reason: reason, hint: "see Protocols/org.liaison.Hub.varlink for what this socket speaks")
    send(VarlinkReply.encode(error: error.varlinkName, error.parameters) + [0])
    isClosed = true
  }
}
