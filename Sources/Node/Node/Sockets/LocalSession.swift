/// A client of one of the node's sockets, without the socket: bytes in, bytes out. Used from the
/// loop's thread only.
protocol LocalSession: AnyObject {
  /// Takes whole messages. To be set before the first `receive`.
  var send: ([UInt8]) -> Void { get set }
  /// Bytes given to `send` that the client has not taken.
  var pendingOutputBytes: () -> Int { get set }
  /// Called when `wantsInput` or `isClosed` may have changed outside of `receive` and
  /// `outputDrained`.
  var changed: () -> Void { get set }
  /// The client broke the rules or is gone: waiting output is sent, then the connection is closed.
  var isClosed: Bool { get }
  /// False while enough pipelined input waits: nothing more is read from this client.
  var wantsInput: Bool { get }

  func receive(_ bytes: Span<UInt8>)
  func outputDrained()
  func disconnected()
}

extension ControlSession: LocalSession {}
