import Runtime

// Clients of the reader socket (Protocols/readability.md, READ-20 and 21).
extension Node {
  func acceptReader(_ connection: Connection) {
    guard !isStopping, readerSessions.count < room.readers else {
      counters.add("reader.connections-refused")
      return connection.close()
    }
    guard mayRead(connection) else {
      counters.add("reader.users-refused")
      return connection.close()
    }
    let session = ReaderSession(service: self)
    readerSessions[connection.id] = session
    connection.outputLimitBytes = ReaderLimits.outputMostBytes
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
      self?.readerSessions[connection.id] = nil
    }
  }

  /// The kernel vouches for the other end: the node's own user, root, or a member of the readers' group.
  private func mayRead(_ connection: Connection) -> Bool {
    let user = connection.peerUserID
    if user == 0 || user == Environment.userID { return true }
    return readerGroup.map(connection.peerHasGroup) ?? false
  }

  private func settle(_ session: ReaderSession, _ connection: Connection) {
    if session.isClosed { return connection.finish() }
    if session.wantsInput { connection.resumeReading() } else { connection.pauseReading() }
  }
}
