import Runtime

/// A client of one of the node's sockets, without the socket: bytes in, bytes out. Used from the loop's thread only.
protocol LocalSession: AnyObject {
  /// Takes whole messages. To be set before the first `receive`.
  var send: ([UInt8]) -> Void { get set }
  /// Bytes given to `send` that the client has not taken.
  var pendingOutputBytes: () -> Int { get set }
  /// Called when `wantsInput` or `isClosed` may have changed outside of `receive` and `outputDrained`.
  var changed: () -> Void { get set }
  /// The client broke the rules or is gone: what is left is sent, then the connection is closed.
  var isClosed: Bool { get }
  /// False while enough pipelined input waits: nothing more is read from this client.
  var wantsInput: Bool { get }

  func receive(_ bytes: Span<UInt8>)
  func outputDrained()
  func disconnected()
}

extension ControlSession: LocalSession {}

extension Node {
  /// Connects a session with its socket, until either ends.
  func serve(
    _ session: some LocalSession, _ connection: Connection, outputLimitBytes: Int,
    ended: @escaping () -> Void
  ) {
    connection.outputLimitBytes = outputLimitBytes
    session.send = { connection.write($0) }
    session.pendingOutputBytes = { connection.bufferedOutputBytes }
    session.changed = { [weak self, unowned session] in self?.settle(session, connection) }
    connection.onReadable = { [weak self] connection, bytes in
      session.receive(bytes)
      self?.settle(session, connection)
    }
    connection.onDrained = { [weak self] connection in
      session.outputDrained()
      self?.settle(session, connection)
    }
    connection.onClosed = { _, _ in
      session.disconnected()
      session.changed = {}
      ended()
    }
  }

  private func settle(_ session: some LocalSession, _ connection: Connection) {
    if session.isClosed { return connection.finish() }
    if session.wantsInput { connection.resumeReading() } else { connection.pauseReading() }
  }

  /// The kernel vouches for the other end: the node's own user, root, or a member of the group that the socket is for.
  func isAllowed(_ connection: Connection, group: UInt32?) -> Bool {
    let user = connection.peerUserID
    if user == 0 || user == Environment.userID { return true }
    return group.map(connection.peerHasGroup) ?? false
  }
}
