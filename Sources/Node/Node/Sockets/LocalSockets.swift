/// The node's sockets on this machine, one for each role of a client, and the clients that wait.
struct LocalSockets {
  let control: LocalSocket<ControlSession>
  /// Protocols/readability.md, READ-20 and 21.
  let reader: LocalSocket<ReaderSession>
  /// Protocols/hub.md, HUB-65.
  let anchor: LocalSocket<AnchorSession>
  let arrivals = Arrivals()

  init(_ room: Room, _ notices: Notices) {
    control = LocalSocket(
      "control", most: room.clients, outputLimitBytes: NodeLimits.controlOutputBytes, notices)
    reader = LocalSocket(
      "reader", most: room.readers, outputLimitBytes: ReaderLimits.outputMostBytes, notices)
    anchor = LocalSocket(
      "anchor", most: AnchorLimits.sessions, outputLimitBytes: AnchorLimits.outputBytes, notices)
  }

  func close() {
    control.close()
    reader.close()
    anchor.close()
  }
}
