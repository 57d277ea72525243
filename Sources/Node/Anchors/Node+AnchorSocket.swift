import Runtime

// Clients of the anchor socket (Protocols/hub.md, HUB-65).
extension Node {
  func acceptAnchor(_ connection: Connection) {
    guard !isStopping, anchorSessions.count < AnchorLimits.sessions else {
      counters.add("anchor.connections-refused")
      return connection.close()
    }
    guard isAllowed(connection, group: anchorGroup) else {
      counters.add("anchor.users-refused")
      return connection.close()
    }
    let session = AnchorSession(service: self)
    let id = connection.id
    anchorSessions[id] = session
    serve(session, connection, outputLimitBytes: AnchorLimits.outputBytes) { [weak self] in
      self?.anchorSessions[id] = nil
    }
  }

  func anchorInputRefused(_ reason: String) {
    counters.add("anchor.refused")
    journal.warning("anchor socket: \(reason)")
  }
}
