import Runtime

// Clients of the control socket: connections of this machine, bounded in number and in bytes.
extension Node {
  func acceptControl(_ connection: Connection) {
    guard !isStopping, controlSessions.count < room.clients else {
      counters.add("control.connections-refused")
      return connection.close()
    }
    guard isAllowed(connection.peerUserID) else {
      counters.add("control.users-refused")
      return connection.close()
    }
    let session = ControlSession(service: self)
    controlSessions[connection.id] = session
    connection.outputLimitBytes = NodeLimits.controlOutputBytes
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
    connection.onClosed = { [weak self] connection, _ in
      session.disconnected()
      session.changed = {}
      self?.controlSessions[connection.id] = nil
    }
  }

  /// The kernel vouches for the user at the other end: the node's own, or root.
  private func isAllowed(_ user: UInt32?) -> Bool {
    user == 0 || user == Environment.userID
  }

  private func settle(_ session: ControlSession, _ connection: Connection) {
    if session.isClosed { return connection.finish() }
    if session.wantsInput { connection.resumeReading() } else { connection.pauseReading() }
  }
}
