import Runtime

/// One of the node's sockets on this machine: its clients, bounded in number and in bytes, and who
/// they may be.
final class LocalSocket<Session: LocalSession> {
  /// Counters begin with it.
  private let name: String
  private let most: Int
  private let outputLimitBytes: Int
  private let notices: Notices
  private var sessions: [UInt64: Session] = [:]
  private var isClosed = false
  /// Members are clients besides the node's own user and root; nil: nobody is.
  var group: UInt32?

  /// - Parameters:
  ///   - most: clients at once; one more is refused.
  ///   - outputLimitBytes: more output than this, not taken by a client, closes its connection.
  init(_ name: String, most: Int, outputLimitBytes: Int, _ notices: Notices) {
    self.name = name
    self.most = most
    self.outputLimitBytes = outputLimitBytes
    self.notices = notices
  }

  var isEmpty: Bool { sessions.isEmpty }

  func accept(_ connection: Connection, _ makeSession: () -> Session) {
    guard !isClosed, sessions.count < most else {
      notices.count("\(name).connections-refused")
      return connection.close()
    }
    guard isAllowed(connection) else {
      notices.count("\(name).users-refused")
      return connection.close()
    }
    let session = makeSession()
    sessions[connection.id] = session
    serve(session, connection)
  }

  /// Clients that are connected stay; no other is taken.
  func close() { isClosed = true }

  /// Connects a session with its client, until either ends.
  private func serve(_ session: Session, _ connection: Connection) {
    connection.outputLimitBytes = outputLimitBytes
    session.send = { connection.write($0) }
    session.pendingOutputBytes = { connection.bufferedOutputBytes }
    session.changed = { [unowned session] in Self.settle(session, connection) }
    connection.onReadable = { connection, bytes in
      session.receive(bytes)
      Self.settle(session, connection)
    }
    connection.onDrained = { connection in
      session.outputDrained()
      Self.settle(session, connection)
    }
    let id = connection.id
    connection.onClosed = { [weak self] _, _ in
      session.disconnected()
      session.changed = {}
      self?.sessions[id] = nil
    }
  }

  private static func settle(_ session: Session, _ connection: Connection) {
    if session.isClosed { return connection.finish() }
    if session.wantsInput { connection.resumeReading() } else { connection.pauseReading() }
  }

  /// The kernel vouches for the other end: the node's own user, root, or a member of the group that
  /// the socket is for.
  private func isAllowed(_ connection: Connection) -> Bool {
    let user = connection.peerUserID
    if user == 0 || user == Environment.userID { return true }
    return group.map(connection.peerHasGroup) ?? false
  }
}
