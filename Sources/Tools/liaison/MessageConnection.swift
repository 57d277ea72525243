import Runtime

/// A socket of messages with a limit on each wait: what connections to the daemon and to the hub
/// share.
struct MessageConnection {
  /// Why there is no answer.
  enum Loss: Error {
    /// The other side has its socket and does not answer in time.
    case silent
    case ended
    /// The answer is longer than this program reads.
    case tooLong
  }

  let client: UnixClient

  init(_ path: String, withinMilliseconds: UInt64) throws(SystemError) {
    client = try UnixClient(path: path, timeoutMilliseconds: withinMilliseconds)
  }

  /// - Parameters:
  ///   - message: with its NUL.
  ///   - milliseconds: 0: it may take any time.
  func write(_ message: [UInt8], withinMilliseconds milliseconds: UInt64) throws(Loss) {
    do throws(SystemError) {
      try client.setTimeout(milliseconds: milliseconds)
      try client.write(message)
    } catch {
      throw MessageConnection.loss(error)
    }
  }

  /// The next message without its NUL.
  /// - Parameter milliseconds: 0: it may take any time.
  func read(
    withinMilliseconds milliseconds: UInt64, maxBytes: Int = Limits.controlMessageBytes
  ) throws(Loss) -> [UInt8] {
    let message: [UInt8]?
    do throws(SystemError) {
      try client.setTimeout(milliseconds: milliseconds)
      message = try client.readMessage(maxBytes: maxBytes)
    } catch {
      throw MessageConnection.loss(error)
    }
    guard let message else { throw .ended }
    return message
  }

  private static func loss(_ error: SystemError) -> Loss {
    error.isTimeout ? .silent : error.isTooLong ? .tooLong : .ended
  }
}
