internal import JSON
internal import Varlink

/// One client of the control socket, without the socket: bytes in through `receive`, bytes out
/// through `send` (Protocols/control.md).
///
/// Calls are answered in the order they came. They are taken up one at a time, but for publishes: a
/// few of those that follow one another are under way together, so that one commit and one push
/// serve them all. Used from the loop's thread only.
/// - Getters: `isClosed`, `wantsInput`.
/// - Commands of the host: `receive`, `outputDrained`, `disconnected`.
public final class ControlSession {
  private let service: any ControlService
  private let methods: [String: ControlMethod]
  private var decoder = VarlinkDecoder(
    limitBytes: ControlLimits.messageBytes, keptBytes: ControlLimits.pipelinedBytes)
  /// Calls that were taken up, in order, each with its answer once it has one.
  private var underWay: [(number: UInt64, isPublish: Bool, answer: [UInt8]?)] = []
  private var lastNumber: UInt64 = 0
  /// A call that is not to be taken up yet; input behind it waits in the decoder.
  private var held: Call?
  private var isPumping = false
  private var tail: ControlTail?

  /// Takes whole messages. To be set before the first `receive`.
  public var send: ([UInt8]) -> Void = { _ in }
  /// Bytes given to `send` that the client has not taken; a tail waits while there are too many.
  public var pendingOutputBytes: () -> Int = { 0 }
  /// Called when `wantsInput` or `isClosed` may have changed outside of `receive` and
  /// `outputDrained`.
  public var changed: () -> Void = {}
  /// True once the client broke the rules or is gone: the host sends what is left, then closes.
  public private(set) var isClosed = false

  /// Used while the connection lives; the service outlives it.
  public init(service: any ControlService) {
    self.service = service
    methods = Dictionary(
      uniqueKeysWithValues: service.methods().map { ("\(ControlInterface.name).\($0.name)", $0) })
  }

  /// False while enough pipelined input waits: the host stops reading from this client.
  public var wantsInput: Bool {
    !isClosed && !(isBusy && decoder.bufferedBytes >= ControlLimits.pipelinedBytes)
  }

  /// Bytes of any cut; calls that are whole are taken up at once.
  public func receive(_ bytes: Span<UInt8>) {
    guard !isClosed else { return }
    decoder.receive(bytes)
    if decoder.bufferedBytes > ControlLimits.messageBytes + ControlLimits.pipelinedBytes {
      return refuseInput("a message is longer than \(ControlLimits.messageBytes) bytes")
    }
    pump()
  }

  /// The client took output: a tail that paused goes on.
  public func outputDrained() { tail?.advance() }

  /// The client is gone. A publish that is under way still completes, unheard.
  public func disconnected() {
    isClosed = true
    endTail()
  }

  // MARK: - Calls

  /// True while the next call has to wait, whichever call it is.
  private var isBusy: Bool {
    held != nil || underWay.count >= ControlLimits.publishesUnderWay
      || underWay.contains { !$0.isPublish }
  }

  private func pump() {
    guard !isPumping else { return }
    isPumping = true
    defer { isPumping = false }
    while !isClosed {
      do {
        guard let call = try nextCall() else { return }
        guard underWay.isEmpty || call.isPublish && !isBusy else {
          held = call
          return
        }
        answer(call)
      } catch {
        refuseInput("a message is longer than \(ControlLimits.messageBytes) bytes")
      }
    }
  }

  private func nextCall() throws(VarlinkError) -> Call? {
    if let call = held {
      held = nil
      return call
    }
    guard !isBusy, let message = try decoder.next() else { return nil }
    let head: CallHead
    do { head = try CallHead(parsing: message) } catch {
      let problem = error as? JSONProblem
      refuseInput(problem.map { "a message \($0.reason)" } ?? "this is not a varlink call")
      return nil
    }
    lastNumber += 1
    return Call(number: lastNumber, head: head, message: message)
  }

  private func answer(_ call: Call) {
    underWay.append((call.number, call.isPublish, nil))
    do {
      try dispatch(call)
    } catch let error as ControlError {
      fail(call, error)
    } catch {
      fail(call, InvalidParameter.varlinkName, InvalidParameter(error))
    }
  }

  private func dispatch(_ call: Call) throws {
    switch call.head.method {
    case "org.varlink.service.GetInfo":
      _ = try call.parameters(NoParameters.self)
      finish(call, ControlSession.info(service.version))
    case "org.varlink.service.GetInterfaceDescription": try describe(call)
    case Call.publishing: try publish(call)
    case "org.liaison.Node.Tail": try startTail(call)
    case let name: try run(call, methods[name])
    }
  }

  private func run(_ call: Call, _ method: ControlMethod?) throws {
    guard let method else {
      let error = ServiceInfo.unknown(call.head.method, of: [ControlInterface.name])
      return fail(call, error.name, error.parameters)
    }
    try method.answer(
      MethodCall(
        message: call.message, isHeard: { [weak self] in self?.isClosed == false },
        settle: { [weak self] in self?.settle(call, $0) }))
  }

  private func describe(_ call: Call) throws {
    let request = try call.parameters(InterfaceRequest.self)
    switch request.interface {
    case ControlInterface.name:
      finish(call, InterfaceDescription(description: ControlInterface.description))
    case ServiceInfo.interface:
      finish(call, InterfaceDescription(description: ServiceInfo.description))
    default:
      let error = ServiceInfo.unknownInterface(request.interface)
      fail(call, error.name, error.parameters)
    }
  }

  private func publish(_ call: Call) throws {
    guard var reader = call.head.parameters else { throw InvalidParameter(parameter: "to") }
    let request = try PublishRequest(reading: &reader)
    try request.check()
    service.publish(request, isHeard: { [weak self] in self?.isClosed == false }) {
      [weak self] in self?.settle(call, $0)
    }
  }

  private func startTail(_ call: Call) throws {
    let request = try call.parameters(TailRequest.self)
    let more = call.head.more
    if request.follow == true, !more {
      return fail(call, "org.varlink.service.ExpectedMore", NoParameters())
    }
    if request.fresh == true, request.position != nil {
      throw InvalidParameter(parameter: "fresh")
    }
    let start = request.fresh == true ? service.tailEnd() : request.position ?? TailPosition()
    guard more else { return givePage(call, start, request.origin) }
    let tail = ControlTail(
      service: service, position: start, origin: request.origin, follow: request.follow == true)
    tail.mayDeliver = { [weak self] in
      (self?.pendingOutputBytes() ?? .max) < ControlLimits.outputBytes
    }
    tail.deliver = { [weak self] page, isLast in
      guard let self else { return }
      if isLast { self.endTail() }
      self.reply(call, page, isLast: isLast)
    }
    tail.failed = { [weak self] error in
      self?.endTail()
      self?.fail(call, error)
    }
    self.tail = tail
    tail.start()
  }

  /// Gives a page in a later turn of the loop: clients that ask for many share its time with
  /// everybody.
  private func givePage(_ call: Call, _ start: TailPosition, _ origin: String?) {
    service.soon { [weak self] in
      guard let self, !self.isClosed else { return }
      do throws(ControlError) {
        self.finish(
          call, try self.service.tail(start, origin: origin, limits: ControlLimits.tailPage))
      } catch {
        self.fail(call, error)
      }
    }
  }

  private func endTail() {
    tail?.cancel()
    tail = nil
  }

  private static func info(_ version: String) -> ServiceInfo {
    ServiceInfo(product: "liaisond", version: version, interfaces: [ControlInterface.name])
  }

  // MARK: - Answers

  private func finish(_ call: Call, _ parameters: some Encodable) {
    let bytes = isWanted(call) ? VarlinkReply.encode(parameters) : []
    put(call, bytes, isLast: true)
  }

  private func finish(_ call: Call, _ parameters: some VarlinkWritable) {
    reply(call, parameters, isLast: true)
  }

  private func settle(_ call: Call, _ result: Result<PublishReply, ControlError>) {
    switch result {
    case .success(let reply): finish(call, reply)
    case .failure(let error): fail(call, error)
    }
  }

  private func settle(_ call: Call, _ result: Result<() -> [UInt8], ControlError>) {
    switch result {
    case .success(let reply): put(call, isWanted(call) ? reply() : [], isLast: true)
    case .failure(let error): fail(call, error)
    }
  }

  private func reply(_ call: Call, _ parameters: some VarlinkWritable, isLast: Bool) {
    let bytes = isWanted(call) ? VarlinkReply.write(parameters, continues: !isLast) : []
    put(call, bytes, isLast: isLast)
  }

  private func isWanted(_ call: Call) -> Bool { !isClosed && !call.head.oneway }

  private func fail(_ call: Call, _ error: ControlError) {
    fail(call, error.varlinkName, error.parameters)
  }

  private func fail(_ call: Call, _ name: String, _ parameters: some Encodable) {
    put(call, isWanted(call) ? VarlinkReply.encode(error: name, parameters) : [], isLast: true)
  }

  /// - Parameter message: empty when nobody wants it.
  private func put(_ call: Call, _ message: [UInt8], isLast: Bool) {
    var bytes = message
    if !bytes.isEmpty { bytes.append(0) }
    // Only a tail has more than one answer, and it is under way alone.
    guard isLast else { return sendUnlessClosed(bytes) }
    guard let place = underWay.firstIndex(where: { $0.number == call.number }) else { return }
    underWay[place].answer = bytes
    while let answer = underWay.first?.answer {
      underWay.removeFirst()
      sendUnlessClosed(answer)
    }
    pump()
    changed()
  }

  private func sendUnlessClosed(_ bytes: [UInt8]) {
    if !isClosed, !bytes.isEmpty { send(bytes) }
  }

  private func refuseInput(_ reason: String) {
    service.controlInputRefused(reason)
    let error = ControlError.refused(
      reason: reason, hint: "see Protocols/control.md for what this socket speaks")
    send(VarlinkReply.encode(error: error.varlinkName, error.parameters) + [0])
    isClosed = true
    endTail()
  }

  /// A call as received: its head is known, its parameters are decoded by the method.
  private struct Call {
    let number: UInt64
    let head: CallHead
    let message: [UInt8]

    var isPublish: Bool { head.method == Call.publishing }
    static let publishing = "org.liaison.Node.Publish"

    func parameters<Parameters: CallParameters>(_ type: Parameters.Type) throws -> Parameters {
      try Parameters.decode(from: message)
    }
  }
}

extension PublishRequest {
  /// The rules of Protocols/control.md, 4.
  func check() throws(ControlError) {
    try ControlLimits.check(to: to)
    guard !records.isEmpty, records.count <= ControlLimits.recordsPerPublish else {
      throw .refused(
        reason: "\(records.count) records in one call",
        hint: "send 1 to \(ControlLimits.recordsPerPublish) at a time")
    }
    let bytes = records.reduce(0) { $0 + $1.bytes.count }
    guard bytes <= ControlLimits.recordBytesPerPublish else {
      throw .refused(
        reason: "\(bytes) bytes of records in one call",
        hint: "send at most \(ControlLimits.recordBytesPerPublish) at a time")
    }
    if let replicas, replicas < 0 || replicas > ControlLimits.audienceMembers {
      throw .refused(reason: "replicas is \(replicas)", hint: "name how many peers must store it")
    }
    try ControlLimits.check(timeout: timeout)
    try ControlLimits.check(expiryDay: expiryDay)
  }
}
