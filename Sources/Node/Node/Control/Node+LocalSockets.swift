import Runtime

// The node's sockets on this machine: clients bounded in number and in bytes, and who they are.
extension Node {
  func acceptControl(_ connection: Connection) {
    accept(
      connection, "control", into: \.controlSessions, most: room.clients, group: nil,
      outputLimitBytes: NodeLimits.controlOutputBytes, ControlSession(service: self))
  }

  /// Protocols/readability.md, READ-20 and 21.
  func acceptReader(_ connection: Connection) {
    accept(
      connection, "reader", into: \.readerSessions, most: room.readers, group: readerGroup,
      outputLimitBytes: ReaderLimits.outputMostBytes, ReaderSession(service: self))
  }

  /// Protocols/hub.md, HUB-65.
  func acceptAnchor(_ connection: Connection) {
    accept(
      connection, "anchor", into: \.anchorSessions, most: AnchorLimits.sessions,
      group: anchorGroup, outputLimitBytes: AnchorLimits.outputBytes, AnchorSession(service: self))
  }

  /// - Parameters:
  ///   - socket: counts under this name.
  ///   - group: whose members are clients besides the node's own user and root.
  private func accept<Session: LocalSession>(
    _ connection: Connection, _ socket: String,
    into sessions: ReferenceWritableKeyPath<Node, [UInt64: Session]>, most: Int, group: UInt32?,
    outputLimitBytes: Int, _ session: @autoclosure () -> Session
  ) {
    guard !isStopping, self[keyPath: sessions].count < most else {
      counters.add("\(socket).connections-refused")
      return connection.close()
    }
    guard isAllowed(connection, group: group) else {
      counters.add("\(socket).users-refused")
      return connection.close()
    }
    let session = session()
    let id = connection.id
    self[keyPath: sessions][id] = session
    serve(session, connection, outputLimitBytes: outputLimitBytes) { [weak self] in
      self?[keyPath: sessions][id] = nil
    }
  }

  /// Connects a session with its socket, until either ends.
  private func serve(
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

  /// The kernel vouches for the other end: the node's own user, root, or a member of the group that
  /// the socket is for.
  private func isAllowed(_ connection: Connection, group: UInt32?) -> Bool {
    let user = connection.peerUserID
    if user == 0 || user == Environment.userID { return true }
    return group.map(connection.peerHasGroup) ?? false
  }
}
