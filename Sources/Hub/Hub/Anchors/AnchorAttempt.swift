internal import Anchoring
internal import Crypto
internal import Log
internal import Runtime
internal import Secrets
internal import Varlink

/// One anchor, from its nonce to its answer: on a thread of its own, for disk and daemon may be
/// slow (Protocols/hub.md, 9).
struct AnchorAttempt: Sendable {
  /// The file of nonces.
  let path: String
  let sockets: [String]
  /// The node's log, `nl/1`.
  let origin: String
  let log: LogID
  let checkpoint: [UInt8]
  let size: UInt64

  /// How it ended.
  enum Outcome: Sendable {
    case published(LastAnchor)
    case tooOften(seconds: UInt64)
    case failed(String)
  }

  /// - Parameter milliseconds: the daemon's answer is waited for so long.
  func run(unless stop: StopFlag, milliseconds: UInt64) -> Outcome {
    do {
      // Nothing is written that nobody listens to.
      let client = try connect()
      let file = try AnchorFile(path)
      var random = SystemRandom()
      guard let nonce = Bytes32(random.bytes(32)) else { preconditionFailure("32 bytes") }
      try file.add(nonce: nonce, checkpoint: checkpoint)
      let commitment = Anchor.commitment(nonce: nonce, checkpoint: checkpoint)
      let request = AnchorRequest(
        origin: origin, log: Hex32.encode(log), commitment: Hex.encode(commitment.array))
      try client.write(VarlinkCall.encode("\(AnchorInterface.name).Publish", request))
      let message = try answer(client, stop, milliseconds)
      let reply = try VarlinkAnswer<AnchorFailure>(message: message).decode(AnchorReply.self)
      let last = LastAnchor(
        entry: reply.parameters.entry, time: SystemClock().wallMilliseconds, size: size)
      guard AnchorAttempt.isEntry(last.entry, of: origin) else {
        return .failed("the node answered with \"\(last.entry.prefix(64))\"")
      }
      try file.add(entry: last.entry, time: last.time)
      return .published(last)
    } catch let error as AnchorFailure {
      if case .tooOften(let seconds) = error {
        return .tooOften(seconds: UInt64(clamping: seconds))
      }
      return .failed(error.sentence)
    } catch {
      return .failed("\(error)")
    }
  }

  static func isEntry(_ entry: String, of origin: String) -> Bool {
    guard entry.hasPrefix(origin + "/") else { return false }
    let index = entry.dropFirst(origin.count + 1)
    return UInt64(index).map { "\($0)" == index } ?? false
  }

  private func connect() throws(SystemError) -> UnixClient {
    var failure: SystemError?
    for path in sockets {
      do throws(SystemError) {
        return try UnixClient(path: path, timeoutMilliseconds: AnchorAttempt.turnMilliseconds)
      } catch {
        failure = failure ?? error
      }
    }
    throw failure ?? SystemError(number: 2, call: "connect", detail: "no socket")
  }

  private func answer(
    _ client: UnixClient, _ stop: StopFlag, _ milliseconds: UInt64
  ) throws(SystemError) -> [UInt8] {
    let clock = SystemClock()
    let end = clock.monotonicMilliseconds &+ milliseconds
    while true {
      do throws(SystemError) {
        guard let message = try client.readMessage(maxBytes: HubLimits.anchorMessageBytes) else {
          throw SystemError(
            number: 104, call: "recv", detail: "the daemon ended the connection")
        }
        return message
      } catch {
        guard error.isTimeout, !stop.isStopped, clock.monotonicMilliseconds < end else {
          throw error
        }
      }
    }
  }

  /// How soon a stop is noticed.
  private static let turnMilliseconds: UInt64 = 250
}
