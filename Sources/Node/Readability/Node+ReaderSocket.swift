import Runtime

// Clients of the reader socket (Protocols/readability.md, READ-20 and 21).
extension Node {
  func acceptReader(_ connection: Connection) {
    guard !isStopping, readerSessions.count < room.readers else {
      counters.add("reader.connections-refused")
      return connection.close()
    }
    guard isAllowed(connection, group: readerGroup) else {
      counters.add("reader.users-refused")
      return connection.close()
    }
    let session = ReaderSession(service: self)
    let id = connection.id
    readerSessions[id] = session
    serve(session, connection, outputLimitBytes: ReaderLimits.outputMostBytes) { [weak self] in
      self?.readerSessions[id] = nil
    }
  }
}
