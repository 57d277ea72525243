import Runtime

// Clients of the control socket: connections of this machine, bounded in number and in bytes.
extension Node {
  func acceptControl(_ connection: Connection) {
    guard !isStopping, controlSessions.count < room.clients else {
      counters.add("control.connections-refused")
      return connection.close()
    }
    guard isAllowed(connection, group: nil) else {
      counters.add("control.users-refused")
      return connection.close()
    }
    let session = ControlSession(service: self)
    let id = connection.id
    controlSessions[id] = session
    serve(session, connection, outputLimitBytes: NodeLimits.controlOutputBytes) { [weak self] in
      self?.controlSessions[id] = nil
    }
  }
}
